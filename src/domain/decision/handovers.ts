/**
 * Paths that change their owner by one commit: moved from process to process, taken along in a rename, or swapped. The process that gives one up
 * and the process that takes it over get their traffic at the same moment, once all of them are ready; until then everything stays as it is.
 */

import type { EnvironmentSpec } from "../desired/environment.ts";
import { healthCheckOf } from "../validation/health.ts";
import type { Desired } from "../desired/resolve.ts";
import { firstBlocked } from "../gates/gates.ts";
import { proposedRemoval } from "./proposed-change.ts";
import type { ProcessId, UnitRef } from "../names.ts";
import type { Freeze, Command } from "../journal/commands.ts";
import { followGit, heldInQuarantine } from "../rollback/quarantine.ts";
import { describeEndpoint, endpointsServed, requestsOf } from "../observed/requests.ts";
import { rejectionNow, goingOn } from "../rollback/policy.ts";
import type { Exchange, Rollout } from "../journal/rollout.ts";
import type { Route } from "../observed/route.ts";
import {
  engineFor,
  findInstalled,
  hasEngineAnswered,
  installedIn,
  isReady,
  type Observation,
  servingUnit,
  weightOf,
} from "../observed/observation.ts";
import type { ProcessState } from "../journal/state.ts";
import { isHandingOver } from "../strategies/rollout-states.ts";
import { mayHaveTraffic } from "../strategies/steps.ts";
import type { PublicEndpoint } from "../desired/unit.ts";
import type { Handover, Handovers } from "../journal/handover.ts";
import { type Claims, type Kept, keptFrom, type PathChange } from "./claimants.ts";

/** A process about which something may be decided in this pass. */
export interface Stirring {
  readonly remembered: ProcessState;
  /** Null: not pinned. */
  readonly desired: Desired | null;
  readonly commands: readonly Command[];
}

interface Mover extends PathChange {
  /** What has its traffic now, and what shall have it; null: nothing. */
  readonly before: UnitRef | null;
  readonly after: UnitRef | null;
}

/** What shall have the traffic of a process, and where it will be called then. */
interface Target {
  /** Null: nothing shall. */
  readonly unit: UnitRef | null;
  readonly endpoints: readonly PublicEndpoint[];
}

interface World {
  readonly observation: Observation;
  readonly spec: EnvironmentSpec;
  readonly routes: ReadonlyMap<ProcessId, Route>;
  readonly freeze: Freeze | null;
}

/** Of every process that gives paths up to another or takes some over; null: engine or router could not be asked. */
export function planHandovers(stirring: readonly Stirring[], observation: Observation, freeze: Freeze | null): Handovers | null {
  if (!hasEngineAnswered(observation) || observation.routes.kind === "unknown" || !observation.spec) return null;
  const world: World = { observation, spec: observation.spec, routes: observation.routes.value, freeze };
  const willing = stirring.flatMap((one) => moverOf(one, world) ?? []);
  if (willing.length === 0) return new Map();
  const kept = keptFrom(willing, claimsOf(stirring, world));
  const movers = willing.map((mover) => withheld(mover, kept.get(mover.process)));
  const handovers = new Map<ProcessId, Handover>();
  for (const group of groupsOf(movers)) for (const mover of group) handovers.set(mover.process, handoverOf(mover, group));
  for (const [process, { why }] of kept) handovers.set(process, { kind: "waits", why: `hands over: ${why}`, with: [] });
  return handovers;
}

/** `kept`: what it cannot take over; absent: nothing. The process that gives that up does not wait for it. */
function withheld(mover: Mover, kept: Kept | undefined): Mover {
  if (kept === undefined) return mover;
  return { ...mover, gains: without(mover.gains, kept.lost), whyNotReady: mover.whyNotReady ?? `it ${kept.why}` };
}

function moverOf(one: Stirring, world: World): Mover | null {
  const { process } = one.remembered;
  const target = targetOf(one, world);
  if (!target) return null;
  const served = endpointsServed(world.routes.get(process));
  // Most versions are called where the one before them was.
  if (areSame(served, target.endpoints)) return null;
  const health = healthCheckOf(world.spec, process)?.path;
  const now = requestsIn(served, health);
  const later = requestsIn(target.endpoints, health);
  const [gains, losses] = [without(later, now), without(now, later)];
  if (gains.size + losses.size === 0) return null;
  const before = unitBefore(one.remembered, target, world);
  const paths = pathsOf([...served, ...target.endpoints]);
  return { process, gains, losses, paths, before, after: target.unit, whyNotReady: whyNotReady(one, target, world) };
}

/** A cheap look before paths are read; mostly they are named in the same order. */
function areSame(some: readonly PublicEndpoint[], others: readonly PublicEndpoint[]): boolean {
  if (some.length === 0 || others.length === 0) return some.length === others.length;
  if (some.length === others.length && some.every(({ method, path }, index) => isAt(others[index], method, path))) return true;
  const [these, those] = [new Set(some.map(describeEndpoint)), new Set(others.map(describeEndpoint))];
  return these.size === those.size && [...these].every((each) => those.has(each));
}

function isAt(endpoint: PublicEndpoint | undefined, method: string, path: string): boolean {
  return endpoint !== undefined && endpoint.path === path && endpoint.method === method;
}

/** What shares its traffic with what shall have all of it is what it had before. */
function unitBefore({ process, rollout }: ProcessState, { unit }: Target, { routes }: World): UnitRef | null {
  const serving = servingUnit(routes.get(process) ?? null);
  return serving?.digest === unit?.digest ? (rollout?.stable ?? null) : serving;
}

/** Null: what serves now goes on to serve, alone. */
function targetOf({ remembered, desired }: Stirring, world: World): Target | null {
  const route = world.routes.get(remembered.process) ?? null;
  const usable = heldInQuarantine(desired, followGit(remembered, world.observation));
  const underWay = targetUnderWay(remembered.rollout, usable, world);
  if (underWay || (desired && desired.kind !== "run")) return underWay;
  if (!desired)
    return servingUnit(route) && !firstBlocked(proposedRemoval(remembered.process, world)) ? { unit: null, endpoints: [] } : null;
  return weightOf(route, desired.unit.digest) === 100 ? null : { unit: desired.unit, endpoints: desired.summary.endpoints };
}

/** A pin that cannot be used stops nothing: what is under way goes on. */
function targetUnderWay(rollout: Rollout | null, desired: Desired | null, { observation }: World): Target | null {
  const coming = goingOn(rollout, desired, observation);
  return coming && rollout ? { unit: rollout.candidate, endpoints: coming.endpoints } : null;
}

function whyNotReady(one: Stirring, { unit }: Target, world: World): string | null {
  if (unit) return whyNotReadyFor(unit, one, world);
  return one.remembered.rollout?.state.kind === "rejected" ? "it is going back" : null;
}

function whyNotReadyFor(unit: UnitRef, { remembered, commands }: Stirring, world: World): string | null {
  const { rollout, refused } = remembered;
  if (refused?.unit.digest === unit.digest)
    return `its deployment failed; \`pinion retry ${world.observation.environment}/${unit.process}\` tries it again`;
  const notYet = rollout ? whyNotYet(rollout, unit) : isServing(unit, world) ? null : notBegun;
  if (notYet !== null) return notYet;
  if (commands.length > 0) return "a person must decide about it";
  return (rollout && whyStopped(rollout, world)) ?? whyNotAnswering(unit, world);
}

const notBegun = "its deployment has not started";

function whyNotYet(rollout: Rollout, { digest }: UnitRef): string | null {
  if (rollout.candidate?.digest !== digest) return notBegun;
  return isHandingOver(rollout.state) || isExchangeOwed(rollout) ? null : `it is ${rollout.state.kind}`;
}

/** It was decided that its paths change owner, and the table does not say so yet. */
function isExchangeOwed({ state, exchanged }: Rollout): boolean {
  return state.kind === "switching" && exchanged !== undefined;
}

/** It could hand over, were it not for this. */
function whyStopped(rollout: Rollout, { observation, freeze }: World): string | null {
  const { kind, paused, deadline } = rollout;
  if (paused || (freeze && kind === "deploy")) return "a person has stopped it";
  if (observation.now >= deadline) return "its time is over";
  return rejectionNow(rollout, observation) ? "its metrics reject it" : null;
}

function whyNotAnswering({ process, digest }: UnitRef, { observation }: World): string | null {
  const engine = engineFor(process, observation);
  const isThere = engine.kind === "known" && isReady(findInstalled(installedIn(process, observation), digest), engine.value.instances);
  return isThere ? null : "it does not answer";
}

/** It needs no deployment: it shares the traffic with a version that is not pinned any more. */
function isServing({ process, digest }: UnitRef, { routes }: World): boolean {
  return servingUnit(routes.get(process) ?? null)?.digest === digest;
}

/** The path of the health check is asked in private: all may have it. */
function requestsIn(endpoints: readonly PublicEndpoint[], health: string | undefined): ReadonlySet<string> {
  return new Set(endpoints.filter(({ path }) => path !== health).flatMap(requestsOf));
}

function without(all: ReadonlySet<string>, some: ReadonlySet<string>): ReadonlySet<string> {
  return new Set([...all].filter((each) => !some.has(each)));
}

/** Those that are bound to each other, directly or by others, by a path that one gives up and another takes over. */
function groupsOf(movers: readonly Mover[]): readonly (readonly Mover[])[] {
  const giverOf = new Map(movers.flatMap((mover) => [...mover.losses].map((request) => [request, mover] as const)));
  const groups = new Map<Mover, Mover[]>();
  for (const taker of movers) {
    for (const request of taker.gains) {
      const giver = giverOf.get(request);
      if (giver && giver !== taker) join(groups, taker, giver);
    }
  }
  return [...new Set(groups.values())];
}

function join(groups: Map<Mover, Mover[]>, one: Mover, other: Mover): void {
  const [first, second] = [groups.get(one) ?? [one], groups.get(other) ?? [other]];
  const joined = first === second ? first : [...first, ...second];
  for (const mover of joined) groups.set(mover, joined);
}

function handoverOf(mover: Mover, group: readonly Mover[]): Handover {
  const others = group.filter((each) => each !== mover);
  const names = others.map(({ process }) => process);
  const waits = (why: string): Handover => ({ kind: "waits", why: `hands over: ${why}`, with: names });
  const slow = others.find(({ whyNotReady: why }) => why !== null);
  if (slow) return waits(`waits for ${slow.process}, with which ${changing(mover, slow)}: ${slow.whyNotReady}`);
  if (mover.whyNotReady !== null) return waits(`paths change owner together with ${names.join(", ")}`);
  return { kind: "goes", why: `paths change owner together with ${names.join(", ")}`, with: names, exchanged: exchangedBy(group) };
}

/** `GET /apple changes owner`. */
function changing(mover: Mover, other: Mover): string {
  const between = new Set([...mover.gains, ...mover.losses].filter((request) => other.gains.has(request) || other.losses.has(request)));
  const [first, ...more] = [...new Set([...mover.paths].flatMap(([request, path]) => (between.has(request) ? [path] : [])))];
  if (first === undefined) return "paths change owner";
  return more.length === 0 ? `${first} changes owner` : `${first} and ${more.length} more change owner`;
}

function exchangedBy(group: readonly Mover[]): readonly Exchange[] {
  return group.map(({ process, before, after, losses }) => {
    const takers = group.filter((other) => other.process !== process);
    return { process, before, after, gave: [...losses].filter((request) => takers.some(({ gains }) => gains.has(request))) };
  });
}

function pathsOf(endpoints: readonly PublicEndpoint[]): ReadonlyMap<string, string> {
  return new Map(endpoints.flatMap((endpoint) => requestsOf(endpoint).map((request) => [request, describeEndpoint(endpoint)] as const)));
}

/** Where each process is called, or will be once what is decided about it is done. */
function claimsOf(stirring: readonly Stirring[], world: World): Claims {
  const { observation, routes } = world;
  const claims = new Map([...routes].map(([process, route]) => [process, endpointsServed(route)] as const));
  for (const one of stirring) {
    for (const unit of unitsToCome(one, world)) {
      const coming = findInstalled(installedIn(unit.process, observation), unit.digest)?.endpoints ?? endpointsOnceGone(one, unit);
      if (coming) claims.set(unit.process, [...(claims.get(unit.process) ?? []), ...coming]);
    }
  }
  return claims;
}

/** Of a version that is gone, and comes back when the one after it fails. */
function endpointsOnceGone({ remembered: { rollout } }: Stirring, { digest }: UnitRef): readonly PublicEndpoint[] | undefined {
  return rollout?.stable?.digest === digest ? rollout.stableEndpoints : undefined;
}

/** What has its traffic, or is about to get it; where it is taken back in this very pass, what was before it gets it. */
function unitsToCome({ remembered: { rollout }, commands }: Stirring, { observation }: World): readonly UnitRef[] {
  if (!rollout) return [];
  const isTakenBack = commands.length > 0 || observation.now >= rollout.deadline || rejectionNow(rollout, observation) !== null;
  return [unitToCome(rollout), isTakenBack ? rollout.stable : null].filter((unit) => unit !== null);
}

/** What has its traffic, or is about to get it; null: nothing. */
function unitToCome(rollout: Rollout): UnitRef | null {
  if (rollout.state.kind === "rejected") return rollout.stable;
  if (mayHaveTraffic(rollout)) return rollout.candidate;
  return rollout.kind === "prune" ? null : rollout.stable;
}
