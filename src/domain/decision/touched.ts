/**
 * Decisions in proportion to what changed. A look at an environment finds who is not at rest; as long as nothing that `restsUntil` asks
 * about changes, all others stay at rest, and deciding about them would change nothing. So what must be decided about is found by
 * comparing what is known now with what was known then.
 */

import type { Desired } from "../desired/resolve.ts";
import type { EngineInstance, Installed } from "../desired/unit.ts";
import type { EnvironmentState, ProcessState } from "../journal/state.ts";
import type { Instant, ProcessId } from "../names.ts";
import type { EngineObservation, Known, Seen } from "../observed/observation.ts";
import type { Route, Share } from "../observed/route.ts";
import { differingKeys, withChanges } from "../sharded-map.ts";
import type { Slices } from "../slices.ts";
import { everyProcess } from "./known-processes.ts";
import { restsUntil, untilChanged } from "./maintain.ts";

/** What a look at an environment has found. */
export interface Look {
  readonly state: EnvironmentState;
  readonly observation: Seen;
  /** Not at rest. */
  readonly restless: ReadonlySet<ProcessId>;
  /** When those that are at rest for a time only must be looked at again. */
  readonly timers: ReadonlyMap<ProcessId, Instant>;
  /** No timer ends before this; null: there is none. */
  readonly nextTimer: Instant | null;
}

/** Who was looked at again, and what was found. */
export interface Again {
  readonly touched: ReadonlySet<ProcessId>;
  readonly restless: ReadonlySet<ProcessId>;
  /** Of those that are at rest for a time only. */
  readonly timers: ReadonlyMap<ProcessId, Instant>;
}

/** Processes looked at without a pause. */
const processesAtOnce = 1_000;

/** A look at everything, in slices. */
export function* lookAtAll(state: EnvironmentState, observation: Seen): Slices<Look> {
  const restless = new Set<ProcessId>();
  const timers = new Map<ProcessId, Instant>();
  let count = 0;
  for (const process of everyProcess(state, observation)) {
    count += 1;
    if (count % processesAtOnce === 0) yield;
    const until = restOf(process, state, observation);
    if (until === null) restless.add(process);
    else if (until !== untilChanged) timers.set(process, until);
  }
  return { state, observation, restless, timers, nextTimer: firstOf(timers.values()) };
}

/** Until when it is at rest; null: it is not. */
export function restOf(process: ProcessId, state: EnvironmentState, observation: Seen): Instant | null {
  const known = state.processes.get(process);
  return known ? restsUntil(known, observation.desired?.processes.get(process) ?? null, observation) : null;
}

/** Everybody who may not be at rest now, where `isAlikeForAll`. */
export function touchedSince(look: Look, state: EnvironmentState, now: Seen): ReadonlySet<ProcessId> {
  const { state: before, observation: then } = look;
  return new Set([
    ...look.restless,
    ...dueBy(look, now.now),
    ...differingKeys<ProcessState>(before.processes, state.processes),
    ...differingKeys(pinsOf(then), pinsOf(now)),
    ...state.commands.flatMap(({ spec }) => ("process" in spec ? [spec.process] : [])),
    ...(now.deaths ?? []).flatMap(({ suspects }) => suspects.map(({ process }) => process)),
    ...movedUnits(then, now),
    ...movedRoutes(then, now),
  ]);
}

/** What is known once those who were touched have been looked at. */
export function lookAfter(look: Look, state: EnvironmentState, observation: Seen, { touched, restless, timers: found }: Again): Look {
  const isTimed = look.timers.size > 0 || found.size > 0;
  const changes = isTimed ? Array.from(touched, (process) => [process, found.get(process)] as const) : [];
  const timers = withChanges(look.timers, changes);
  const isOver = look.nextTimer !== null && look.nextTimer <= observation.now;
  const nextTimer = firstOf(isOver ? timers.values() : [look.nextTimer, ...found.values()]);
  return { state, observation, restless, timers, nextTimer };
}

function dueBy({ timers, nextTimer }: Pick<Look, "timers" | "nextTimer">, now: Instant): readonly ProcessId[] {
  if (nextTimer === null || now < nextTimer) return [];
  return [...timers].flatMap(([process, until]) => (until <= now ? [process] : []));
}

function firstOf(times: Iterable<Instant | null>): Instant | null {
  let first = untilChanged;
  for (const time of times) if (time !== null && time < first) first = time;
  return first === untilChanged ? null : first;
}

/** Whether that has not changed which holds for all, so that all would have to be looked at: settings, instances, and who has answered. */
export function isAlikeForAll({ observation: one }: Look, other: Seen): boolean {
  if (one.spec !== other.spec || one.settingsOf !== other.settingsOf) return false;
  if (one.routes.kind !== other.routes.kind || one.engines.size !== other.engines.size) return false;
  return [...other.engines].every(([kind, engine]) => isSameEngine(one.engines.get(kind), engine));
}

function isSameEngine(one: Known<EngineObservation> | undefined, other: Known<EngineObservation>): boolean {
  if (one?.kind !== "known" || other.kind !== "known") return one?.kind === other.kind;
  return areSame(one.value.instances, other.value.instances, isSameInstance);
}

function isSameInstance(one: EngineInstance, other: EngineInstance): boolean {
  return one.id === other.id && one.state === other.state;
}

function pinsOf({ desired }: Seen): ReadonlyMap<ProcessId, Desired> {
  return desired?.processes ?? new Map<ProcessId, Desired>();
}

/** Processes of which something else is installed, or elsewhere. Adapters give the same object for what has not changed: that is compared first. */
function* movedUnits(then: Seen, now: Seen): Iterable<ProcessId> {
  for (const [kind, engine] of now.engines) {
    const before = then.engines.get(kind);
    if (engine.kind !== "known" || before?.kind !== "known") continue;
    const [one, other] = [before.value.installed, engine.value.installed];
    for (const process of differingKeys(one, other))
      if (!areSame(one.get(process) ?? [], other.get(process) ?? [], isSameUnit)) yield process;
  }
}

/** Without its counters and requests in flight: no process at rest is judged by them. */
function isSameUnit(one: Installed, other: Installed): boolean {
  return (
    one.digest === other.digest &&
    one.version === other.version &&
    one.drift === other.drift &&
    one.armed === other.armed &&
    areSame(
      one.placements,
      other.placements,
      (here, there) => here.instance === there.instance && here.address === there.address && here.ready === there.ready,
    )
  );
}

function* movedRoutes({ routes: then }: Seen, { routes: now }: Seen): Iterable<ProcessId> {
  if (then.kind !== "known" || now.kind !== "known") return;
  for (const process of differingKeys(then.value, now.value))
    if (!isSameRoute(then.value.get(process), now.value.get(process))) yield process;
}

function isSameRoute(one: Route | undefined, other: Route | undefined): boolean {
  if (!one || !other) return one === other;
  const isTreatedAlike =
    one.timeoutMs === other.timeoutMs && one.sticky?.kind === other.sticky?.kind && one.sticky?.name === other.sticky?.name;
  return isTreatedAlike && areSame(one.shares, other.shares, isSameShare);
}

function isSameShare(one: Share, other: Share): boolean {
  return (
    one.digest === other.digest &&
    one.version === other.version &&
    one.weight === other.weight &&
    areSame(one.targets, other.targets, (here, there) => here.instance === there.instance && here.url === there.url)
  );
}

function areSame<T>(some: readonly T[], others: readonly T[], isSame: (one: T, other: T) => boolean): boolean {
  if (some === others) return true;
  return some.length === others.length && some.every((one, index) => isSame(one, others[index] as T));
}
