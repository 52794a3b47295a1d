/** Whom an engine's processes run as, and the folder that is theirs alone. */

import { execFile } from "node:child_process";
import { chmod, chown, lstat, mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { promisify } from "node:util";

export interface RunAs {
  readonly uid: number;
  readonly gid: number;
}

const run = promisify(execFile);

/** Whether this process may start others as somebody else. */
export function maySwitchUsers(): boolean {
  return process.getuid?.() === 0;
}

/** Null when the system knows no such user; a number needs no entry in the system's list. */
export async function findUser(user: string): Promise<RunAs | null> {
  const ask = async (option: string): Promise<number | null> => {
    const { stdout } = await run("id", [option, "--", user]).catch(() => ({ stdout: "" }));
    return /^\d+\s*$/.test(stdout) ? Number(stdout) : null;
  };
  const [uid, gid] = [await ask("-u"), await ask("-g")];
  if (uid !== null && gid !== null) return { uid, gid };
  return /^\d+$/.test(user) ? { uid: Number(user), gid: Number(user) } : null;
}

/**
 * The folder that only this user can look into. Who may pass through the folders above it cannot list them, and cannot put something else
 * in its place. @throws Error when something else is there.
 */
export async function ensureOwnFolder(folder: string, runAs: RunAs | null): Promise<void> {
  if (runAs === null) return void (await mkdir(folder, { recursive: true, mode: 0o700 }));
  for (const above of [dirname(dirname(folder)), dirname(folder)]) {
    await mkdir(above, { recursive: true, mode: 0o711 });
    await chmod(above, 0o711);
  }
  const isNew = await mkdir(folder, { mode: 0o700 }).then(
    () => true,
    () => false,
  );
  if (isNew) await chown(folder, runAs.uid, runAs.gid);
  const found = await lstat(folder);
  if (!found.isDirectory() || found.uid !== runAs.uid)
    throw new Error(
      `${folder} is not a folder of uid ${runAs.uid}, whom these engines run as; move it away, and Pinion installs again what ran there`,
    );
}
