/**
 * Changes that would wait for each other until their time is over: a path changes its owner only when giver and taker are both ready, and
 * a caller begins only when what it calls serves. Pure, from the snapshots alone.
 */

import semver from "semver";
import { findCircles, isInRange, requiredProcesses } from "../desired/dependency-graph.ts";
import type { EnvironmentSnapshot } from "../desired/snapshot.ts";
import type { ProcessId } from "../names.ts";
import { neededBy } from "./beginning.ts";
import { type PathMove, pathMoves } from "./paths.ts";
import { type PinChange, versionOf } from "./pin-changes.ts";

export interface Deadlock {
  /** None of them comes to its end. */
  readonly processes: readonly ProcessId[];
  /** In one line. */
  readonly reason: string;
  /** One of them goes to a lower version: where that was good before, a controller does not let it wait for what it calls. */
  readonly isWayBack: boolean;
}

/** That one waits for another. */
interface Wait {
  readonly by: ProcessId;
  readonly for: ProcessId;
  /** That a path changes its owner; null: that it calls it. */
  readonly path: PathMove | null;
}

export function deadlocksOf(changes: readonly PinChange[], from: EnvironmentSnapshot | null, to: EnvironmentSnapshot): readonly Deadlock[] {
  const handing = pathMoves(changes, from, to).flatMap(waitsForEachOther);
  if (handing.length === 0) return [];
  const changeOf = new Map(changes.map((change) => [change.process, change]));
  const others = { changeOf, isTogether: togetherBy(handing) };
  const calling = changes.flatMap((change) => waitsOfCaller(change, others));
  const waits = groupedBy([...calling, ...handing]);
  return circlesIn(waits).flatMap((circle) => {
    const processes = [...circle].sort();
    const within = processes.flatMap((process) => (waits.get(process) ?? []).filter((wait) => circle.has(wait.for)));
    const call = within.find(({ path }) => path === null);
    const isOfCallsOnly = within.every(({ path }) => path === null);
    return call && !isOfCallsOnly ? [describe(processes, wayRound(call, waits), changeOf)] : [];
  });
}

function waitsForEachOther(path: PathMove): readonly Wait[] {
  const { giver, taker } = path;
  return [
    { by: giver, for: taker, path },
    { by: taker, for: giver, path },
  ];
}

interface Others {
  readonly changeOf: ReadonlyMap<ProcessId, PinChange>;
  isTogether(one: ProcessId, other: ProcessId): boolean;
}

/** It waits for what is coming, unless they change over together and what runs does as well. */
function waitsOfCaller({ process, to }: PinChange, { changeOf, isTogether }: Others): readonly Wait[] {
  return neededBy(to).flatMap((called) => {
    const change = changeOf.get(called);
    if (change?.to?.kind !== "runnable") return [];
    return isTogether(process, called) && isFitting(change, to) ? [] : [{ by: process, for: called, path: null }];
  });
}

function isFitting({ process, from, to }: PinChange, caller: PinChange["to"]): boolean {
  if (caller?.kind !== "runnable" || from?.kind !== "runnable" || to?.kind !== "runnable") return false;
  const needs = requiredProcesses(caller.summary.dependencies).filter(({ name }) => name === process);
  return needs.every(({ version: range }) => isInRange(from.summary.version, range) && isInRange(to.summary.version, range));
}

/** Those that are bound to each other by paths, directly or over others. */
function togetherBy(handing: readonly Wait[]): Others["isTogether"] {
  const groupOf = new Map(circlesIn(groupedBy(handing)).flatMap((group) => [...group].map((process) => [process, group] as const)));
  return (one, other) => groupOf.get(one)?.has(other) ?? false;
}

type Waits = ReadonlyMap<ProcessId, readonly Wait[]>;

function groupedBy(all: readonly Wait[]): Waits {
  const waits = new Map<ProcessId, Wait[]>();
  for (const wait of all) waits.set(wait.by, [...(waits.get(wait.by) ?? []), wait]);
  return waits;
}

function circlesIn(waits: Waits): readonly ReadonlySet<ProcessId>[] {
  return findCircles([...waits.keys()].sort(), (process) => (waits.get(process) ?? []).map((wait) => wait.for));
}

/** The shortest way back to where a wait begins. */
function wayRound(first: Wait, waits: Waits): readonly Wait[] {
  const reached = new Map<ProcessId, readonly Wait[]>([[first.for, [first]]]);
  for (const [process, way] of reached) {
    if (process === first.by) return way;
    for (const wait of waits.get(process) ?? []) if (!reached.has(wait.for)) reached.set(wait.for, [...way, wait]);
  }
  throw new Error(`no way leads back to ${first.by}`);
}

/** Waits of a circle that a reason names. */
const mostNamed = 8;

function describe(processes: readonly ProcessId[], way: readonly Wait[], changeOf: Others["changeOf"]): Deadlock {
  const named = (process: ProcessId): string => [process, versionOf(changeOf.get(process)?.to ?? null) ?? []].flat().join(" ");
  const shown = way.slice(0, mostNamed);
  const names = [...shown.map(({ by }) => named(by)).sort(), ...(way.length > mostNamed ? [`${way.length - mostNamed} more`] : [])];
  const why = shown.map((wait) => describeWait(wait, named)).join("; ");
  return {
    processes,
    reason: `${names.slice(0, -1).join(", ")} and ${names.at(-1)} wait for each other: ${why}${way.length > mostNamed ? "; …" : ""}`,
    isWayBack: way.some(({ by, path }) => path === null && isLower(changeOf.get(by))),
  };
}

function describeWait({ by, for: other, path }: Wait, named: (process: ProcessId) => string): string {
  if (path === null) return `${named(by)} waits for ${named(other)}, which it calls`;
  const how = path.giver === by ? `gives ${path.path} up only` : `takes ${path.path} over only`;
  return `${named(by)} ${how} when ${named(other)} is ready`;
}

function isLower(change: PinChange | undefined): boolean {
  const [before, after] = [versionOf(change?.from ?? null), versionOf(change?.to ?? null)];
  return before !== null && after !== null && semver.lt(after, before);
}
