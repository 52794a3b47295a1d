/** The files below a folder of the config repository: plain files only, and not more than anybody needs. */

import type { Finding } from "../../../domain/finding.ts";
import type { Objects, TreeEntry } from "../../../ports/objects.ts";
import { finding, startOf } from "./findings.ts";
import { maxFiles, maxFolderDepth } from "./limits.ts";

export interface Folder {
  /** Object ids by path from the folder: `versions/1.0.0.yaml`. */
  readonly files: ReadonlyMap<string, string>;
  /** Links, submodules and limits: they spoil the folder. */
  readonly findings: readonly Finding[];
}

/** Lists everything below a folder. `path` is the folder's own, from the root of the repository. @throws `git/object-missing`. */
export async function listFolder(objects: Objects, id: string, path: string): Promise<Folder> {
  const files = new Map<string, string>();
  const findings: Finding[] = [];
  await descend({ objects, path, files, findings }, id, []);
  return { files, findings };
}

/** What is wrong with an entry that is neither a file nor a folder, or null. */
export function refusedEntry(entry: TreeEntry, path: string): Finding | null {
  if (entry.kind === "symlink") return finding(startOf(path), "file/symlink", "this is a symbolic link");
  if (entry.kind === "submodule") return finding(startOf(path), "file/submodule", "this is a submodule");
  return null;
}

export type LimitedRead =
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  | { readonly kind: "refused"; readonly findings: readonly Finding[] };

/** Reads a file whose size has been asked before. @throws `git/object-missing`. */
export async function readLimited(objects: Objects, id: string, file: string, limit: number): Promise<LimitedRead> {
  const size = await objects.size(id);
  if (size <= limit) return { kind: "bytes", bytes: await objects.file(id) };
  const message = `the file has ${size} bytes; at most ${limit} are read`;
  return { kind: "refused", findings: [finding(startOf(file), "file/too-large", message)] };
}

interface Descent {
  readonly objects: Objects;
  readonly path: string;
  readonly files: Map<string, string>;
  readonly findings: Finding[];
}

async function descend(descent: Descent, id: string, steps: readonly string[]): Promise<void> {
  for (const entry of await descent.objects.directory(id)) {
    const inner = [...steps, entry.name];
    const name = inner.join("/");
    const refused = refusedEntry(entry, `${descent.path}/${name}`);
    if (refused !== null) descent.findings.push(refused);
    else if (descent.files.size >= maxFiles) return tooMuch(descent, `there are more than ${maxFiles} files`);
    else if (entry.kind === "file") descent.files.set(name, entry.id);
    else if (inner.length > maxFolderDepth) tooMuch(descent, `there are more than ${maxFolderDepth} folders inside each other`);
    else await descend(descent, entry.id, inner);
  }
}

function tooMuch({ findings, path }: Descent, message: string): void {
  if (!findings.some((found) => found.code === "limit/files")) findings.push(finding(startOf(path), "limit/files", message));
}
