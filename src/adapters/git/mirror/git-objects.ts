/** The objects port over the mirror. */

import pLimit from "p-limit";
import { PinionError } from "../../../domain/errors.ts";
import type { Objects, TreeEntry } from "../../../ports/objects.ts";
import { createTreeDifferences } from "./tree-differences.ts";
import type { BatchAnswer } from "./batch-parser.ts";
import type { ObjectReader } from "./object-reader.ts";
import { readCommit, readRawTree, readTree } from "./read-object.ts";
import type { CommitObject, RawEntry } from "./read-object.ts";

export interface GitObjects extends Objects {
  commit(id: string): Promise<CommitObject>;
  /** A directory as it is stored, its names as bytes: what is needed to write it again. @throws `git/object-missing`. */
  rawTree(id: string): Promise<readonly RawEntry[]>;
}

export interface GitObjectsOptions {
  readonly reader: ObjectReader;
  /** Told of every object that should be there and is not. */
  readonly onMissing: () => void;
}

type Contents = Extract<BatchAnswer, { readonly kind: "contents" }>;

/** Bytes of a tree of some thousand names. */
const longTree = 128 * 1024;
const objectId = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

export function createGitObjects({ reader, onMissing }: GitObjectsOptions): GitObjects {
  async function ask(id: string, command: "info" | "contents"): Promise<BatchAnswer> {
    if (!objectId.test(id)) throw new PinionError("git/object-missing", `${JSON.stringify(id)} is not an object id`);
    try {
      return await reader[command](id);
    } catch (error) {
      if (error instanceof PinionError && error.code === "git/object-missing") onMissing();
      throw error;
    }
  }

  async function contents(id: string, type: string): Promise<Uint8Array> {
    const answer = present(await ask(id, "contents"), id);
    if (answer.kind !== "contents" || answer.type !== type)
      throw new PinionError("git/object-missing", `${id} is no ${type}, but a ${answer.type}`);
    return bodyOf(answer);
  }

  function present(answer: BatchAnswer, id: string): Exclude<BatchAnswer, { readonly kind: "missing" }> {
    if (answer.kind !== "missing") return answer;
    onMissing();
    throw new PinionError("git/object-missing", `the mirror has no object ${id}`);
  }

  /** Long ones one after the other: what each of them becomes is many times as long. */
  async function tree<T>(id: string, read: (bytes: Uint8Array) => Promise<T>): Promise<T> {
    const bytes = await contents(id, "tree");
    return bytes.length > longTree ? inLine(() => read(bytes)) : read(bytes);
  }

  const inLine = pLimit(1);
  const commit = async (id: string): Promise<CommitObject> => readCommit(id, await contents(id, "commit"));
  return {
    commit,
    root: async (id) => (await commit(id)).tree,
    rawTree: (id) => tree(id, (bytes) => readRawTree(bytes, id.length / 2, "latin1")),
    directory: remembered((id) => tree(id, (bytes) => readTree(bytes, id.length / 2))),
    difference: createTreeDifferences((id) => contents(id, "tree")),
    size: async (id) => present(await ask(id, "info"), id).size,
    file: (id) => contents(id, "blob"),
  };
}

/** Directories that are kept, and the most entries of one: while a commit is read some are asked for twice, each time a way to git and back. */
const keptDirectories = 64;
const mostKept = 100;

function remembered(read: (id: string) => Promise<readonly TreeEntry[]>): Objects["directory"] {
  const kept = new Map<string, readonly TreeEntry[]>();
  return async (id) => {
    const known = kept.get(id);
    if (known) return known;
    const entries = await read(id);
    if (entries.length <= mostKept) kept.set(id, entries);
    for (const oldest of kept.keys()) if (kept.size > keptDirectories) kept.delete(oldest);
    return entries;
  };
}

function bodyOf({ body, id, size }: Contents): Uint8Array {
  if (body) return body;
  throw new PinionError("git/failed", `object ${id} has ${size} bytes; that is more than is ever read`);
}
