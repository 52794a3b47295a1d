/** Puts together what was handed over in parts. What is equal to what was there before stays the object that it was, so that nobody is woken for it. */

import { isDeepStrictEqual } from "node:util";
import type { Connection, WorkflowNode } from "../../../domain/desired/definition.ts";
import type { EnvironmentSnapshot, PinnedVersion, Snapshot } from "../../../domain/desired/snapshot.ts";
import type { ProcessVersion } from "../../../domain/desired/version.ts";
import type { CommitId, EnvironmentName, Instant, ProcessId } from "../../../domain/names.ts";
import { mapOf, withChanges } from "../../../domain/sharded-map.ts";
import type { ChangedPin, EnvironmentHead, Part, SnapshotPart } from "./messages.ts";

/** Takes parts until it has the last one. */
export interface Gathering<T> {
  take(part: Part): void;
  /** @throws Error before the last part. */
  result(): T;
}

/** A snapshot of this commit, given what was there before. */
export function gatherSnapshot(
  commit: CommitId,
  committedAt: Instant,
  before: Snapshot | null,
): Gathering<{ readonly snapshot: Snapshot; readonly published: string | null }> {
  const changes = new Map<EnvironmentName, ChangedPins>();
  let last: SnapshotPart | null = null;
  return {
    take(part) {
      if (part.kind === "pins") noteChanges(changes, part.environment, keptPins(part.pins, before?.environments.get(part.environment)));
      else if (part.kind === "snapshot") last = part;
    },
    result() {
      if (!last) throw unfinished();
      const { environments: heads, findings, published, isWhole } = last;
      const environments = new Map<EnvironmentName, EnvironmentSnapshot>();
      for (const [name, head] of heads) environments.set(name, environmentOf({ name, head, before, changes, isWhole }));
      return { snapshot: { commit, committedAt, environments, findings }, published };
    },
  };
}

/** An environment as it was at an earlier commit. */
export function gatherEnvironment(): Gathering<EnvironmentSnapshot | null> {
  const pins: ChangedPin[] = [];
  let head: EnvironmentHead | null | undefined;
  return {
    take(part) {
      if (part.kind === "pins") pins.push(...part.pins);
      else if (part.kind === "environment") ({ head } = part);
    },
    result() {
      if (head === undefined) throw unfinished();
      return head && { ...head, pins: mapOf(pins.flatMap(([process, pinned]) => (pinned ? [[process, pinned] as const] : []))) };
    },
  };
}

export function gatherVersion(): Gathering<ProcessVersion> {
  const nodes: WorkflowNode[] = [];
  const connections: Connection[] = [];
  let version: ProcessVersion | null = null;
  return {
    take(part) {
      if (part.kind === "nodes") nodes.push(...part.nodes);
      else if (part.kind === "connections") connections.push(...part.connections);
      else if (part.kind === "version") ({ version } = part);
    },
    result() {
      if (!version) throw unfinished();
      return { ...version, definition: { ...version.definition, nodes, connections } };
    },
  };
}

/** Nothing but that it is over. */
export function gatherNothing(): Gathering<undefined> {
  return { take: () => undefined, result: () => undefined };
}

type ChangedPins = Map<ProcessId, PinnedVersion | undefined>;

function unfinished(): Error {
  return new Error("the last part has not come");
}

function noteChanges(changes: Map<EnvironmentName, ChangedPins>, name: EnvironmentName, pins: readonly ChangedPin[]): void {
  const known = changes.get(name) ?? new Map<ProcessId, PinnedVersion | undefined>();
  for (const [process, pinned] of pins) known.set(process, pinned);
  changes.set(name, known);
}

function keptPins(pins: readonly ChangedPin[], before: EnvironmentSnapshot | undefined): readonly ChangedPin[] {
  return pins.map(([process, pinned]) => [process, kept(before?.pins.get(process), pinned)]);
}

function kept<T>(before: T | undefined, now: T): T {
  return before !== undefined && isDeepStrictEqual(before, now) ? before : now;
}

interface Changed {
  readonly name: EnvironmentName;
  readonly head: EnvironmentHead | null;
  readonly before: Snapshot | null;
  readonly changes: ReadonlyMap<EnvironmentName, ChangedPins>;
  readonly isWhole: boolean;
}

function environmentOf({ name, head, before, changes, isWhole }: Changed): EnvironmentSnapshot {
  const known = before?.environments.get(name);
  if (!head && !known) throw new Error(`the environment ${name} is said to be as it was, and was not there`);
  if (!head) return known as EnvironmentSnapshot;
  const now = { ...keptHead(known, head), pins: pinsAfter(known, changes.get(name) ?? new Map(), isWhole) };
  return known && isSame(known, now) ? known : now;
}

function pinsAfter(known: EnvironmentSnapshot | undefined, news: ChangedPins, isWhole: boolean): EnvironmentSnapshot["pins"] {
  const gone = isWhole ? missingIn(news, known) : [];
  return withChanges<PinnedVersion>(known?.pins ?? new Map(), [...news, ...gone]);
}

function missingIn(pins: ChangedPins, known: EnvironmentSnapshot | undefined): readonly ChangedPin[] {
  return [...(known?.pins.keys() ?? [])].flatMap((process) => (pins.has(process) ? [] : [[process, undefined] as const]));
}

function keptHead(known: EnvironmentSnapshot | undefined, head: EnvironmentHead): EnvironmentHead {
  if (!known) return head;
  const { spec, quarantine, findings } = head;
  return {
    ...head,
    spec: kept(known.spec, spec),
    quarantine: kept(known.quarantine, quarantine),
    findings: kept(known.findings, findings),
  };
}

function isSame(one: EnvironmentSnapshot, other: EnvironmentSnapshot): boolean {
  return (["pins", "spec", "quarantine", "findings", "settingsOf"] as const).every((key) => one[key] === other[key]);
}
