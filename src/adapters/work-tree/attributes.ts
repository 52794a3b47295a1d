/** What git makes of files of a work tree: what it holds of them is not always what lies there. */

import { join, relative } from "node:path";
import { type Ask, asksGit } from "./ask-git.ts";
import { filter } from "./filters.ts";
import { keptInLfs } from "./lfs.ts";

export interface FileAttributes {
  /** What git holds is a pointer into Git LFS. */
  readonly isInLfs: boolean;
  /** What another filter of the repository's configuration makes of it, such as one that encrypts; null: none does. */
  readonly filtered: Uint8Array | null;
  /** The work tree's encoding, where it is another than git's; a label of `TextDecoder`. */
  readonly encoding: string | null;
  /** Lines end with CR LF in the work tree only. */
  readonly hasLocalLineEnds: boolean;
  /** `$Id$` is filled in in the work tree only. */
  readonly hasIdent: boolean;
  /** It is there, and git ignores it: it is in no commit. */
  readonly isIgnored: boolean;
  /** What git holds is no file and no folder, whatever lies there: links where the system has none, submodules that were not fetched. */
  readonly heldAs: "symlink" | "submodule" | null;
}

/** How a folder is kept in git. */
export interface GitView {
  /** By path, where git holds something else than what lies there. */
  readonly attributes: ReadonlyMap<string, FileAttributes>;
  /** What object ids are made with. */
  readonly hash: "sha1" | "sha256";
}

const nothing: FileAttributes = {
  isInLfs: false,
  filtered: null,
  encoding: null,
  hasLocalLineEnds: false,
  hasIdent: false,
  isIgnored: false,
  heldAs: null,
};
/** Where git holds nothing else than what lies there. */
export const plainly: GitView = { attributes: new Map(), hash: "sha1" };

/** What a config repository is read from. */
const ours = ["--", "processes", "environments"];

/** Empty where the folder is no work tree of git's, or git is not there. */
export function gitViewOf(directory: string, paths: readonly string[]): GitView {
  const ask = asksGit(directory);
  const format = ask(["rev-parse", "--show-object-format"]).trim();
  if (format === "") return plainly;
  const attributes = new Map<string, FileAttributes>();
  for (const [name, more] of [...setAttributes(ask, directory, paths), ...localLineEnds(ask), ...ignored(ask), ...otherKinds(ask)]) {
    const path = join(directory, name);
    attributes.set(path, { ...(attributes.get(path) ?? nothing), ...more });
  }
  return { attributes, hash: format === "sha256" ? "sha256" : "sha1" };
}

type Said = readonly [name: string, said: Partial<FileAttributes>];

function setAttributes(ask: Ask, directory: string, paths: readonly string[]): readonly Said[] {
  const names = paths.map((path) => relative(directory, path));
  const found = attributesOf(ask, names, ["filter", "working-tree-encoding", "ident"]);
  const { cleaned: filtered } = filter(directory, otherFilters(found));
  const inLfs = keptInLfs(
    ask,
    found.flatMap(([name, attribute, value]) => (attribute === "filter" && value === "lfs" ? [name] : [])),
  );
  return found.flatMap(([name, attribute, value]): readonly Said[] => {
    if (attribute === "working-tree-encoding") return [[name, { encoding: value.replace(/-BOM$/i, "") }]];
    if (attribute === "ident") return [[name, { hasIdent: true }]];
    if (value === "lfs") return inLfs.has(name) ? [[name, { isInLfs: true }]] : [];
    return filtered.has(name) ? [[name, { filtered: filtered.get(name) ?? null }]] : [];
  });
}

type Attribute = readonly [name: string, attribute: string, value: string];

/** Those that are set. */
function attributesOf(ask: Ask, names: readonly string[], attributes: readonly string[]): readonly Attribute[] {
  const found = Array.from(triples(ask(["check-attr", "-z", "--stdin", ...attributes], names.join("\0"))));
  return found.filter(([, , value]) => value !== "unspecified" && value !== "unset");
}

/** Files that have another filter than Git LFS. */
function otherFilters(found: readonly Attribute[]): readonly string[] {
  return found.flatMap(([name, attribute, value]) => (attribute === "filter" && value !== "lfs" ? [name] : []));
}

/** Files whose filter fails: they are read as they lie there, and git may hold something else of them. */
export function unfilteredFiles(directory: string): readonly string[] {
  const ask = asksGit(directory);
  const names = ask(["ls-files", "-z", "--cached", "--others", "--exclude-standard", ...ours])
    .split("\0")
    .filter((name) => name !== "");
  return filter(directory, otherFilters(attributesOf(ask, names, ["filter"]))).failed;
}

/** Files whose lines git ends with LF alone. Where it only guesses that a file is text, one that it holds with CR LF stays so. */
function localLineEnds(ask: Ask): readonly Said[] {
  const isAutomatic = /^(?:true|input)$/i.test(ask(["config", "--get", "core.autocrlf"]).trim());
  const listed = ask(["ls-files", "--eol", "-z", "--cached", "--others", ...ours]);
  return listed.split("\0").flatMap((line) => {
    const [, held = "", attribute = "", name = ""] = /^i\/(\S*)\s+w\/\S*\s+attr\/([^\t]*?)\s*\t(.*)$/s.exec(line) ?? [];
    const isGuessed = attribute.startsWith("text=auto") || (attribute === "" && isAutomatic);
    const isText = isGuessed ? !/^(?:crlf|mixed)$/.test(held) : /^text\b/.test(attribute);
    return isText && name !== "" ? [[name, { hasLocalLineEnds: true }] as const] : [];
  });
}

function ignored(ask: Ask): readonly Said[] {
  const listed = ask(["ls-files", "-z", "--others", "--ignored", "--exclude-standard", ...ours]);
  return listed.split("\0").flatMap((name) => (name === "" ? [] : [[name, { isIgnored: true }] as const]));
}

/** By their modes in the index. */
function otherKinds(ask: Ask): readonly Said[] {
  return ask(["ls-files", "-z", "--stage", ...ours])
    .split("\0")
    .flatMap((line) => {
      const [, mode, name = ""] = /^(120000|160000) \S+ \d\t(.*)$/s.exec(line) ?? [];
      return mode === undefined ? [] : [[name, { heldAs: mode === "120000" ? "symlink" : "submodule" }] as const];
    });
}

/** Files that lie there as if they belonged to the repository, and are in no commit. */
export function ignoredFiles(directory: string): readonly string[] {
  return ignored(asksGit(directory)).flatMap(([name]) => (/\.(?:ya?ml|json)$/.test(name) ? [name] : []));
}

/** Files of the commit that are not in the work tree, since it is a sparse one. */
export function notCheckedOut(directory: string): readonly string[] {
  const listed = asksGit(directory)(["ls-files", "-t", "-z", "--cached", ...ours]);
  return listed.split("\0").flatMap((line) => (line.startsWith("S ") ? [line.slice(2)] : []));
}

function* triples(output: string): Iterable<Attribute> {
  const fields = output.split("\0");
  for (let at = 0; at + 2 < fields.length; at += 3) yield [fields[at] ?? "", fields[at + 1] ?? "", fields[at + 2] ?? ""];
}
