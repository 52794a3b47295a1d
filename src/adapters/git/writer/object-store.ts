/** Where the objects of a commit are put: into the mirror, each whole or not at all, or into memory. */

import { createHash, randomUUID } from "node:crypto";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { deflate } from "node:zlib";
import { objectId } from "../quick/pack.ts";
import type { GitObject } from "../quick/pack.ts";

export interface ObjectStore {
  /** Writes it, also when it is there already, and gives back its id. */
  write(type: "blob" | "tree" | "commit", bytes: Uint8Array): Promise<string>;
}

const compressed = promisify(deflate);

/** Keeps them in memory, for a push that takes them from there. */
export function createMemoryStore(objects: Map<string, GitObject>): ObjectStore {
  return {
    write: async (type, bytes) => {
      const id = objectId({ type, bytes });
      objects.set(id, { type, bytes });
      return id;
    },
  };
}

/** `idDigits` is 40 in a SHA-1 repository and 64 in a SHA-256 one. */
export function createObjectStore(directory: string, idDigits: number): ObjectStore {
  const algorithm = idDigits === 64 ? "sha256" : "sha1";
  return {
    write: async (type, bytes) => {
      const whole = Buffer.concat([Buffer.from(`${type} ${bytes.length}\0`), bytes]);
      const id = createHash(algorithm).update(whole).digest("hex");
      const folder = join(directory, "objects", id.slice(0, 2));
      await mkdir(folder, { recursive: true });
      await replaceFile(join(folder, id.slice(2)), folder, await compressed(whole));
      return id;
    },
  };
}

/** A file that a power cut has torn is replaced too: nothing is ever trusted because it is there. `git gc` knows the name of the other one. */
async function replaceFile(path: string, folder: string, bytes: Uint8Array): Promise<void> {
  const beside = join(folder, `tmp_obj_${randomUUID()}`);
  try {
    await writeFile(beside, bytes, { mode: 0o444 });
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}
