/** The tree of a commit with some files in place of what is there; every other byte of it stays as it is. */

import { setImmediate } from "node:timers/promises";
import type { GitObjects } from "../mirror/git-objects.ts";
import type { RawEntry } from "../mirror/read-object.ts";
import { sortInSlices } from "../mirror/sort-in-slices.ts";
import type { ObjectStore } from "./object-store.ts";

export interface TreeTools {
  readonly objects: GitObjects;
  readonly store: ObjectStore;
}

/** A file's new bytes, by its path from the root; names are bytes as Latin-1. */
export type Files = ReadonlyMap<string, Uint8Array>;

const folderMode = "40000";

/** Writes the trees and blobs that differ, and gives back the id of the new root. `root` null: there is nothing yet. */
export async function treeWith(tools: TreeTools, root: string | null, files: Files): Promise<string> {
  const before = root === null ? [] : await tools.objects.rawTree(root);
  const entries = new Map(before.map((entry) => [entry.name, entry]));
  for (const [name, below] of byFirstStep(files)) entries.set(name, await entryWith(tools, entries.get(name), name, below));
  return tools.store.write("tree", await encodeTree([...entries.values()]));
}

async function entryWith(tools: TreeTools, before: RawEntry | undefined, name: string, below: Files): Promise<RawEntry> {
  const content = below.get("");
  if (content !== undefined) return { mode: before?.mode ?? "100644", name, id: tools.store.write("blob", content) };
  const folder = before?.mode === folderMode ? before.id : null;
  return { mode: folderMode, name, id: await treeWith(tools, folder, below) };
}

/** What is below each name; a file itself is below its name at "". */
function byFirstStep(files: Files): ReadonlyMap<string, Files> {
  const groups = new Map<string, Map<string, Uint8Array>>();
  for (const [path, bytes] of files) {
    const slash = path.indexOf("/");
    const [first, rest] = slash < 0 ? [path, ""] : [path.slice(0, slash), path.slice(slash + 1)];
    const group = groups.get(first) ?? new Map<string, Uint8Array>();
    groups.set(first, group.set(rest, bytes));
  }
  return groups;
}

/** Entries that are written before others get their turn. */
const entriesAtOnce = 4_000;

/** git orders a folder as if its name ended in a slash, and names by their bytes. */
async function encodeTree(entries: readonly RawEntry[]): Promise<Uint8Array> {
  const sorted = await sortInSlices(entries, (a, b) => sortKey(a) <= sortKey(b), entriesAtOnce);
  const parts: Buffer[] = [];
  for (let start = 0; start < sorted.length; start += entriesAtOnce) {
    if (start > 0) await setImmediate();
    parts.push(Buffer.concat(sorted.slice(start, start + entriesAtOnce).flatMap(encoded)));
  }
  return Buffer.concat(parts);
}

function encoded({ mode, name, id }: RawEntry): readonly Buffer[] {
  return [Buffer.from(`${mode} `), Buffer.from(name, "latin1"), Buffer.from([0]), Buffer.from(id, "hex")];
}

function sortKey({ mode, name }: RawEntry): string {
  return mode === folderMode ? `${name}/` : name;
}
