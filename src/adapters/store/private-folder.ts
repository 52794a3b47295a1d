/** A folder that only the user who runs Pinion may enter: what lies in it is a key to everything else. */

import { mkdirSync, statSync } from "node:fs";
import { PinionError } from "../../domain/errors.ts";
import { onDisk } from "./sqlite/database.ts";

const othersMask = 0o077;
const permissionMask = 0o777;

/**
 * Makes the folder when it is missing, and refuses one that others may enter: its mode is never changed behind its owner's back.
 * @throws `store/open-to-others`, `store/failed`.
 */
export function ensurePrivateFolder(directory: string, uid: number | undefined = process.getuid?.()): void {
  onDisk(directory, () => mkdirSync(directory, { recursive: true, mode: 0o700 }));
  const { mode, uid: owner } = onDisk(directory, () => statSync(directory));
  // Windows knows neither.
  if (uid === undefined) return;
  if (owner !== uid && uid !== 0)
    throw new PinionError(
      "store/open-to-others",
      `${directory} belongs to uid ${owner}, and Pinion runs as uid ${uid}: ${instead(directory)}`,
    );
  if ((mode & othersMask) !== 0) {
    const octal = (mode & permissionMask).toString(8).padStart(4, "0");
    throw new PinionError(
      "store/open-to-others",
      `${directory} has mode ${octal}, so others may enter it: run \`chmod 700 ${quoted(directory)}\``,
    );
  }
}

function instead(directory: string): string {
  return `give it away with \`chown\`, or name a folder that is not there yet, such as ${directory}/pinion`;
}

/** As a shell takes it. */
function quoted(text: string): string {
  return /^[\w./@%+=:,-]+$/u.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
