/** Pins resolved against the catalogue: runnable, or broken with the reasons. Only what a change can have touched is looked at again. */

import type { Finding } from "../../domain/finding.ts";
import type { EngineKind, ProcessId } from "../../domain/names.ts";
import type { EnvironmentSnapshot, PinnedVersion } from "../../domain/desired/snapshot.ts";
import { isDeepStrictEqual } from "node:util";
import { clashFindings, healthPaths } from "./address-clashes.ts";
import { type Dependants, dependantsWith } from "./dependants.ts";
import { dependencyFindings, type PinGraph } from "./dependency-rules.ts";
import type { ProcessSet } from "./process/load-processes.ts";
import { movedPins } from "./environment/pin-files.ts";
import { pinFindings, processSuggestions } from "./pin-rules.ts";
import type { VersionRecord } from "./process/process-record.ts";
import type { EnvironmentRecord } from "./environment/read-environment.ts";
import { withChanges } from "../../domain/sharded-map.ts";
import type { Slices } from "../../domain/slices.ts";

export interface ResolvedEnvironment {
  readonly record: EnvironmentRecord;
  readonly snapshot: EnvironmentSnapshot;
  /** Findings of pins that have any. */
  readonly noted: ReadonlyMap<ProcessId, readonly Finding[]>;
  /** Those that name a process among their dependencies, by its name. */
  readonly dependants: Dependants;
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
  yield;
  const findings = yield* allFindings(touched, graph, { base, record, processes, engines });

  const { noted, news } = yield* update(new Set([...touched, ...findings.keys()]), findings, { before, base, graph, processes });
  const pins = withChanges(base.snapshot.pins, news);
  const dependants = dependantsWith(base, news);
  return { record, noted, dependants, snapshot: keptSnapshot(before?.snapshot, snapshotOf(record, pins)) };
}

interface Updating {
  readonly before: ResolvedEnvironment | null;
  readonly base: ResolvedEnvironment;
  readonly graph: PinGraph;
  readonly processes: ProcessSet;
}

interface Updated extends Pick<ResolvedEnvironment, "noted"> {
  /** Undefined: the pin is gone. */
  readonly news: ReadonlyMap<ProcessId, PinnedVersion | undefined>;
}

/** Findings and pins of those touched, as they are now. */
function* update(
  touched: ReadonlySet<ProcessId>,
  findings: ReadonlyMap<ProcessId, readonly Finding[]>,
  { before, base, graph, processes }: Updating,
): Slices<Updated> {
  const news = new Map<ProcessId, PinnedVersion | undefined>();
  const noted = new Map(base.noted);
  const known = before?.snapshot.pins;
  for (const [index, process] of [...touched].entries()) {
    if (index % pinsAtOnce === 0) yield;
    const found = findings.get(process);
    if (found === undefined) noted.delete(process);
    else noted.set(process, found);
    news.set(process, keptPin(known?.get(process), toPinned(process, found ?? none, graph, processes)));
  }
  return { noted, news };
}

export function snapshotOf(record: EnvironmentRecord, pins: EnvironmentSnapshot["pins"]): EnvironmentSnapshot {
  const { name, spec } = record;
  return { name, spec, pins, quarantine: heldIn(record), findings: record.findings.filter((found) => found.severity === "error") };
}

/** An equal one stays the object that it was: nobody is woken for it. */
function keptPin(before: PinnedVersion | undefined, now: PinnedVersion | undefined): PinnedVersion | undefined {
  return isDeepStrictEqual(before, now) ? before : now;
}

function keptSnapshot(before: EnvironmentSnapshot | undefined, now: EnvironmentSnapshot): EnvironmentSnapshot {
  const isKept = before?.pins === now.pins && before.spec === now.spec;
  return isKept && isDeepStrictEqual([before.quarantine, before.findings], [now.quarantine, now.findings]) ? before : now;
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
  const snapshot = { name, spec, pins: new Map(), quarantine: heldIn(record), findings: [] };
  return { record, noted: new Map(), dependants: new Map(), snapshot };
}

interface Rules {
  readonly base: ResolvedEnvironment;
  readonly record: EnvironmentRecord;
  readonly processes: ProcessSet;
  readonly engines: readonly EngineKind[] | null;
}

/** Findings of the pins touched, and of those that turn out to be in a circle with them; only those that have any. */
function* allFindings(
  touched: ReadonlySet<ProcessId>,
  graph: PinGraph,
  { base, record, processes, engines }: Rules,
): Slices<ReadonlyMap<ProcessId, readonly Finding[]>> {
  const all = new Map(yield* dependencyFindings(graph, touched));
  const moved = new Set([...touched].filter((process) => mayClash(process, base, graph)));
  for (const [process, clashes] of clashFindings(graph, record.spec, moved)) all.set(process, [...(all.get(process) ?? []), ...clashes]);
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

/** What clashed with nobody, and is called where it was, clashes with none but those that are called elsewhere now. */
function mayClash(process: ProcessId, { noted, snapshot }: ResolvedEnvironment, graph: PinGraph): boolean {
  const before = snapshot.pins.get(process);
  if (before?.kind !== "runnable" || noted.has(process)) return true;
  const now = graph.content(process)?.summary.endpoints ?? none;
  return before.summary.endpoints !== now && !isDeepStrictEqual(before.summary.endpoints, now);
}

/** What decides about every pin of an environment alike. */
function sameRules(a: EnvironmentRecord, b: EnvironmentRecord): boolean {
  const allowed = (record: EnvironmentRecord): string | undefined => record.spec?.allowedVersionTypes.toSorted().join();
  const held = (record: EnvironmentRecord): string => (record.isQuarantineReadable ? [...record.held].flat().join("\0") : "unreadable");
  const given = ({ spec }: EnvironmentRecord): string =>
    [...Object.keys(spec?.variables ?? {}), ...Object.keys(spec?.secrets ?? {})].toSorted().join("\0");
  const strategies = ({ spec }: EnvironmentRecord): string =>
    [spec?.strategy.kind, ...Array.from(spec?.strategies ?? [], ([process, { kind }]) => `${process} ${kind}`).toSorted()].join("\0");
  const rules = [allowed, held, given, strategies, (record: EnvironmentRecord) => healthPaths(record.spec)];
  return a === b || rules.every((rule) => rule(a) === rule(b));
}

/** Pins that moved, whose process changed, that had findings, and those that need one of them. */
function touchedPins(base: ResolvedEnvironment, record: EnvironmentRecord, processes: ProcessSet): Set<ProcessId> {
  const touched = new Set(movedPins(base.record, record));
  for (const process of processes.changed) if (record.pins.has(process)) touched.add(process);
  if (touched.size === 0 && base.record === record && processes.changed.size === 0) return touched;
  for (const process of base.noted.keys()) touched.add(process);
  const dependants = [...touched].flatMap((process) => [...(base.dependants.get(process) ?? [])]);
  return new Set([...touched, ...dependants]);
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
