/** `Objects` and `ParseCache` in memory, with git's way of naming things: equal ids mean equal contents. Counts what is read. */

import { createHash } from "node:crypto";
import { createTreeDifferences } from "../../src/adapters/git/mirror/tree-differences.ts";
import { PinionError } from "../../src/domain/errors.ts";
import type { Objects, ParseCache, TreeEntry } from "../../src/ports/objects.ts";

/** A file by its content, or an entry that is not a plain file. */
export type FakeFile = string | Uint8Array | { readonly kind: "symlink" | "submodule" };

/** Files by path from the root. */
export type FakeFiles = Readonly<Record<string, FakeFile>>;

export interface FakeObjects extends Objects {
  /** Stores a tree and returns the commit that `root` knows it by. */
  commit(files: FakeFiles): string;
  /** Reads since the last call of `forgetReads`. */
  readonly reads: { directories: number; files: number; sizes: number };
  forgetReads(): void;
}

type Stored = { readonly kind: "blob"; readonly bytes: Uint8Array } | { readonly kind: "tree"; readonly entries: readonly TreeEntry[] };

/** An empty store. */
export function createFakeObjects(): FakeObjects {
  const objects = new Map<string, Stored>();
  const reads = { directories: 0, files: 0, sizes: 0 };
  const find = (id: string): Stored => {
    const stored = objects.get(id);
    if (stored === undefined) throw new PinionError("git/object-missing", `no such object: ${id}`);
    return stored;
  };
  const blob = (id: string): Uint8Array => {
    const stored = find(id);
    if (stored.kind !== "blob") throw new PinionError("git/object-missing", `not a file: ${id}`);
    return stored.bytes;
  };
  const directory = (id: string): readonly TreeEntry[] => {
    reads.directories += 1;
    const stored = find(id);
    return stored.kind === "tree" ? stored.entries : [];
  };
  return {
    reads,
    difference: createTreeDifferences(async (id) => asTreeObject(directory(id))),
    forgetReads: () => Object.assign(reads, { directories: 0, files: 0, sizes: 0 }),
    commit: (files) => storeTree(objects, nest(files)),
    async root(commit) {
      find(commit);
      return commit;
    },
    directory: async (id) => directory(id),
    async size(id) {
      reads.sizes += 1;
      return blob(id).length;
    },
    async file(id) {
      reads.files += 1;
      return blob(id);
    },
  };
}

const modes: Readonly<Record<TreeEntry["kind"], string>> = { directory: "40000", file: "100644", symlink: "120000", submodule: "160000" };

/** As git stores it. */
export function asTreeObject(entries: readonly TreeEntry[]): Uint8Array {
  const keyed = entries.map((entry) => ({ entry, key: Buffer.from(entry.kind === "directory" ? `${entry.name}/` : entry.name) }));
  const sorted = keyed.toSorted((a, b) => Buffer.compare(a.key, b.key)).map(({ entry }) => entry);
  return Buffer.concat(sorted.flatMap(({ name, kind, id }) => [Buffer.from(`${modes[kind]} ${name}\0`), Buffer.from(id, "hex")]));
}

/** A cache in memory, which shows its rows. */
export function createFakeParseCache(): ParseCache & { readonly rows: Map<string, string> } {
  const rows = new Map<string, string>();
  return {
    rows,
    get: (keys) => new Map(keys.flatMap((key) => (rows.has(key) ? [[key, rows.get(key) ?? ""] as const] : []))),
    put: (entries) => entries.forEach((value, key) => rows.set(key, value)),
  };
}

type Nested = Map<string, Nested | FakeFile>;

function nest(files: FakeFiles): Nested {
  const root: Nested = new Map();
  for (const [path, file] of Object.entries(files)) {
    const steps = path.split("/");
    let at = root;
    for (const step of steps.slice(0, -1)) {
      const inner = at.get(step) ?? new Map<string, Nested | FakeFile>();
      at.set(step, inner);
      at = inner as Nested;
    }
    at.set(steps.at(-1) ?? "", file);
  }
  return root;
}

function storeTree(objects: Map<string, Stored>, nested: Nested): string {
  const entries = Array.from(nested, ([name, node]): TreeEntry => {
    if (node instanceof Map) return { name, kind: "directory", id: storeTree(objects, node) };
    if (typeof node === "object" && "kind" in node) return { name, kind: node.kind, id: idOf(node.kind, name) };
    return { name, kind: "file", id: storeBlob(objects, node) };
  }).sort((a, b) => (a.name < b.name ? -1 : 1));
  const id = idOf("tree", entries.map((entry) => `${entry.kind} ${entry.id} ${entry.name}`).join("\n"));
  objects.set(id, { kind: "tree", entries });
  return id;
}

function storeBlob(objects: Map<string, Stored>, content: string | Uint8Array): string {
  const bytes = typeof content === "string" ? Buffer.from(content, "utf8") : content;
  const id = idOf("blob", bytes);
  objects.set(id, { kind: "blob", bytes });
  return id;
}

function idOf(kind: string, content: string | Uint8Array): string {
  return createHash("sha1").update(kind).update("\0").update(content).digest("hex");
}
