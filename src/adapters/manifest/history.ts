/** Finds in git's history what was published once, for readers that remember nothing: `pinion validate`, and a controller without its journal. */

import type { ProcessId, Version, VersionDigest } from "../../domain/names.ts";
import type { Objects } from "../../ports/objects.ts";
import { findConfigRoot } from "./config-root.ts";
import type { ProcessRecord } from "./process/process-record.ts";
import { type Publication, type Published, publicationsOf, standingIn, trueContent } from "./process/published.ts";
import { readProcess, readVersions } from "./process/read-process.ts";
import type { RepositoryReading } from "./repository-reader.ts";

export interface History {
  readonly objects: Objects;
  /** The folder within the repository; "" for its root. */
  readonly path: string;
  /** The newest commits that changed files of a pathspec: `commit ID` and the files' paths, a line each, as `git log` prints them. */
  log(commit: string, pathspec: string, most: number): Promise<string>;
}

/** Commits that are looked at. */
const maxCommits = 500;
/** Catalogues that are looked at. */
const maxCatalogues = 1000;

/** Publications of earlier commits that the catalogues at hand contradict; the oldest counts. A digest that was never true is none. */
export async function publishedBefore(
  reading: RepositoryReading,
  history: History,
  now: { readonly commit: string; readonly records: ReadonlyMap<ProcessId, ProcessRecord> },
): Promise<Published> {
  const at = { ...reading, objects: history.objects, path: history.path };
  const path = history.path === "" ? "" : `${history.path}/`;
  const log = await history.log(now.commit, `:(top,glob)${path}processes/*/process.yaml`, maxCommits);
  const found = new Map<ProcessId, Map<Version, Publication>>();
  const read = new Map<string, VersionDigest>();
  for (const [commit, process] of changesIn(log).slice(0, maxCatalogues)) {
    const record = await recordAt(at, commit, process);
    const current = now.records.get(process);
    if (record === null || current === undefined) continue;
    const broken = await brokenBy(at, { record, current, known: found.get(process) ?? new Map<Version, Publication>(), read });
    if (broken.size > 0) found.set(process, broken);
    else found.delete(process);
  }
  return found;
}

interface Comparison {
  /** As it was. */
  readonly record: ProcessRecord;
  /** As it is now. */
  readonly current: ProcessRecord;
  /** What newer commits promised. */
  readonly known: ReadonlyMap<Version, Publication>;
  /** What was read of other commits already. */
  readonly read: Map<string, VersionDigest>;
}

async function brokenBy(at: RepositoryReading, { record, current, known, read }: Comparison): Promise<Map<Version, Publication>> {
  const broken = new Map(known);
  for (const [version, publication] of publicationsOf(record)) {
    const exact =
      standingIn(current, version, publication) === "kept" ? publication : await wholly(at, { record, version, publication, read });
    if (exact === null) continue;
    // What is now as it was before it was broken, was put back.
    if (standingIn(current, version, exact) === "kept") broken.delete(version);
    else broken.set(version, exact);
  }
  return broken;
}

/** Newest first: which commit changed which process's catalogue. */
function changesIn(log: string): readonly (readonly [commit: string, process: ProcessId])[] {
  const changes: (readonly [string, ProcessId])[] = [];
  let commit = "";
  for (const line of log.split("\n")) {
    const process = /(?:^|\/)processes\/([^/]+)\/process\.yaml$/.exec(line)?.[1];
    if (line.startsWith("commit ")) commit = line.slice("commit ".length).trim();
    else if (process !== undefined) changes.push([commit, process]);
  }
  return changes;
}

async function recordAt(reading: RepositoryReading, commit: string, process: ProcessId): Promise<ProcessRecord | null> {
  const root = await findConfigRoot(reading.objects, commit, reading.path);
  const entries = root.processes === null ? [] : await reading.objects.directory(root.processes);
  const entry = entries.find(({ name, kind }) => name === process && kind === "directory");
  return entry === undefined ? null : readProcess(reading, process, entry.id);
}

interface Reread {
  readonly record: ProcessRecord;
  readonly version: Version;
  readonly publication: Publication;
  readonly read: Map<string, VersionDigest>;
}

/** The publication with the digest of all of it; null when its own digest was never true. */
async function wholly(reading: RepositoryReading, { record, version, publication, read }: Reread): Promise<Publication | null> {
  const key = `${record.process} ${version} ${publication.digest} ${publication.file}`;
  if (!read.has(key)) await readVersions(reading, record, [version]);
  const whole = read.get(key) ?? trueContent(publication.digest, record.versions.get(version));
  if (whole === null) return null;
  read.set(key, whole);
  return { ...publication, whole };
}
