/** A config repository in a folder on disk, as `Objects`: for `pinion validate DIR` and `pinion plan DIR`. */

import { createHash } from "node:crypto";
import { closeSync, constants, lstatSync, openSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { PinionError } from "../../domain/errors.ts";
import type { Objects, TreeEntry } from "../../ports/objects.ts";
import { type FileAttributes, attributesOf } from "./attributes.ts";

/** Folders inside each other; deeper ones are taken as empty, and no config repository has them. */
const maxDepth = 32;
/** Larger files are known by place, size and time instead of their content: they are refused by their size anyway. */
const maxHashedBytes = 8 * 1024 * 1024;

type Item =
  | { readonly kind: "file"; readonly path: string; readonly size: number }
  | { readonly kind: "directory"; readonly entries: readonly TreeEntry[] };

/**
 * Reads processes/ and environments/ below a folder, and nothing else. Links are never followed. `root` walks the folder as it
 * is now, without giving way to anything else: it is meant for commands, not for the controller.
 * @throws `usage/invalid` from `root` when the folder is no config repository.
 */
export function createWorkTree(directory: string): Objects {
  const items = new Map<string, Item>();
  const find = (id: string): Item => {
    const item = items.get(id);
    if (item === undefined) throw new PinionError("git/object-missing", `no such object in ${directory}: ${id}`);
    return item;
  };
  let attributes: ReadonlyMap<string, FileAttributes> = new Map();
  return {
    root: async () => {
      const top = topFolder(directory, items);
      const paths = [...items.values()].flatMap((item) => (item.kind === "file" ? [item.path] : []));
      attributes = attributesOf(realpathSync(directory), paths);
      return remember(items, top);
    },
    async directory(id) {
      const item = find(id);
      return item.kind === "directory" ? item.entries : [];
    },
    async size(id) {
      const item = find(id);
      return item.kind === "file" ? item.size : 0;
    },
    async file(id) {
      const item = find(id);
      if (item.kind !== "file") throw new PinionError("git/object-missing", `not a file: ${id}`);
      return asGitHolds(readPlainFile(item.path), attributes.get(item.path));
    },
  };
}

const lfsPointer = "version https://git-lfs.github.com/spec/v1\n";

/** What a controller would read: it sees the commit, not the work tree. What cannot be told stays as it is. */
function asGitHolds(bytes: Uint8Array, attributes: FileAttributes | undefined): Uint8Array {
  if (attributes?.isInLfs) return Buffer.from(lfsPointer);
  if (!attributes || attributes.encoding === null) return bytes;
  try {
    return Buffer.from(new TextDecoder(attributes.encoding, { fatal: true }).decode(bytes));
  } catch {
    return bytes;
  }
}

function topFolder(directory: string, items: Map<string, Item>): Item {
  const root = readable(directory);
  const ours = root.names.filter((name) => name === "processes" || name === "environments").sort();
  if (ours.length === 0)
    throw new PinionError("usage/invalid", `${directory} is not a config repository: it has neither processes/ nor environments/`);
  return { kind: "directory", entries: ours.map((name) => readEntry(root.path, name, items, 1)) };
}

function readable(directory: string): { readonly path: string; readonly names: readonly string[] } {
  try {
    const path = realpathSync(directory);
    return { path, names: readdirSync(path) };
  } catch (error) {
    throw new PinionError("usage/invalid", `${directory} is not a folder that can be read`, { cause: error });
  }
}

function readEntry(parent: string, name: string, items: Map<string, Item>, depth: number): TreeEntry {
  const path = join(parent, name);
  const stats = lstatSync(path);
  const mark = `${path}\0${stats.size}\0${stats.mtimeMs}\0${stats.ino}`;
  if (stats.isFile()) {
    const id = stats.size > maxHashedBytes ? hashOf("large", mark) : hashOf("blob", readPlainFile(path));
    items.set(id, { kind: "file", path, size: stats.size });
    return { name, kind: "file", id };
  }
  // A socket or a device is as little a file of the repository as a link.
  if (!stats.isDirectory()) return { name, kind: "symlink", id: hashOf("link", mark) };
  const names = depth > maxDepth ? [] : readdirSync(path).sort();
  // A folder with a repository of its own inside is what git records as a submodule.
  if (names.includes(".git")) return { name, kind: "submodule", id: hashOf("submodule", mark) };
  const entries = names.map((inner) => readEntry(path, inner, items, depth + 1));
  return { name, kind: "directory", id: remember(items, { kind: "directory", entries }) };
}

/** Refuses to follow a link that has taken the file's place since it was listed, and to wait for a pipe. */
function readPlainFile(path: string): Uint8Array {
  const handle = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    return readFileSync(handle);
  } finally {
    closeSync(handle);
  }
}

function remember(items: Map<string, Item>, item: Item): string {
  const content = item.kind === "file" ? item.path : item.entries.map((entry) => `${entry.kind} ${entry.id} ${entry.name}`).join("\n");
  const id = hashOf("tree", content);
  items.set(id, item);
  return id;
}

function hashOf(kind: string, content: string | Uint8Array): string {
  return createHash("sha1")
    .update(`${kind} ${Buffer.byteLength(content)}\0`)
    .update(content)
    .digest("hex");
}
