/** Finds the two folders of a config repository in a commit. */

import type { Finding } from "../../domain/finding.ts";
import type { Objects, TreeEntry } from "../../ports/objects.ts";
import { finding, type FindingCode, startOf } from "./document/findings.ts";
import { refusedEntry } from "./document/folder.ts";

export interface ConfigRoot {
  /** Object ids; null when the folder is not there or is no folder. */
  readonly processes: string | null;
  readonly environments: string | null;
  readonly findings: readonly Finding[];
}

/** `path` is the folder within the repository; "" for its root. @throws `git/object-missing`. */
export async function findConfigRoot(objects: Objects, commit: string, path: string): Promise<ConfigRoot> {
  let folder: string | null = await objects.root(commit);
  for (const step of path.split("/").filter((each) => each !== "" && each !== ".")) {
    const entries: readonly TreeEntry[] = folder === null ? [] : await objects.directory(folder);
    folder = entries.find((entry) => entry.name === step && entry.kind === "directory")?.id ?? null;
  }
  const processes = await topFolder(objects, folder, "processes");
  const environments = await topFolder(objects, folder, "environments");
  return { processes: processes.id, environments: environments.id, findings: [...processes.findings, ...environments.findings] };
}

interface TopFolder {
  readonly id: string | null;
  readonly findings: readonly Finding[];
}

async function topFolder(objects: Objects, root: string | null, name: "processes" | "environments"): Promise<TopFolder> {
  const entry = root === null ? undefined : (await objects.directory(root)).find((each) => each.name === name);
  const missing: FindingCode = name === "processes" ? "repository/no-processes" : "repository/no-environments";
  if (entry === undefined) return { id: null, findings: [finding(startOf(name), missing, `there is no folder ${name}/`)] };
  const refused = refusedEntry(entry, name);
  if (refused !== null) return { id: null, findings: [refused] };
  if (entry.kind === "file") return { id: null, findings: [finding(startOf(name), "file/not-a-folder", `${name} is a file`)] };
  return { id: entry.id, findings: [] };
}
