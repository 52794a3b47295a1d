/** Files of one commit as git names them: equal ids mean equal contents, so that readers see what did not change. */

import { createHash } from "node:crypto";
import type { TreeEntry } from "../../ports/objects.ts";

export type StoredObject =
  | { readonly kind: "file"; readonly bytes: Uint8Array }
  | { readonly kind: "directory"; readonly entries: readonly TreeEntry[] };

export interface ObjectTree {
  /** Id of the root directory. */
  readonly root: string;
  readonly objects: ReadonlyMap<string, StoredObject>;
}

type Folder = Map<string, Folder | string>;

/** The tree of these texts by path. */
export function plantTree(files: ReadonlyMap<string, string>): ObjectTree {
  const objects = new Map<string, StoredObject>();
  return { root: plant(objects, nest(files)), objects };
}

function nest(files: ReadonlyMap<string, string>): Folder {
  const root: Folder = new Map();
  for (const [path, text] of files) {
    const names = path.split("/");
    const last = names.pop() ?? "";
    names.reduce(folderIn, root).set(last, text);
  }
  return root;
}

function folderIn(folder: Folder, name: string): Folder {
  const known = folder.get(name);
  if (known instanceof Map) return known;
  const made: Folder = new Map();
  folder.set(name, made);
  return made;
}

function plant(objects: Map<string, StoredObject>, folder: Folder): string {
  const entries = Array.from(folder, ([name, node]): TreeEntry =>
    typeof node === "string"
      ? { name, kind: "file", id: keep(objects, { kind: "file", bytes: Buffer.from(node, "utf8") }) }
      : { name, kind: "directory", id: plant(objects, node) },
  );
  return keep(objects, { kind: "directory", entries: entries.sort((a, b) => (a.name < b.name ? -1 : 1)) });
}

function keep(objects: Map<string, StoredObject>, object: StoredObject): string {
  const content = object.kind === "file" ? object.bytes : JSON.stringify(object.entries);
  const id = createHash("sha1").update(object.kind).update("\0").update(content).digest("hex");
  objects.set(id, object);
  return id;
}
