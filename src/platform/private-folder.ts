/** A folder that only the user who runs Pinion may enter: what lies in it is a key to everything else. */

import { mkdirSync, statSync, type Stats } from "node:fs";
import { PinionError } from "../domain/errors.ts";

const othersMask = 0o077;
const permissionMask = 0o777;

/**
 * Makes the folder when it is missing, and refuses one that others may enter: its mode is never changed behind its owner's back.
 * @throws `store/open-to-others`, `store/failed`.
 */
export function ensurePrivateFolder(
  directory: string,
  uid: number | undefined = process.getuid?.(),
  look: (directory: string) => Pick<Stats, "mode" | "uid"> = statSync,
): void {
  const { mode, uid: owner } = inCatalogue(directory, () => {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    return look(directory);
  });
  // Windows knows neither.
  if (uid === undefined) return;
  // Root can look into any folder, but so can this one's owner.
  if (owner !== uid)
    throw new PinionError(
      "store/open-to-others",
      `${directory} belongs to uid ${owner}, and Pinion runs as uid ${uid}: ${instead(directory, uid)}`,
    );
  if ((mode & othersMask) !== 0) {
    const octal = (mode & permissionMask).toString(8).padStart(4, "0");
    throw new PinionError(
      "store/open-to-others",
      `${directory} has mode ${octal}, so others may enter it: run \`chmod 700 ${quoted(directory)}\``,
    );
  }
}

/** @throws `store/full`, `store/failed`. */
function inCatalogue<T>(directory: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Error) || !("code" in error)) throw error;
    const kind = error.code === "ENOSPC" || error.code === "EDQUOT" ? "store/full" : "store/failed";
    throw new PinionError(kind, `${directory}: ${error.message} (${String(error.code)})`, { cause: error });
  }
}

function instead(directory: string, uid: number): string {
  if (uid === 0)
    return `run Pinion as that user, or, where you trust what is in it, give it to root with \`chown -R 0 ${quoted(directory)}\``;
  return `give it away with \`chown\`, or name a folder that is not there yet, such as ${directory}/pinion`;
}

/** As a shell takes it. */
function quoted(text: string): string {
  return /^[\w./@%+=:,-]+$/u.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
