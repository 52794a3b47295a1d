/** A config repository in a folder on disk, as `Objects`: for `pinion validate DIR` and `pinion plan DIR`. */

import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { lstat, open, readdir, realpath } from "node:fs/promises";
import { join } from "node:path";
import { PinionError } from "../../domain/errors.ts";
import type { Objects, TreeEntry } from "../../ports/objects.ts";

/** Folders inside each other; deeper ones are read as empty, and no config repository has them. */
const maxDepth = 32;

type Item =
  | { readonly kind: "file"; readonly path: string; readonly size: number }
  | { readonly kind: "directory"; readonly entries: readonly TreeEntry[] };

/**
 * Reads processes/ and environments/ below a folder, and nothing else. Links are never followed. Ids are made of paths, sizes and
 * times, not of contents: they tell what changed on this disk, and mean nothing elsewhere.
 * @throws `usage/invalid` from `root` when the folder is no config repository.
 */
export function createWorkTree(directory: string): Objects {
  const items = new Map<string, Item>();
  const find = (id: string): Item => {
    const item = items.get(id);
    if (item === undefined) throw new PinionError("git/object-missing", `no such object in ${directory}: ${id}`);
    return item;
  };
  return {
    async root() {
      const entries = await topEntries(directory, items);
      return remember(items, { kind: "directory", entries }, entries.map(describe).join("\n"));
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
      return readPlainFile(item.path);
    },
  };
}

async function topEntries(directory: string, items: Map<string, Item>): Promise<readonly TreeEntry[]> {
  const root = await realpath(directory).catch(() => null);
  const names = root === null ? null : await readdir(root).catch(() => null);
  if (root === null || names === null) throw new PinionError("usage/invalid", `${directory} is not a folder that can be read`);
  const ours = names.filter((name) => name === "processes" || name === "environments").sort();
  if (ours.length === 0)
    throw new PinionError("usage/invalid", `${directory} is not a config repository: it has neither processes/ nor environments/`);
  return Promise.all(ours.map(async (name) => readEntry(root, name, items, 1)));
}

async function readEntry(parent: string, name: string, items: Map<string, Item>, depth: number): Promise<TreeEntry> {
  const path = join(parent, name);
  const stats = await lstat(path);
  const mark = `${path}\0${stats.size}\0${stats.mtimeMs}\0${stats.ino}`;
  if (stats.isFile()) return { name, kind: "file", id: remember(items, { kind: "file", path, size: stats.size }, mark) };
  if (!stats.isDirectory()) return { name, kind: "symlink", id: hashOf(mark) };
  const names = depth > maxDepth ? [] : (await readdir(path)).sort();
  // A folder with a repository of its own inside is what git records as a submodule.
  if (names.includes(".git")) return { name, kind: "submodule", id: hashOf(mark) };
  const entries: TreeEntry[] = [];
  for (const inner of names) entries.push(await readEntry(path, inner, items, depth + 1));
  const id = remember(items, { kind: "directory", entries }, `${path}\0${entries.map(describe).join("\n")}`);
  return { name, kind: "directory", id };
}

/** Refuses to follow a link that has taken the file's place since it was listed. */
async function readPlainFile(path: string): Promise<Uint8Array> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}

function describe(entry: TreeEntry): string {
  return `${entry.kind} ${entry.id} ${entry.name}`;
}

function remember(items: Map<string, Item>, item: Item, mark: string): string {
  const id = hashOf(mark);
  items.set(id, item);
  return id;
}

function hashOf(mark: string): string {
  return createHash("sha1").update(mark).digest("hex");
}
