/** What git makes of files of a work tree: what it holds of them is not always what lies there. */

import { execFileSync } from "node:child_process";
import { join, relative } from "node:path";

export interface FileAttributes {
  /** What git holds is a pointer into Git LFS. */
  readonly isInLfs: boolean;
  /** The work tree's encoding, where it is another than git's; a label of `TextDecoder`. */
  readonly encoding: string | null;
  /** Lines end with CR LF in the work tree only. */
  readonly hasLocalLineEnds: boolean;
}

/** How a folder is kept in git. */
export interface GitView {
  /** By path, where git holds something else than what lies there. */
  readonly attributes: ReadonlyMap<string, FileAttributes>;
  /** What object ids are made with. */
  readonly hash: "sha1" | "sha256";
}

const nothing: FileAttributes = { isInLfs: false, encoding: null, hasLocalLineEnds: false };
const maxBytes = 64 * 1024 * 1024;

/** Empty where the folder is no work tree of git's, or git is not there. */
export function gitViewOf(directory: string, paths: readonly string[]): GitView {
  const attributes = new Map<string, FileAttributes>();
  for (const [path, said] of [...setAttributes(directory, paths), ...localLineEnds(directory)])
    attributes.set(path, { ...(attributes.get(path) ?? nothing), ...said });
  const isSha256 = ask(directory, ["rev-parse", "--show-object-format"]).trim() === "sha256";
  return { attributes, hash: isSha256 ? "sha256" : "sha1" };
}

type Said = readonly [path: string, said: Partial<FileAttributes>];

function setAttributes(directory: string, paths: readonly string[]): readonly Said[] {
  const input = paths.map((path) => relative(directory, path)).join("\0");
  const output = ask(directory, ["check-attr", "-z", "--stdin", "filter", "working-tree-encoding"], input);
  return Array.from(triples(output)).flatMap(([name, attribute, value]): readonly Said[] => {
    if (value === "unspecified" || value === "unset") return [];
    const path = join(directory, name);
    if (attribute === "working-tree-encoding") return [[path, { encoding: value.replace(/-BOM$/i, "") }]];
    return value === "lfs" ? [[path, { isInLfs: true }]] : [];
  });
}

/** Files whose lines git ends with LF alone. Where it only guesses that a file is text, one that it holds with CR LF stays so. */
function localLineEnds(directory: string): readonly Said[] {
  const isAutomatic = /^(?:true|input)$/i.test(ask(directory, ["config", "--get", "core.autocrlf"]).trim());
  const listed = ask(directory, ["ls-files", "--eol", "-z", "--cached", "--others", "--", "processes", "environments"]);
  return listed.split("\0").flatMap((line) => {
    const [, held = "", attribute = "", name = ""] = /^i\/(\S*)\s+w\/\S*\s+attr\/([^\t]*?)\s*\t(.*)$/s.exec(line) ?? [];
    const isGuessed = attribute.startsWith("text=auto") || (attribute === "" && isAutomatic);
    const isText = isGuessed ? !/^(?:crlf|mixed)$/.test(held) : /^text\b/.test(attribute);
    return isText && name !== "" ? [[join(directory, name), { hasLocalLineEnds: true }] as const] : [];
  });
}

function ask(directory: string, args: readonly string[], input = ""): string {
  const whole = ["-c", "core.fsmonitor=false", ...args];
  try {
    return execFileSync("git", whole, { cwd: directory, input, maxBuffer: maxBytes, stdio: "pipe" }).toString();
  } catch {
    return "";
  }
}

function* triples(output: string): Iterable<readonly [string, string, string]> {
  const fields = output.split("\0");
  for (let at = 0; at + 2 < fields.length; at += 3) yield [fields[at] ?? "", fields[at + 1] ?? "", fields[at + 2] ?? ""];
}
