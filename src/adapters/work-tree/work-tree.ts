/** A config repository in a folder on disk, as `Objects`: for `pinion validate DIR` and `pinion plan DIR`. */

import { createHash } from "node:crypto";
import { closeSync, constants, lstatSync, openSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { PinionError } from "../../domain/errors.ts";
import type { Objects, TreeEntry } from "../../ports/objects.ts";
import { type FileAttributes, type GitView, gitViewOf, plainly } from "./attributes.ts";

/** Folders inside each other; deeper ones are taken as empty, and no config repository has them. */
const maxDepth = 32;
/** Larger files are known by place, size and time instead of their content: they are refused by their size anyway. */
const maxHashedBytes = 8 * 1024 * 1024;

type Item =
  | { readonly kind: "file"; readonly path: string; readonly size: number }
  | { readonly kind: "directory"; readonly entries: readonly TreeEntry[] };

/** The folder as it was found. */
interface Walk {
  readonly items: Map<string, Item>;
  readonly view: GitView;
}

function isPlain({ attributes, hash }: GitView): boolean {
  return attributes.size === 0 && hash === "sha1";
}

/**
 * Reads processes/ and environments/ below a folder, and nothing else. Links are never followed. `root` walks the folder as it
 * is now, without giving way to anything else: it is meant for commands, not for the controller. `viewOf` says what git has stored instead.
 * @throws `usage/invalid` from `root` when the folder is no config repository.
 */
export function createWorkTree(directory: string, viewOf: typeof gitViewOf = gitViewOf): Objects {
  let walk: Walk = { items: new Map(), view: plainly };
  const find = (id: string): Item => {
    const item = walk.items.get(id);
    if (item === undefined) throw new PinionError("git/object-missing", `no such object in ${directory}: ${id}`);
    return item;
  };
  return {
    root: async () => {
      const first: Walk = { items: new Map(), view: plainly };
      const top = topFolder(directory, first);
      const paths = [...first.items.values()].flatMap((item) => (item.kind === "file" ? [item.path] : []));
      const view = viewOf(realpathSync(directory), paths);
      walk = isPlain(view) ? first : { items: new Map(), view };
      return remember(walk, walk === first ? top : topFolder(directory, walk));
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
      return asGitHolds(item.path, walk.view);
    },
  };
}

const lfsPointer = "version https://git-lfs.github.com/spec/v1\n";

/** What a controller would read: it sees the commit, not the work tree. What cannot be told stays as it is. */
function asGitHolds(path: string, { attributes }: GitView): Uint8Array {
  const of = attributes.get(path);
  if (of?.filtered) return of.filtered;
  if (of?.isInLfs) return Buffer.from(lfsPointer);
  const bytes = readPlainFile(path);
  return of ? normalised(of.encoding === null ? bytes : decoded(bytes, of.encoding), of) : bytes;
}

/** As characters of one byte each: whatever they mean stays as it is. */
function normalised(bytes: Uint8Array, { hasLocalLineEnds, hasIdent }: FileAttributes): Uint8Array {
  const text = Buffer.from(bytes).toString("latin1");
  const lines = hasLocalLineEnds ? text.replaceAll("\r\n", "\n") : text;
  return Buffer.from(hasIdent ? lines.replaceAll(/\$Id:[^$\n]*\$/g, "$Id$$") : lines, "latin1");
}

function decoded(bytes: Uint8Array, encoding: string): Uint8Array {
  try {
    return Buffer.from(new TextDecoder(encoding, { fatal: true }).decode(bytes));
  } catch {
    return bytes;
  }
}

function topFolder(directory: string, walk: Walk): Item {
  const root = readable(directory);
  const ours = root.names.filter((name) => name === "processes" || name === "environments").sort();
  if (ours.length === 0)
    throw new PinionError("usage/invalid", `${directory} is not a config repository: it has neither processes/ nor environments/`);
  return { kind: "directory", entries: ours.flatMap((name) => readEntry(root.path, name, walk, 1)) };
}

function readable(directory: string): { readonly path: string; readonly names: readonly string[] } {
  try {
    const path = realpathSync(directory);
    return { path, names: readdirSync(path) };
  } catch (error) {
    throw new PinionError("usage/invalid", `${directory} is not a folder that can be read`, { cause: error });
  }
}

/** None for what git ignores: no commit has it. */
function readEntry(parent: string, name: string, walk: Walk, depth: number): readonly TreeEntry[] {
  const path = join(parent, name);
  const known = walk.view.attributes.get(path);
  return known?.isIgnored ? [] : [{ name, ...readItem({ path, depth, heldAs: known?.heldAs ?? null }, walk) }];
}

interface Found {
  readonly path: string;
  readonly depth: number;
  readonly heldAs: FileAttributes["heldAs"];
}

function readItem({ path, depth, heldAs }: Found, walk: Walk): Omit<TreeEntry, "name"> {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  // A name that is no UTF-8 is shown with marks in its place, and nothing is found under that.
  if (stats === undefined) return { kind: "directory", id: remember(walk, { kind: "directory", entries: [] }) };
  const mark = `${path}\0${stats.size}\0${stats.mtimeMs}\0${stats.ino}`;
  const special = (kind: TreeEntry["kind"]) => ({ kind, id: hashOf(walk.view, kind, mark) });
  if (heldAs !== null) return special(heldAs);
  if (stats.isFile()) return { kind: "file", id: rememberFile(walk, { kind: "file", path, size: stats.size }, mark) };
  // A socket or a device is as little a file of the repository as a link.
  if (!stats.isDirectory()) return special("symlink");
  const names = depth > maxDepth ? [] : readdirSync(path).sort();
  // A folder with a repository of its own inside is what git records as a submodule.
  if (names.includes(".git")) return special("submodule");
  const entries = names.flatMap((inner) => readEntry(path, inner, walk, depth + 1));
  return { kind: "directory", id: remember(walk, { kind: "directory", entries }) };
}

function rememberFile({ items, view }: Walk, file: Extract<Item, { readonly kind: "file" }>, mark: string): string {
  const id = file.size > maxHashedBytes ? hashOf(view, "large", mark) : hashOf(view, "blob", asGitHolds(file.path, view));
  items.set(id, file);
  return id;
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

function remember({ items, view }: Walk, item: Item): string {
  const content = item.kind === "file" ? item.path : item.entries.map((entry) => `${entry.kind} ${entry.id} ${entry.name}`).join("\n");
  const id = hashOf(view, "tree", content);
  items.set(id, item);
  return id;
}

function hashOf({ hash }: GitView, kind: string, content: string | Uint8Array): string {
  return createHash(hash)
    .update(`${kind} ${Buffer.byteLength(content)}\0`)
    .update(content)
    .digest("hex");
}
