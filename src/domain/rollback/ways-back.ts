/**
 * Which processes must go back together: a path that one gets back is with another, and a path that one gives up by going back came from
 * another, which can have it again. Pure questions; what follows from the answers is decided elsewhere.
 */

import type { Digest, ProcessId, UnitRef } from "../names.ts";
import { isInQuarantine } from "./quarantine.ts";
import { pinnedVersion } from "../desired/resolve.ts";
import { describeEndpoint, endpointsServed, requestsOf } from "../observed/requests.ts";
import type { PinBack } from "../journal/revert.ts";
import type { Exchange, Rollout } from "../journal/rollout.ts";
import type { Route } from "../observed/route.ts";
import { answersSomewhere, findInstalled, hasEngineAnswered, installedIn, type Observation, servingUnit } from "../observed/observation.ts";
import type { KnownGood, ProcessState } from "../journal/state.ts";
import { isOnItsWay, mayHaveTraffic } from "../strategies/steps.ts";
import type { PublicEndpoint } from "../desired/unit.ts";

/** How a process goes back. */
export type WayBack =
  /** What is under way there is rejected. */
  | { readonly kind: "reject"; readonly rollout: Rollout }
  /** Its deployment is over, and the version before it is still warm. */
  | { readonly kind: "reopen"; readonly from: UnitRef; readonly to: UnitRef; readonly exchanged: readonly Exchange[] }
  /** It was taken out, and is still warm. */
  | { readonly kind: "return"; readonly to: UnitRef };

/** A path that no process serves after a rollback, and the version that served it before. */
export interface Orphan {
  readonly endpoint: PublicEndpoint;
  readonly giver: UnitRef;
}

/** Who has what another one gets back. */
export interface Keeper {
  readonly process: ProcessId;
  readonly endpoint: PublicEndpoint;
}

export interface Group {
  /** Who goes back, and how; the first is the one for which all of it is done. */
  readonly members: ReadonlyMap<ProcessId, WayBack>;
  /** The process that has a path which the first gets back, and keeps it; null: none. */
  readonly keeper: Keeper | null;
  readonly orphans: readonly Orphan[];
}

/** What is asked of the environment. */
export interface Surroundings {
  readonly observation: Observation;
  readonly routes: ReadonlyMap<ProcessId, Route>;
  /** As remembered. */
  process(process: ProcessId): ProcessState | undefined;
}

/** Null: the router or every engine could not be asked. */
export function surroundings(observation: Observation, process: Surroundings["process"]): Surroundings | null {
  const { routes } = observation;
  return hasEngineAnswered(observation) && routes.kind === "known" ? { observation, routes: routes.value, process } : null;
}

/** All processes that go back with this one. A process that only gave it paths stays if it cannot go back; one that has what this one needs must go back. */
export function groupOf(first: ProcessId, way: WayBack, around: Surroundings): Group {
  const stuck = new Set<ProcessId>();
  for (;;) {
    const grown = grow(first, way, around, stuck);
    if (grown.blocked === null) return { members: grown.members, keeper: null, orphans: orphansOf(grown.members, around) };
    if (grown.blocked.process === first) return { members: new Map([[first, way]]), keeper: grown.blocked.keeper, orphans: [] };
    stuck.add(grown.blocked.process);
  }
}

/** Pins of the others that go back by the commit of the first: each where it is pinned to what it goes back from. */
export function pinsBack(first: ProcessId, { members }: Group, { desired }: Pick<Observation, "desired">): readonly PinBack[] {
  return [...members].flatMap(([process, way]) => {
    const pin = process === first ? null : pinBack(process, way);
    return pin && pinnedVersion(desired?.processes.get(process) ?? null) === pin.from ? [pin] : [];
  });
}

function pinBack(process: ProcessId, way: WayBack): PinBack | null {
  if (way.kind === "return") return null;
  const { from, to } = way.kind === "reopen" ? way : { from: way.rollout.candidate, to: way.rollout.stable };
  return from && to && from.version !== to.version ? { process, from: from.version, to: to.version } : null;
}

/** Why the rollback is not done. */
export function describeKeeper({ process, endpoint }: Keeper): string {
  return `${process} has ${describeEndpoint(endpoint)}, which it would get back: revert both in one commit`;
}

interface Grown {
  readonly members: ReadonlyMap<ProcessId, WayBack>;
  /** The process that cannot go back because another keeps what it needs; null: none. */
  readonly blocked: { readonly process: ProcessId; readonly keeper: Keeper } | null;
}

function grow(first: ProcessId, way: WayBack, around: Surroundings, stuck: ReadonlySet<ProcessId>): Grown {
  const members = new Map([[first, way]]);
  const wayOf = (process: ProcessId, exchange: Exchange | undefined): WayBack | null =>
    stuck.has(process) ? null : wayBackOf(process, exchange, around);
  for (const [process, own] of members) {
    const exchanged = exchangedOf(process, own, around);
    for (const owner of ownersOf(process, own, around)) {
      if (members.has(owner.process)) continue;
      const found = wayOf(
        owner.process,
        exchanged.find((each) => each.process === owner.process),
      );
      if (!found) return { members, blocked: { process, keeper: owner } };
      members.set(owner.process, found);
    }
    for (const giver of giversOf(process, own, around)) {
      const found = members.has(giver.process) ? null : wayOf(giver.process, giver);
      if (found) members.set(giver.process, found);
    }
  }
  return { members, blocked: null };
}

/** Whether what was taken out to make room for it is warm still. */
export function hasPredecessor({ exchanged = [] }: Rollout, observation: Observation): boolean {
  return exchanged.some(({ before, after }) => after === null && before !== null && isAnswering(before, { observation }));
}

/** What has its traffic once it has gone back; null: nothing. */
export function unitBack(way: WayBack): UnitRef | null {
  return way.kind === "reject" ? way.rollout.stable : way.to;
}

/** How it would go back; null: it cannot. `exchange`: what it had part in, where that is known. */
function wayBackOf(process: ProcessId, exchange: Exchange | undefined, around: Surroundings): WayBack | null {
  const remembered = around.process(process);
  if (!remembered) return null;
  const { rollout } = remembered;
  if (rollout && rollout.kind !== "prune") return isUndoing(remembered, rollout, exchange, around) ? { kind: "reject", rollout } : null;
  if (!exchange?.before || !isGood(remembered, exchange.before, around)) return null;
  return exchange.after === null
    ? returning(process, exchange.before, around)
    : reopening(remembered, { from: exchange.after, to: exchange.before }, around);
}

/** It is still not pinned. */
function returning(process: ProcessId, to: UnitRef, { observation }: Surroundings): WayBack | null {
  return observation.desired?.processes.has(process) === false ? { kind: "return", to } : null;
}

/** Nothing has changed since, and nothing is under way. */
function reopening(
  { process, rollout, knownGood }: ProcessState,
  { from, to }: { readonly from: UnitRef; readonly to: UnitRef },
  around: Surroundings,
): WayBack | null {
  const desired = around.observation.desired?.processes.get(process);
  if (rollout || desired?.kind !== "run" || desired.unit.digest !== from.digest || !isServing(process, from, around)) return null;
  return { kind: "reopen", from, to, exchanged: knownGood.find(({ digest }) => digest === from.digest)?.exchanged ?? [] };
}

/** Whether rejecting it brings back what it ran before the paths changed owner; what serves for good goes back only to what was good. */
function isUndoing(remembered: ProcessState, rollout: Rollout, exchange: Exchange | undefined, around: Surroundings): boolean {
  const { kind, stable, candidate } = rollout;
  if (kind !== "deploy" || !stable || !candidate || !mayHaveTraffic(rollout)) return false;
  if (exchange && exchange.before?.digest !== stable.digest) return false;
  return isOnItsWay(rollout) ? isAnswering(stable, around) : isGood(remembered, stable, around);
}

function isServing(process: ProcessId, { digest }: UnitRef, { routes }: Surroundings): boolean {
  return servingUnit(routes.get(process) ?? null)?.digest === digest;
}

function isGood(remembered: ProcessState, unit: UnitRef, around: Surroundings): boolean {
  const isKnown = remembered.knownGood.some(({ digest }) => digest === unit.digest);
  return isKnown && !isInQuarantine(remembered, unit, around.observation) && isAnswering(unit, around);
}

function isAnswering({ process, digest }: UnitRef, { observation }: Pick<Surroundings, "observation">): boolean {
  return answersSomewhere(installedIn(process, observation), digest);
}

/** Others that serve what this process gets back. */
function ownersOf(process: ProcessId, way: WayBack, around: Surroundings): readonly Keeper[] {
  const now = requestsNow(process, around);
  const regained = new Set([...(requestsBack(process, way, around) ?? [])].filter((request) => !now.has(request)));
  if (regained.size === 0) return [];
  const others = [...around.routes].filter(([other]) => other !== process);
  return others.flatMap(([other, route]) => {
    const endpoint = endpointsServed(route).find((each) => requestsOf(each).some((request) => regained.has(request)));
    return endpoint ? [{ process: other, endpoint }] : [];
  });
}

/** What it answers once it has gone back; of a version that is gone, and is to be installed again, that is remembered. Null: not known. */
function requestsBack(process: ProcessId, way: WayBack, around: Surroundings): ReadonlySet<string> | null {
  const back = unitBack(way);
  if (!back) return new Set();
  const installed = findInstalled(installedIn(process, around.observation), back.digest);
  const endpoints = installed?.endpoints ?? (way.kind === "reject" ? way.rollout.stableEndpoints : undefined);
  return endpoints === undefined ? null : new Set(endpoints.flatMap(requestsOf));
}

/** Where engine or router does not answer: whether another process serves, or may serve, what this one would get back. */
export function mayBeRivalled({ process, candidate, stableEndpoints = [] }: Rollout, observation: Observation): boolean {
  const { routes } = observation;
  const own = routes.kind === "known" ? endpointsServed(routes.value.get(process)) : candidate && endpointsOf(candidate, observation);
  if (!own) return false;
  const now = new Set(own.flatMap(requestsOf));
  const regained = new Set(stableEndpoints.flatMap(requestsOf).filter((request) => !now.has(request)));
  if (routes.kind === "unknown") return regained.size > 0;
  const others = [...routes.value].filter(([other]) => other !== process);
  return others.some(([, route]) =>
    endpointsServed(route)
      .flatMap(requestsOf)
      .some((request) => regained.has(request)),
  );
}

/** Where a version is called that is installed, or pinned; undefined: neither is known. */
function endpointsOf({ process, digest }: UnitRef, observation: Observation): readonly PublicEndpoint[] | undefined {
  const pinned = observation.desired?.processes.get(process);
  return (
    findInstalled(installedIn(process, observation), digest)?.endpoints ??
    (pinned?.kind === "run" && pinned.unit.digest === digest ? pinned.summary.endpoints : undefined)
  );
}

/** Others that gave up what this process serves, and will not serve once it has gone back. */
function giversOf(process: ProcessId, way: WayBack, around: Surroundings): readonly Exchange[] {
  const lost = lostBy(process, way, around);
  return exchangedOf(process, way, around).filter((each) => each.process !== process && each.gave.some((request) => lost.has(request)));
}

/** Nothing where it cannot be told what the version before it answers. */
function lostBy(process: ProcessId, way: WayBack, around: Surroundings): ReadonlySet<string> {
  const later = requestsBack(process, way, around);
  return new Set(later === null ? [] : [...requestsNow(process, around)].filter((request) => !later.has(request)));
}

function exchangedOf(process: ProcessId, way: WayBack, around: Surroundings): readonly Exchange[] {
  if (way.kind === "return") return [];
  if (way.kind === "reopen") return way.exchanged;
  const digest = way.rollout.candidate?.digest;
  return way.rollout.exchanged ?? (digest === undefined ? [] : exchangedWith(around.process(process), digest));
}

/** With whom paths changed owner when this version got its traffic, as far as that is remembered; itself among them. */
export function exchangedWith(remembered: ProcessState | undefined, digest: Digest): readonly Exchange[] {
  const { rollout = null, knownGood = [] } = remembered ?? {};
  if (rollout?.candidate?.digest === digest && rollout.exchanged) return rollout.exchanged;
  return knownGood.find((good: KnownGood) => good.digest === digest)?.exchanged ?? [];
}

function orphansOf(members: ReadonlyMap<ProcessId, WayBack>, around: Surroundings): readonly Orphan[] {
  return [...members].flatMap(([member, way]) => {
    const lost = lostBy(member, way, around);
    const served = endpointsServed(around.routes.get(member));
    return giversOf(member, way, around).flatMap(({ process, before, gave }) => {
      if (!before || members.has(process)) return [];
      const endpoint = served.find((each) => requestsOf(each).some((request) => lost.has(request) && gave.includes(request)));
      return endpoint ? [{ endpoint, giver: before }] : [];
    });
  });
}

function requestsNow(process: ProcessId, around: Surroundings): ReadonlySet<string> {
  return new Set(endpointsServed(around.routes.get(process)).flatMap(requestsOf));
}
