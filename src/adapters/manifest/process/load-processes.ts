/** All processes of a commit: shared with the commit before where nothing changed, else from the cache, else read. */

import type { Finding } from "../../../domain/finding.ts";
import type { ProcessId, Version } from "../../../domain/names.ts";
import { mapOf, withChanges } from "../../../domain/sharded-map.ts";
import type { DirectoryDifference, ParseCache, TreeEntry } from "../../../ports/objects.ts";
import { finding, startOf } from "../document/findings.ts";
import { refusedEntry } from "../document/folder.ts";
import { inBatches } from "../document/in-batches.ts";
import { maxFindings, maxProcesses } from "../document/limits.ts";
import { cacheKey, decodeRecord, encodeRecord, type ProcessRecord } from "./process-record.ts";
import { readProcess, type Reading, readVersions, spoiledProcess } from "./read-process.ts";
import type { Slices } from "../../../domain/slices.ts";
import { pause } from "../document/slices.ts";
import { keepPublished, type Publication, type Published } from "./published.ts";

export interface ProcessSet {
  readonly treeId: string;
  /** Entries of the folder, whatever they are. */
  readonly entries: number;
  readonly records: ReadonlyMap<ProcessId, ProcessRecord>;
  /** Processes that differ from the set before: new, changed or gone. */
  readonly changed: ReadonlySet<ProcessId>;
  /** Of the processes that have any; of files that belong to none under "". */
  readonly findings: ReadonlyMap<ProcessId, readonly Finding[]>;
  /** Versions that were published earlier and are no longer what they were. */
  readonly published: Published;
}

/** Rows asked of the cache at once: few calls, little memory. */
const rowsAtOnce = 1000;

/** Reads what differs from the set before. @throws `git/object-missing`. */
export async function loadProcesses(reading: Reading, cache: ParseCache, treeId: string, before: ProcessSet | null): Promise<ProcessSet> {
  if (before !== null && before.treeId === treeId) return before.changed.size === 0 ? before : { ...before, changed: new Set() };
  const patched = before && (await patch(reading, cache, treeId, before));
  return patched ?? loadWhole(reading, cache, treeId, before);
}

/** Looks at every entry of the folder. */
async function loadWhole(reading: Reading, cache: ParseCache, treeId: string, before: ProcessSet | null): Promise<ProcessSet> {
  const all = await reading.objects.directory(treeId);
  const entries = all.slice(0, maxProcesses);
  const stale = entries.filter((entry) => entry.kind === "directory" && before?.records.get(entry.name)?.treeId !== entry.id);
  const fresh = await freshRecords(reading, cache, stale);
  for (const entry of entries) {
    const refused = refusedEntry(entry, `processes/${entry.name}`);
    if (refused !== null) fresh.set(entry.name, spoiledProcess(entry.name, "", [refused]));
  }
  await reading.pace.run(pause());
  const read = await reading.pace.run(merge({ treeId, entries, fresh, before, published: before?.published ?? reading.promised }));
  const set = { ...read, entries: all.length };
  if (all.length <= maxProcesses) return set;
  const found = finding(startOf("processes"), "limit/files", `there are ${all.length} entries; only ${maxProcesses} are read`);
  return { ...set, findings: new Map(set.findings).set("", [found, ...(set.findings.get("") ?? [])]) };
}

/** The set before with what differs in the folder, whatever else there is in it; null: all of the folder must be looked at. */
async function patch(reading: Reading, cache: ParseCache, treeId: string, before: ProcessSet): Promise<ProcessSet | null> {
  const difference = before.treeId === "" ? null : ((await reading.objects.difference?.(before.treeId, treeId)) ?? null);
  const entries = difference && entriesAfter(before, difference);
  if (entries === null || Math.max(entries, before.entries) > maxProcesses) return null;
  const { changed: stale, gone } = difference as DirectoryDifference;
  const fresh = await freshRecords(reading, cache, stale);
  const leaving = gone.filter((process) => before.records.has(process));
  const changed = new Set([...fresh.keys(), ...leaving]);
  const news = Array.from(changed, (process) => [process, fresh.get(process)] as const);
  const records = withChanges(before.records, news);
  const findings = withChanges(
    before.findings,
    news.map(([process, record]) => [process, record && ownFindings(record)] as const),
  );
  const published = keepPublished(changed, { before: before.records, now: records, published: before.published });
  return { treeId, entries, records, changed, findings, published };
}

function entriesAfter({ entries, records }: ProcessSet, { changed, gone }: DirectoryDifference): number {
  return entries + changed.filter(({ name }) => !records.has(name)).length - gone.length;
}

/** Undefined where there are none. */
function ownFindings({ findings }: ProcessRecord): readonly Finding[] | undefined {
  return findings.length === 0 ? undefined : findings;
}

/** Reads the versions named of each record, and remembers them. @throws `git/object-missing`. */
export async function fillVersions(
  reading: Reading,
  cache: ParseCache,
  wanted: ReadonlyMap<ProcessRecord, ReadonlySet<Version>>,
): Promise<void> {
  for (const some of chunksOf([...wanted], readAtOnce)) {
    await inBatches(some, async ([record, versions]) => readVersions(reading, record, versions));
    remember(
      reading,
      cache,
      some.map(([record]) => record),
    );
  }
}

/** Processes read before they are remembered: a reading that is stopped goes on from there next time. */
const readAtOnce = 96;

function* chunksOf<T>(items: readonly T[], size: number): Generator<readonly T[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size);
}

async function freshRecords(reading: Reading, cache: ParseCache, entries: readonly TreeEntry[]): Promise<Map<ProcessId, ProcessRecord>> {
  const records = new Map<ProcessId, ProcessRecord>();
  const unknown: TreeEntry[] = [];
  for (const some of chunksOf(entries, rowsAtOnce)) {
    await reading.pace.run(pause());
    const rows = cache.get(some.map((entry) => cacheKey(entry.name, entry.id, reading.engines)));
    for (const entry of some) {
      const row = rows.get(cacheKey(entry.name, entry.id, reading.engines));
      const record = row === undefined ? null : decodeRecord(row, entry.name, entry.id);
      if (record === null) unknown.push(entry);
      else records.set(entry.name, record);
    }
  }
  for (const some of chunksOf(unknown, readAtOnce)) {
    const read = await inBatches(some, async (entry) => readProcess(reading, entry.name, entry.id));
    for (const record of read) records.set(record.process, record);
    remember(reading, cache, read);
    await reading.pace.run(pause());
  }
  return records;
}

function remember(reading: Reading, cache: ParseCache, records: readonly ProcessRecord[]): void {
  cache.put(new Map(records.map((record) => [cacheKey(record.process, record.treeId, reading.engines), encodeRecord(record)])));
}

interface Merging {
  readonly treeId: string;
  readonly entries: readonly TreeEntry[];
  readonly fresh: ReadonlyMap<ProcessId, ProcessRecord>;
  readonly before: ProcessSet | null;
  readonly published: Published;
}

/** Others get their turn after each walk over all processes. */
function* merge({ treeId, entries, fresh, before, published }: Merging): Slices<Omit<ProcessSet, "entries">> {
  const known = before?.records ?? new Map<ProcessId, ProcessRecord>();
  const found: (readonly [ProcessId, ProcessRecord])[] = [];
  for (const { name, kind } of entries) {
    const record = fresh.get(name) ?? (kind === "directory" ? known.get(name) : undefined);
    if (record !== undefined) found.push([name, record]);
  }
  yield;
  const records = mapOf(found);
  yield;
  const gone = [...known.keys()].filter((process) => !records.has(process));
  const changed = new Set([...fresh.keys(), ...gone]);
  yield;
  const findings = findingsOf(entries, records);
  yield;
  return { treeId, records, changed, findings, published: keepPublished(changed, { before: known, now: records, published }) };
}

function findingsOf(
  entries: readonly TreeEntry[],
  records: ReadonlyMap<ProcessId, ProcessRecord>,
): ReadonlyMap<ProcessId, readonly Finding[]> {
  const findings = new Map<ProcessId, readonly Finding[]>();
  for (const [process, record] of records) if (record.findings.length > 0) findings.set(process, record.findings);
  const stray = entries.filter((entry) => entry.kind === "file" && /\.ya?ml$/.test(entry.name)).slice(0, maxFindings);
  findings.set(
    "",
    stray.map((entry) => finding(startOf(`processes/${entry.name}`), "file/unexpected", "no file is expected here, only folders")),
  );
  return findings;
}

/** What a version was published as, when it is no longer that. */
export function publicationOf(set: ProcessSet, process: ProcessId, version: Version): Publication | null {
  return set.published.get(process)?.get(version) ?? null;
}
