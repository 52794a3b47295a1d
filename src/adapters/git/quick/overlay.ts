/** Objects in memory in front of the mirror's. */

import { PinionError } from "../../../domain/errors.ts";
import type { GitObjects } from "../git-objects.ts";
import { readCommit, readRawTree, readTree } from "../read-object.ts";
import type { GitObject, PackedObjects } from "./pack.ts";

export interface Overlay {
  readonly objects: GitObjects;
  add(more: PackedObjects): void;
  clear(): void;
  get(id: string): GitObject | undefined;
  /** The id and the text of every commit in memory. */
  commits(): Iterable<readonly [string, string]>;
  /** Of all objects in memory. */
  bytes(): number;
}

export function createOverlay(mirror: GitObjects): Overlay {
  const known = new Map<string, GitObject>();
  let total = 0;
  return {
    objects: inFrontOf(mirror, known),
    add: (more) => {
      for (const [id, object] of more) {
        if (!known.has(id)) total += object.bytes.length;
        known.set(id, object);
      }
    },
    clear: () => {
      known.clear();
      total = 0;
    },
    get: (id) => known.get(id),
    bytes: () => total,
    commits: function* () {
      for (const [id, { type, bytes }] of known) if (type === "commit") yield [id, Buffer.from(bytes).toString("utf8")] as const;
    },
  };
}

function inFrontOf(mirror: GitObjects, known: ReadonlyMap<string, GitObject>): GitObjects {
  async function read<T>(id: string, wanted: Wanted<T>): Promise<T> {
    const object = known.get(id);
    if (object === undefined) return wanted.otherwise(id);
    if (object.type !== wanted.type) throw new PinionError("git/object-missing", `${id} is no ${wanted.type}, but a ${object.type}`);
    return wanted.as(object.bytes, id);
  }

  const commit = { type: "commit", as: (bytes: Uint8Array, id: string) => readCommit(id, bytes), otherwise: mirror.commit } as const;
  const rawTree = { type: "tree", as: (bytes: Uint8Array, id: string) => readRawTree(bytes, id.length / 2, "latin1") } as const;
  const directory = { type: "tree", as: (bytes: Uint8Array, id: string) => readTree(bytes, id.length / 2) } as const;
  return {
    commit: (id) => read(id, commit),
    root: async (id) => (await read(id, commit)).tree,
    rawTree: (id) => read(id, { ...rawTree, otherwise: mirror.rawTree }),
    directory: (id) => read(id, { ...directory, otherwise: mirror.directory }),
    size: async (id) => known.get(id)?.bytes.length ?? mirror.size(id),
    file: (id) => read(id, { type: "blob", as: (bytes) => bytes, otherwise: mirror.file }),
  };
}

interface Wanted<T> {
  readonly type: GitObject["type"];
  readonly as: (bytes: Uint8Array, id: string) => T;
  readonly otherwise: (id: string) => Promise<T>;
}
