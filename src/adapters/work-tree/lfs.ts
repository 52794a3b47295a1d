/** Which of the files that Git LFS is meant for are really kept there: what was committed without it is held as it is. */

import type { Ask } from "./ask-git.ts";

const pointerStart = "version https://git-lfs.github.com/spec/";
/** No pointer is longer. */
const longestPointer = 1024;

/** Those of which git holds a pointer, or would hold one once they are committed. */
export function keptInLfs(ask: Ask, names: readonly string[]): ReadonlySet<string> {
  if (names.length === 0) return new Set();
  const held = heldBlobs(ask, names);
  const isFiltered = ask(["config", "--get", "filter.lfs.clean"]).trim() !== "";
  const lying = isFiltered ? blobsAsTheyLie(ask, [...held.keys()]) : new Map<string, string>();
  return new Set(
    names.filter((name) => {
      const blob = held.get(name);
      if (blob === undefined || isPointer(ask, blob)) return true;
      return isFiltered && lying.get(name) !== blob;
    }),
  );
}

/** Of those that are in the index. */
function heldBlobs(ask: Ask, names: readonly string[]): ReadonlyMap<string, string> {
  const wanted = new Set(names);
  const listed = ask(["ls-files", "--stage", "-z", "--", "processes", "environments"]).split("\0");
  return new Map(
    listed.flatMap((line) => {
      const [, blob = "", name = ""] = /^\d+ (\S+) 0\t(.*)$/s.exec(line) ?? [];
      return wanted.has(name) ? [[name, blob] as const] : [];
    }),
  );
}

/** What they would be without any filter. */
function blobsAsTheyLie(ask: Ask, names: readonly string[]): ReadonlyMap<string, string> {
  const plain = names.filter((name) => !name.includes("\n"));
  if (plain.length === 0) return new Map();
  const blobs = ask(["hash-object", "--no-filters", "--stdin-paths"], `${plain.join("\n")}\n`).split("\n");
  return new Map(plain.map((name, at) => [name, blobs[at] ?? ""]));
}

function isPointer(ask: Ask, blob: string): boolean {
  if (Number(ask(["cat-file", "-s", blob]).trim()) > longestPointer) return false;
  return ask(["cat-file", "-p", blob]).startsWith(pointerStart);
}
