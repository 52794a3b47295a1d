/** `Objects` and `ParseCache` in memory, with git's way of naming things: equal ids mean equal contents. Counts what is read. */

import { createHash } from "node:crypto";
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
  return {
    reads,
    forgetReads: () => Object.assign(reads, { directories: 0, files: 0, sizes: 0 }),
    commit: (files) => storeTree(objects, nest(files)),
    async root(commit) {
      find(commit);
      return commit;
    },
    async directory(id) {
      reads.directories += 1;
      const stored = find(id);
      return stored.kind === "tree" ? stored.entries : [];
    },
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
