/** Pins resolved against the catalogue: runnable, or broken with the reasons. Only what a change can have touched is looked at again. */

import type { Finding } from "../../domain/finding.ts";
import type { EngineKind, ProcessId } from "../../domain/names.ts";
import type { EnvironmentSnapshot, PinnedVersion } from "../../domain/desired/snapshot.ts";
import { clashFindings, healthPaths } from "./address-clashes.ts";
import { dependencyFindings, type PinGraph } from "./dependency-rules.ts";
import type { ProcessSet } from "./process/load-processes.ts";
import { movedPins } from "./environment/pin-files.ts";
import { pinFindings, processSuggestions } from "./pin-rules.ts";
import type { VersionRecord } from "./process/process-record.ts";
import type { EnvironmentRecord } from "./environment/read-environment.ts";
import type { Slices } from "../../domain/slices.ts";

export interface ResolvedEnvironment {
  readonly record: EnvironmentRecord;
  readonly snapshot: EnvironmentSnapshot;
  /** Findings of pins that have any. */
  readonly noted: ReadonlyMap<ProcessId, readonly Finding[]>;
}

/** Every pinned version of the record must have been read before. `engines`: the kinds that the environment has, where that is known. */
export function* resolvePins(
  record: EnvironmentRecord,
  processes: ProcessSet,
  before: ResolvedEnvironment | null,
  engines: readonly EngineKind[] | null,
): Slices<ResolvedEnvironment> {
  const base = before !== null && sameRules(before.record, record) ? before : nothingBefore(record);
  const touched = base === before ? touchedPins(base, record, processes) : new Set(record.pins.keys());
  if (base === before && base.record === record && touched.size === 0) return base;
  const graph = pinGraph(record, processes);
  const rules = { record, processes, engines };
  yield;
  const findings = yield* allFindings(touched, graph, rules);

  const pins = new Map(base.snapshot.pins);
  const noted = new Map(base.noted);
  let count = 0;
  for (const process of new Set([...touched, ...findings.keys()])) {
    count += 1;
    if (count % pinsAtOnce === 0) yield;
    update(noted, process, findings.get(process));
    update(pins, process, toPinned(process, findings.get(process) ?? none, graph, processes));
  }
  const errors = record.findings.filter((found) => found.severity === "error");
  return { record, noted, snapshot: { name: record.name, spec: record.spec, pins, quarantine: heldIn(record), findings: errors } };
}

/** Without the places in the file. */
function heldIn({ quarantine }: EnvironmentRecord): EnvironmentSnapshot["quarantine"] {
  return quarantine.map(({ process, version, digest }) => ({ process, version, digest }));
}

const none: readonly Finding[] = [];
/** Pins looked at without a pause. */
const pinsAtOnce = 100;

function nothingBefore(record: EnvironmentRecord): ResolvedEnvironment {
  const { name, spec } = record;
  return { record, noted: new Map(), snapshot: { name, spec, pins: new Map(), quarantine: heldIn(record), findings: [] } };
}

function update<T>(map: Map<ProcessId, T>, process: ProcessId, value: T | undefined): void {
  if (value === undefined) map.delete(process);
  else map.set(process, value);
}

interface Rules {
  readonly record: EnvironmentRecord;
  readonly processes: ProcessSet;
  readonly engines: readonly EngineKind[] | null;
}

/** Findings of the pins touched, and of those that turn out to be in a circle with them; only those that have any. */
function* allFindings(
  touched: ReadonlySet<ProcessId>,
  graph: PinGraph,
  { record, processes, engines }: Rules,
): Slices<ReadonlyMap<ProcessId, readonly Finding[]>> {
  const all = new Map(yield* dependencyFindings(graph, touched));
  for (const [process, clashes] of clashFindings(graph, record.spec, touched)) all.set(process, [...(all.get(process) ?? []), ...clashes]);
  yield;
  const context = { environment: record, processes, engines, suggest: processSuggestions(processes) };
  let count = 0;
  for (const process of touched) {
    count += 1;
    if (count % pinsAtOnce === 0) yield;
    const pin = record.pins.get(process);
    const own = pin === undefined ? [] : pinFindings(process, pin, context);
    if (own.length > 0) all.set(process, [...own, ...(all.get(process) ?? [])]);
  }
  return all;
}

/** What decides about every pin of an environment alike. */
function sameRules(a: EnvironmentRecord, b: EnvironmentRecord): boolean {
  const allowed = (record: EnvironmentRecord): string | undefined => record.spec?.allowedVersionTypes.toSorted().join();
  const held = (record: EnvironmentRecord): string => (record.isQuarantineReadable ? [...record.held].flat().join("\0") : "unreadable");
  const given = ({ spec }: EnvironmentRecord): string =>
    [...Object.keys(spec?.variables ?? {}), ...Object.keys(spec?.secrets ?? {})].toSorted().join("\0");
  return a === b || [allowed, held, given, (record: EnvironmentRecord) => healthPaths(record.spec)].every((rule) => rule(a) === rule(b));
}

/** Pins that moved, whose process changed, that had findings, and those that need one of them. */
function touchedPins(base: ResolvedEnvironment, record: EnvironmentRecord, processes: ProcessSet): Set<ProcessId> {
  const touched = new Set(movedPins(base.record, record));
  for (const process of processes.changed) if (record.pins.has(process)) touched.add(process);
  if (touched.size === 0 && base.record === record) return touched;
  for (const process of base.noted.keys()) touched.add(process);
  const dependants: ProcessId[] = [];
  for (const [process, pinned] of base.snapshot.pins) {
    if (pinned.kind === "runnable" && pinned.summary.dependencies.some(({ name }) => touched.has(name))) dependants.push(process);
  }
  for (const process of dependants) touched.add(process);
  return touched;
}

type GoodVersion = Extract<VersionRecord, { kind: "good" }>;

function contentOf(process: ProcessId, record: EnvironmentRecord, processes: ProcessSet): GoodVersion | null {
  const pin = record.pins.get(process);
  const known = pin === undefined ? undefined : processes.records.get(process)?.versions.get(pin.version);
  return known?.kind === "good" ? known : null;
}

/** Remembers what it looked up: the same content is asked for many times. */
function pinGraph(record: EnvironmentRecord, processes: ProcessSet): PinGraph {
  const known = new Map<ProcessId, GoodVersion | null>();
  const content = (process: ProcessId): GoodVersion | null => {
    const before = known.get(process);
    if (before !== undefined) return before;
    const found = contentOf(process, record, processes);
    known.set(process, found);
    return found;
  };
  return { environment: record.name, pins: record.pins, content };
}

function toPinned(process: ProcessId, findings: readonly Finding[], graph: PinGraph, processes: ProcessSet): PinnedVersion | undefined {
  const pin = graph.pins.get(process);
  if (pin === undefined) return undefined;
  const errors =
    findings.length === 0 ? findings : findings.filter(({ severity, code }) => severity === "error" && code !== "address/clash");
  const content = graph.content(process);
  const status = processes.records.get(process)?.catalogue.versions.get(pin.version)?.status;
  if (errors.length > 0 || content === null || status === undefined)
    return { kind: "broken", process, version: pin.version, findings: errors };
  return { kind: "runnable", summary: content.summary, status };
}
