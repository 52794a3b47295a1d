/** One commit of the config repository, read as far as its pins need it, sharing with the commit before. */

import type { EnvironmentDefaults } from "../../domain/controller-config.ts";
import type { Finding } from "../../domain/finding.ts";
import type { EnvironmentName, Version } from "../../domain/names.ts";
import type { ParseCache } from "../../ports/objects.ts";
import { findConfigRoot } from "./config-root.ts";
import { sortFindings } from "./findings.ts";
import { type EnvironmentSet, loadEnvironments } from "./load-environments.ts";
import { fillVersions, loadProcesses, type ProcessSet } from "./load-processes.ts";
import type { ProcessRecord } from "./process-record.ts";
import type { EnvironmentRecord } from "./read-environment.ts";
import type { Reading } from "./read-process.ts";
import { resolvePins, type ResolvedEnvironment } from "./resolve-pins.ts";

export interface RepositoryReading extends Reading {
  readonly cache: ParseCache;
  /** The folder within the repository; "" for its root. */
  readonly path: string;
  readonly defaults: EnvironmentDefaults;
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
  records: new Map(),
  catalogue: new Map(),
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
  const processes =
    root.processes === null ? vanished(before) : await loadProcesses(reading, reading.cache, root.processes, before?.processes ?? null);
  const environments =
    root.environments === null ? noEnvironments : await loadEnvironments(reading, root.environments, before?.environments ?? null);
  await fillVersions(reading, reading.cache, wantedVersions(processes, environments, before, also));

  const resolved = new Map<EnvironmentName, ResolvedEnvironment>();
  for (const [name, record] of environments.records) resolved.set(name, resolvePins(record, processes, before?.resolved.get(name) ?? null));
  return { processes, environments, resolved, findings: allFindings(root.findings, processes, environments, resolved) };
}

/** Without processes/ every process is gone; what was published is remembered. */
function vanished(before: ReadCommit | null): ProcessSet {
  if (before === null) return noProcesses;
  return { ...noProcesses, changed: new Set(before.processes.records.keys()), published: before.processes.published };
}

function wantedVersions(
  processes: ProcessSet,
  environments: EnvironmentSet,
  before: ReadCommit | null,
  also: AlsoWanted | undefined,
): ReadonlyMap<ProcessRecord, ReadonlySet<Version>> {
  const wanted = new Map<ProcessRecord, Set<Version>>();
  const want = (record: ProcessRecord | undefined, version: Version): void => {
    if (record === undefined || record.versions.has(version) || !record.catalogue.versions.has(version)) return;
    const versions = wanted.get(record) ?? new Set();
    wanted.set(record, versions.add(version));
  };
  for (const [name, record] of environments.records) {
    const isShared = before?.environments.records.get(name) === record;
    for (const [process, version] of isShared ? changedPins(record, processes) : allPins(record))
      want(processes.records.get(process), version);
  }
  if (also !== undefined) for (const record of processes.records.values()) for (const version of also(record)) want(record, version);
  return wanted;
}

function* allPins(record: EnvironmentRecord): Generator<readonly [string, Version]> {
  for (const [process, { version }] of record.pins) yield [process, version];
}

function* changedPins(record: EnvironmentRecord, processes: ProcessSet): Generator<readonly [string, Version]> {
  for (const process of processes.changed) {
    const pin = record.pins.get(process);
    if (pin !== undefined) yield [process, pin.version];
  }
}

function allFindings(
  root: readonly Finding[],
  processes: ProcessSet,
  environments: EnvironmentSet,
  resolved: ReadonlyMap<EnvironmentName, ResolvedEnvironment>,
): readonly Finding[] {
  const ofEnvironments = [...resolved.values()].flatMap(({ record, noted }) => [...record.findings, ...[...noted.values()].flat()]);
  return sortFindings([...root, ...[...processes.findings.values()].flat(), ...environments.findings, ...ofEnvironments]);
}
