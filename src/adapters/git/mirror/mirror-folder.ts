/** The mirror's folder on disk: made, recognised, and thrown away only when it is certainly ours. */

import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PinionError } from "../../../domain/errors.ts";

/** Says whose mirror it is. Written before anything else, so that a half-made mirror is recognised too. */
const markerName = "pinion-mirror";
const parts = ["HEAD", "config", "objects", "refs"];

export interface MirrorIdentity {
  /** Free of secrets. */
  readonly url: string;
  readonly branch: string;
}

/** Whether the folder holds a whole mirror of exactly this remote and branch. */
export async function isMirrorOf(directory: string, identity: MirrorIdentity): Promise<boolean> {
  const marker = await readFile(join(directory, markerName), "utf8").catch(() => null);
  if (marker !== markerText(identity)) return false;
  const whole = await Promise.all(parts.map((part) => isWhole(join(directory, part))));
  return whole.every(Boolean);
}

/** A power cut may leave files behind that are there and empty. */
function isWhole(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory() || found.size > 0,
    () => false,
  );
}

/** An empty folder with the marker in it. @throws `store/full`; `git/failed` rather than touch a folder that is not a mirror. */
export async function emptyMirrorFolder(directory: string, identity: MirrorIdentity): Promise<void> {
  await removeMirror(directory);
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await writeFile(join(directory, markerName), markerText(identity));
  } catch (error) {
    throw new PinionError(isFull(error) ? "store/full" : "git/failed", `the mirror cannot be made: ${String(error)}`, { cause: error });
  }
}

function isFull(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOSPC" || error.code === "EDQUOT");
}

/** Puts a whole mirror in another's place. @throws `git/failed` rather than touch a folder that is not a mirror. */
export async function replaceMirror(directory: string, fresh: string): Promise<void> {
  await removeMirror(directory);
  await rename(fresh, directory);
}

async function removeMirror(directory: string): Promise<void> {
  const names = await readdir(directory).catch((): string[] => []);
  if (names.length === 0) return;
  if (!names.includes(markerName)) {
    throw new PinionError(
      "git/failed",
      `${directory} is not empty and not a mirror of Pinion's; it is left alone. Move it away or name another state folder`,
    );
  }
  const aside = `${directory}.damaged`;
  if (existsSync(aside)) await rm(aside, { recursive: true, force: true });
  await rename(directory, aside);
  await rm(aside, { recursive: true, force: true });
}

function markerText({ url, branch }: MirrorIdentity): string {
  return `${JSON.stringify({ url, branch })}\n`;
}
