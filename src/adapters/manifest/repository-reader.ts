/** One commit of the config repository, read as far as its pins need it, sharing with the commit before. */

import type { EnvironmentDefaults } from "../../domain/config/config.ts";
import type { Finding } from "../../domain/finding.ts";
import type { EnvironmentName, ProcessId, Version } from "../../domain/names.ts";
import type { Permits } from "../../domain/config/permits.ts";
import type { ParseCache } from "../../ports/objects.ts";
import { boundPins } from "./environment/bound-pins.ts";
import { type ConfigRoot, findConfigRoot } from "./config-root.ts";
import { mostImportant } from "./document/findings.ts";
import { type EnvironmentSet, loadEnvironments } from "./environment/load-environments.ts";
import { fillVersions, loadProcesses, type ProcessSet } from "./process/load-processes.ts";
import type { ProcessRecord } from "./process/process-record.ts";
import { movedPins } from "./environment/pin-files.ts";
import { strangeEnvironments } from "./operator/named-environments.ts";
import { strangerFindings } from "./pin-rules.ts";
import { idleEntries } from "./quarantine-rules.ts";
import { settlePublished, unreadVersions } from "./process/published.ts";
import type { Reading } from "./process/read-process.ts";
import type { EnvironmentRecord } from "./environment/read-environment.ts";
import { pause } from "./document/slices.ts";
import { resolvePins, type ResolvedEnvironment } from "./resolve-pins.ts";

export interface RepositoryReading extends Reading {
  readonly cache: ParseCache;
  /** The folder within the repository; "" for its root. */
  readonly path: string;
  readonly defaults: EnvironmentDefaults;
  /** Null: nobody has said what is allowed. */
  readonly permits: Permits | null;
}

export interface ReadCommit {
  readonly processes: ProcessSet;
  readonly environments: EnvironmentSet;
  readonly resolved: ReadonlyMap<EnvironmentName, ResolvedEnvironment>;
  /** Sorted, each once. */
  readonly findings: readonly Finding[];
}

/** Versions of a process that are wanted besides the pinned ones. */
export type AlsoWanted = (record: ProcessRecord) => Iterable<Version>;

const noProcesses: ProcessSet = {
  treeId: "",
  entries: 0,
  records: new Map(),
  changed: new Set(),
  findings: new Map(),
  published: new Map(),
};
const noEnvironments: EnvironmentSet = { treeId: "", records: new Map(), findings: [] };

/** Reads what differs from the commit before. @throws `git/object-missing`. */
export async function readCommit(
  reading: RepositoryReading,
  commit: string,
  before: ReadCommit | null,
  also?: AlsoWanted,
): Promise<ReadCommit> {
  const root = await findConfigRoot(reading.objects, commit, reading.path);
  const [found, environments] = await Promise.all([processesOf(root, reading, before), environmentsOf(root, reading, before)]);
  await reading.pace.run(pause());
  await fillVersions(reading, reading.cache, wantedVersions(found, environments, before, also));
  const processes = settle(found);
  if (before !== null && isUnchanged(before, { root, processes, environments })) return before;

  const resolved = new Map<EnvironmentName, ResolvedEnvironment>();
  for (const [name, record] of environments.records) {
    const steps = resolvePins(
      boundPins(record, processes),
      processes,
      before?.resolved.get(name) ?? null,
      reading.permits?.engines(name) ?? null,
    );
    resolved.set(name, await reading.pace.run(steps));
  }
  await reading.pace.run(pause());
  const strange = strangeEnvironments(reading.permits?.named ?? [], [...environments.records.keys()]);
  return { processes, environments, resolved, findings: allFindings([...root.findings, ...strange], processes, environments, resolved) };
}

interface Loaded {
  readonly root: ConfigRoot;
  readonly processes: ProcessSet;
  readonly environments: EnvironmentSet;
}

function isUnchanged(before: ReadCommit, { root, processes, environments }: Loaded): boolean {
  return root.findings.length === 0 && processes === before.processes && environments === before.environments;
}

async function processesOf(root: ConfigRoot, reading: RepositoryReading, before: ReadCommit | null): Promise<ProcessSet> {
  if (root.processes === null) return vanished(before);
  return loadProcesses(reading, reading.cache, root.processes, before?.processes ?? null);
}

async function environmentsOf(root: ConfigRoot, reading: RepositoryReading, before: ReadCommit | null): Promise<EnvironmentSet> {
  if (root.environments === null) return noEnvironments;
  return loadEnvironments(reading, root.environments, before?.environments ?? null);
}

/** Without processes/ every process is gone; what was published is remembered. */
function vanished(before: ReadCommit | null): ProcessSet {
  if (before === null) return noProcesses;
  return { ...noProcesses, changed: new Set(before.processes.records.keys()), published: before.processes.published };
}

/** Now that they are read, versions whose digest has changed its format can be compared with what was published. */
function settle(set: ProcessSet): ProcessSet {
  const published = settlePublished(set.published, set.records);
  return published === set.published ? set : { ...set, published };
}

type Wanted = Map<ProcessRecord, Set<Version>>;

/** Pinned versions, and those also wanted, that were not read yet. */
function wantedVersions(
  processes: ProcessSet,
  environments: EnvironmentSet,
  before: ReadCommit | null,
  also: AlsoWanted | undefined,
): Wanted {
  const wanted: Wanted = new Map();
  for (const [name, environment] of environments.records) {
    const known = before?.environments.records.get(name) ?? null;
    for (const process of perhapsUnread(environment, known, processes)) {
      wantPinned(wanted, processes.records.get(process), environment.pins.get(process)?.version);
    }
  }
  wantUnread(wanted, processes);
  if (also !== undefined)
    for (const record of processes.records.values()) for (const version of also(record)) want(wanted, record, version);
  return wanted;
}

/** Versions whose digest has changed its format. */
function wantUnread(wanted: Wanted, { published, records }: ProcessSet): void {
  for (const process of published.keys()) {
    const record = records.get(process);
    if (record === undefined) continue;
    for (const version of unreadVersions(published, record)) want(wanted, record, version);
  }
}

function perhapsUnread(environment: EnvironmentRecord, known: EnvironmentRecord | null, processes: ProcessSet): Iterable<ProcessId> {
  return known === null ? environment.pins.keys() : [...movedPins(known, environment), ...processes.changed];
}

/** What no catalogue lists is not read: the pin is broken anyway. */
function wantPinned(wanted: Wanted, record: ProcessRecord | undefined, version: Version | undefined): void {
  if (record !== undefined && version !== undefined && record.catalogue.versions.has(version)) want(wanted, record, version);
}

function want(wanted: Wanted, record: ProcessRecord, version: Version): void {
  if (record.versions.has(version)) return;
  const versions = wanted.get(record) ?? new Set();
  wanted.set(record, versions.add(version));
}

function allFindings(
  root: readonly Finding[],
  processes: ProcessSet,
  environments: EnvironmentSet,
  resolved: ReadonlyMap<EnvironmentName, ResolvedEnvironment>,
): readonly Finding[] {
  const ofEnvironments = [...resolved.values()].flatMap(({ record, noted }) => [
    ...record.findings,
    ...strangerFindings(record, processes),
    ...idleEntries(record, processes),
    ...[...noted.values()].flat(),
  ]);
  return mostImportant([...root, ...environments.findings, ...ofEnvironments, ...[...processes.findings.values()].flat()]);
}
