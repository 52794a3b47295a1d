/** What commits and trees hold, read from their raw bytes. */

import { setImmediate } from "node:timers/promises";
import type { CommitId } from "../../../domain/names.ts";
import type { Head } from "../../../ports/config-repository.ts";
import type { TreeEntry } from "../../../ports/objects.ts";
import { sortInSlices } from "./sort-in-slices.ts";

export interface CommitObject extends Head {
  readonly tree: string;
  readonly parents: readonly CommitId[];
  /** All of it, the subject too. */
  readonly message: string;
}

const space = 32;
const kinds: Readonly<Record<string, TreeEntry["kind"]>> = { "40000": "directory", "120000": "symlink", "160000": "submodule" };

/** An entry of a tree object as it is stored. */
export interface RawEntry {
  readonly mode: string;
  readonly name: string;
  readonly id: string;
}

/** Entries that are handled before others get their turn. */
const entriesAtOnce = 4_000;

/** The entries of a tree object, by name; of many, in slices. `idLength` is 20 bytes for SHA-1 and 32 for SHA-256. */
export async function readTree(bytes: Uint8Array, idLength: number): Promise<readonly TreeEntry[]> {
  const raw = await readRawTree(bytes, idLength, "utf8");
  // git sorts a directory as if its name ended in a slash, so its order differs from that of the names, but seldom.
  const sorted = await sortInSlices(raw, (a, b) => a.name <= b.name, entriesAtOnce);
  const entries: TreeEntry[] = [];
  for (const { mode, name, id } of sorted) {
    entries.push({ name, kind: kinds[mode.replace(/^0+/, "")] ?? "file", id });
    if (entries.length % (entriesAtOnce * 4) === 0) await setImmediate();
  }
  return entries;
}

/** The entries of a tree object, as they are and in their order; of many, in slices. With `latin1` a name is its bytes, whatever they are. */
export async function readRawTree(bytes: Uint8Array, idLength: number, encoding: "utf8" | "latin1"): Promise<readonly RawEntry[]> {
  const entries: RawEntry[] = [];
  for (const entry of rawEntries(bytes, idLength, encoding)) {
    entries.push(entry);
    if (entries.length % entriesAtOnce === 0) await setImmediate();
  }
  return entries;
}

/** The same, one after the other. */
export function* rawEntries(bytes: Uint8Array, idLength: number, encoding: "utf8" | "latin1"): Iterable<RawEntry> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < buffer.length;) {
    const modeEnd = buffer.indexOf(space, at);
    const nameEnd = buffer.indexOf(0, modeEnd);
    const idEnd = nameEnd + 1 + idLength;
    if (modeEnd < 0 || nameEnd < 0 || idEnd > buffer.length) throw new Error("a tree object ends in the middle of an entry");
    const mode = buffer.toString("latin1", at, modeEnd);
    const name = buffer.toString(encoding, modeEnd + 1, nameEnd);
    yield { mode, name, id: buffer.toString("hex", nameEnd + 1, idEnd) };
    at = idEnd;
  }
}

/** Characters of a subject or a name: they are in each answer of the API and in the log, and git sets no limit. */
const longest = 300;

function shortened(text: string): string {
  return text.length > longest ? `${text.slice(0, longest - 1)}…` : text;
}

/** The end of year 9999: git takes later ones, and they are no dates that can be written. */
const latest = Date.UTC(10_000, 0) - 1000;

/** Who, when and what of a commit object. */
export function readCommit(commit: CommitId, bytes: Uint8Array): CommitObject {
  const text = Buffer.from(bytes).toString("utf8");
  const split = text.indexOf("\n\n");
  const headers = text.slice(0, split < 0 ? text.length : split).split("\n");
  const values = (name: string): readonly string[] =>
    headers.filter((line) => line.startsWith(`${name} `)).map((line) => line.slice(name.length + 1));
  const message = split < 0 ? "" : text.slice(split + 2);
  const committer = /> (\d+) [+-]\d{4}$/.exec(values("committer")[0] ?? "");
  return {
    commit,
    tree: values("tree")[0] ?? "",
    parents: values("parent"),
    committedAt: Math.min(Number(committer?.[1] ?? 0) * 1000, latest),
    message,
    subject: shortened(message.trimStart().split("\n", 1)[0] ?? ""),
    author: shortened((values("author")[0] ?? "").replace(/ <[^<]*$/, "")),
  };
}
