/** All environments of a commit, shared with the commit before where nothing changed. */

import type { Finding } from "../../../domain/finding.ts";
import type { EnvironmentName } from "../../../domain/names.ts";
import { finding, startOf } from "../document/findings.ts";
import { refusedEntry } from "../document/folder.ts";
import { maxEnvironments } from "../document/limits.ts";
import { type EnvironmentReading, type EnvironmentRecord, readEnvironment, spoiledEnvironment } from "./read-environment.ts";

export interface EnvironmentSet {
  readonly treeId: string;
  readonly records: ReadonlyMap<EnvironmentName, EnvironmentRecord>;
  /** Of files that belong to no environment. */
  readonly findings: readonly Finding[];
}

/** Reads what differs from the set before. @throws `git/object-missing`. */
export async function loadEnvironments(
  reading: EnvironmentReading,
  treeId: string,
  before: EnvironmentSet | null,
): Promise<EnvironmentSet> {
  if (before?.treeId === treeId) return before;
  const records = new Map<EnvironmentName, EnvironmentRecord>();
  const entries = await reading.objects.directory(treeId);
  const findings: Finding[] = [...tooMany(entries.length)];
  for (const entry of entries.slice(0, maxEnvironments)) {
    const path = `environments/${entry.name}`;
    const refused = refusedEntry(entry, path);
    const known = before?.records.get(entry.name);
    if (refused !== null) records.set(entry.name, spoiledEnvironment(entry.name, [refused]));
    else if (entry.kind === "file") findings.push(...strayFile(entry.name, path));
    else if (known?.treeId === entry.id) records.set(entry.name, known);
    else records.set(entry.name, await readEnvironment(reading, entry.name, entry.id, known ?? null));
  }
  return { treeId, records, findings };
}

function tooMany(count: number): readonly Finding[] {
  if (count <= maxEnvironments) return [];
  return [finding(startOf("environments"), "limit/files", `there are ${count} entries; only ${maxEnvironments} are read`)];
}

function strayFile(name: string, path: string): readonly Finding[] {
  return /\.ya?ml$/.test(name) ? [finding(startOf(path), "file/unexpected", "no file is expected here, only folders")] : [];
}
