/** What .gitattributes says of files in a work tree: what git holds of them is not what lies there. */

import { execFileSync } from "node:child_process";
import { relative } from "node:path";

export interface FileAttributes {
  /** What git holds is a pointer into Git LFS. */
  readonly isInLfs: boolean;
  /** The work tree's encoding, where it is another than git's; a label of `TextDecoder`. */
  readonly encoding: string | null;
}

const nothing: FileAttributes = { isInLfs: false, encoding: null };
const maxBytes = 64 * 1024 * 1024;

/** By path. Empty where the folder is no work tree of git's, or git is not there. */
export function attributesOf(directory: string, paths: readonly string[]): ReadonlyMap<string, FileAttributes> {
  const found = new Map<string, FileAttributes>();
  const known = new Map(paths.map((path) => [relative(directory, path), path]));
  for (const [name, attribute, value] of triples(ask(directory, [...known.keys()]))) {
    const path = known.get(name);
    if (path === undefined || value === "unspecified" || value === "unset") continue;
    const before = found.get(path) ?? nothing;
    if (attribute === "filter" && value === "lfs") found.set(path, { ...before, isInLfs: true });
    if (attribute === "working-tree-encoding") found.set(path, { ...before, encoding: value.replace(/-BOM$/i, "") });
  }
  return found;
}

function ask(directory: string, names: readonly string[]): string {
  const args = ["-c", "core.fsmonitor=false", "check-attr", "-z", "--stdin", "filter", "working-tree-encoding"];
  try {
    return execFileSync("git", args, { cwd: directory, input: names.join("\0"), maxBuffer: maxBytes, stdio: "pipe" }).toString();
  } catch {
    return "";
  }
}

function* triples(output: string): Iterable<readonly [string, string, string]> {
  const fields = output.split("\0");
  for (let at = 0; at + 2 < fields.length; at += 3) yield [fields[at] ?? "", fields[at + 1] ?? "", fields[at + 2] ?? ""];
}
