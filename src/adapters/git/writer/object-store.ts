/** Where the objects of a commit are put: into the mirror, each whole or not at all. */

import { createHash, randomUUID } from "node:crypto";
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { constants, deflateSync } from "node:zlib";

export interface ObjectStore {
  /** Writes it, also when it is there already, and gives back its id. */
  write(type: "blob" | "tree" | "commit", bytes: Uint8Array): string;
}

/** To compress more would hold up everything else; git does it when it pushes. */
const largeBytes = 1024 * 1024;

/**
 * `idDigits` is 40 in a SHA-1 repository and 64 in a SHA-256 one. Written synchronously: a handful of small files, between a look and a push that others
 * must not overtake; on a busy machine each asynchronous call waits its turn.
 */
export function createObjectStore(directory: string, idDigits: number): ObjectStore {
  const algorithm = idDigits === 64 ? "sha256" : "sha1";
  return {
    write: (type, bytes) => {
      const whole = Buffer.concat([Buffer.from(`${type} ${bytes.length}\0`), bytes]);
      const id = createHash(algorithm).update(whole).digest("hex");
      const folder = join(directory, "objects", id.slice(0, 2));
      mkdirSync(folder, { recursive: true });
      replaceFile(
        join(folder, id.slice(2)),
        folder,
        deflateSync(whole, whole.length > largeBytes ? { level: constants.Z_NO_COMPRESSION } : {}),
      );
      return id;
    },
  };
}

/** A file that a power cut has torn is replaced too: nothing is ever trusted because it is there. `git gc` knows the name of the other one. */
function replaceFile(path: string, folder: string, bytes: Uint8Array): void {
  const beside = join(folder, `tmp_obj_${randomUUID()}`);
  try {
    writeFileSync(beside, bytes, { mode: 0o444 });
    renameSync(beside, path);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
}
