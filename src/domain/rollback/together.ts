/**
 * Versions whose paths changed owner between them go back together, in one write of the table: what one of them gets back the other has,
 * or what one of them gives up the other had. Half of it would leave a path without an owner. The others are not rejected.
 */

import type { Action } from "../journal/actions.ts";
import type { ProcessDecision } from "../journal/case.ts";
import { personMustDecide } from "../strategies/inconclusive.ts";
import type { ProcessId } from "../names.ts";
import type { PinBack, Revert } from "../journal/revert.ts";
import { joinReasons, type Reason } from "../journal/reason.ts";
import { describeEndpoint } from "../observed/requests.ts";
import type { Rollout } from "../journal/rollout.ts";
import type { Observation } from "../observed/observation.ts";
import type { DeploymentUpdate, ProcessState } from "../journal/state.ts";
import { maintenanceOf } from "../strategies/after-switch.ts";
import { together } from "../strategies/handing-over.ts";
import { viewRollout } from "../strategies/rollout-view.ts";
import { giveTraffic, isOnItsWay } from "../strategies/steps.ts";
import {
  describeKeeper,
  exchangedWith,
  type Group,
  groupOf,
  hasPredecessor,
  mayBeRivalled,
  type Orphan,
  pinsBack,
  surroundings,
  type WayBack,
} from "./ways-back.ts";
import { rejectedWith } from "./rejected-with.ts";
import { whyUnknown } from "../status/describe-status.ts";

/** What was decided about a process, before anything is done about it. */
export interface Decided {
  readonly remembered: ProcessState;
  readonly decision: ProcessDecision;
}

/** The decision that takes the place of another. */
export interface Change {
  readonly decision: ProcessDecision;
  /** What was decided, or commanded, cannot be done; null: it can. */
  readonly whyNot: string | null;
  /** What happens besides; null: nothing. */
  readonly besides: string | null;
}

/** The same decisions, in which no process goes back alone whose paths others have. `atRest`: one about which nothing was to be decided; null: not known. */
export function goBackTogether<T extends Decided>(
  decided: readonly T[],
  observation: Observation,
  atRest: (process: ProcessId) => T | null,
): readonly (T & Partial<Change>)[] {
  const rejected = decided.filter(isRejectedNow);
  if (rejected.length === 0) return decided;
  const byProcess = new Map(decided.map((one) => [one.remembered.process, one]));
  const find = (process: ProcessId): T | undefined => byProcess.get(process) ?? atRest(process) ?? undefined;
  const world: World = { observation, find, rejected: new Set(rejected.map(({ remembered }) => remembered.process)) };
  const changed = new Map<ProcessId, T & Change>();
  for (const [process, change] of goingFirst(rejected.map(({ remembered }) => changesFor(remembered.process, world)))) {
    const one = find(process);
    if (one && !changed.has(process)) changed.set(process, { ...one, ...change });
  }
  const others = [...changed].flatMap(([process, change]) => (byProcess.has(process) ? [] : [change]));
  return [...decided.map((one) => changed.get(one.remembered.process) ?? one), ...others];
}

interface World {
  readonly observation: Observation;
  find(process: ProcessId): Decided | undefined;
  /** Each of them has a revert of its own. */
  readonly rejected: ReadonlySet<ProcessId>;
}

type Changes = readonly (readonly [ProcessId, Change])[];

/** A process that cannot go back by itself goes back with another one, whichever of them is asked first. */
function goingFirst(groups: readonly Changes[]): Changes {
  const isGoing = (changes: Changes): boolean => changes.every(([, { whyNot }]) => whyNot === null);
  return [...groups.filter(isGoing), ...groups.filter((changes) => !isGoing(changes))].flat();
}

function isRejectedNow({ remembered, decision }: Decided): boolean {
  const state = decision.after?.rollout?.state;
  return state?.kind === "rejected" && state.hadTraffic && remembered.rollout?.state.kind !== "rejected";
}

function changesFor(process: ProcessId, world: World): Changes {
  const first = world.find(process);
  const rollout = first?.decision.after?.rollout;
  const around = surroundings(world.observation, (other) => world.find(other)?.remembered);
  if (!first || !rollout) return [];
  if (!around) return changesUnasked(first, rollout, world.observation);
  const group = groupOf(process, { kind: "reject", rollout }, around);
  if (group.keeper !== null) return [[process, stays(first, describeKeeper(group.keeper), world.observation)]];
  if (isInVain(first, rollout, group, world.observation))
    return [[process, stays(first, "there is no version to go back to", world.observation)]];
  if (group.members.size === 1 && group.orphans.length === 0) return [];
  return changesTogether(process, group, world);
}

function changesTogether(process: ProcessId, group: Group, world: World): Changes {
  return [...group.members].flatMap(([member, way]): Changes => {
    const one = world.find(member);
    if (!one) return [];
    return [[member, member === process ? leads(one, group, world) : follows(one, way, process, { group, world })]];
  });
}

/** Engine or router did not answer: a process with partners, or one that would get back a path which another may have, waits; all others go back. */
function changesUnasked(one: Decided, rollout: Rollout, observation: Observation): Changes {
  const partners = partnersOf(rollout, one);
  if (partners.length > 0) return [[rollout.process, waits(one, `paths changed owner between it and ${partners.join(", ")}`, observation)]];
  return mayBeRivalled(rollout, observation) ? [[rollout.process, waits(one, "it would get back paths that it gave up", observation)]] : [];
}

/** A first version that has all the traffic for good, and the process that served its paths before it does not come back. */
function isInVain({ remembered }: Decided, rollout: Rollout, { members }: Group, observation: Observation): boolean {
  if (rollout.stable || !remembered.rollout || isOnItsWay(remembered.rollout) || !hasPredecessor(rollout, observation)) return false;
  return ![...members.values()].some(({ kind }) => kind === "return");
}

function partnersOf(rollout: Rollout, { remembered }: Decided): readonly ProcessId[] {
  const { candidate, exchanged } = rollout;
  const exchanges = exchanged ?? (candidate ? exchangedWith(remembered, candidate.digest) : []);
  return exchanges.map(({ process }) => process).filter((process) => process !== rollout.process);
}

/** As it was, until it is known who has its paths: half of it would be refused by the router, or leave a path without an owner. */
function waits(one: Decided, why: string, observation: Observation): Change {
  const { code, text } = whyUnknown(one.remembered.process, observation);
  const whyNot = `${why}, and their owner is not known now: ${text}`;
  return asItWas(one, whyNot, { code, text: `${rejectionOf(one)}; not rolled back yet: ${whyNot}` });
}

/** As it was: with the traffic that it has, until a person decides. */
function stays(one: Decided, whyNot: string, observation: Observation): Change {
  const text = `${rejectionOf(one)}; not rolled back: ${whyNot}. ${personMustDecide}`;
  const change = asItWas(one, whyNot, { code: "PersonMustDecide", text });
  const { rollout } = one.remembered;
  const actions = rollout ? maintenanceOf(rollout, viewRollout(rollout, observation, { validationResults: [], owed: [] })) : [];
  return { ...change, decision: { ...change.decision, actions } };
}

function rejectionOf({ decision }: Decided): string {
  const state = decision.after?.rollout?.state;
  return state?.kind === "rejected" ? state.why : "";
}

function asItWas({ remembered, decision }: Decided, whyNot: string, reason: Reason): Change {
  const status = decision.after?.status ?? remembered.status;
  const after = { ...remembered, status: status && { ...status, reason } };
  const decided = { after, actions: [], replacesOwed: false, deployments: [], wakeAt: decision.wakeAt };
  return { decision: decided, whyNot, besides: null };
}

/** The rejected one: with the others in one write, and their pins in its commit. */
function leads(one: Decided, group: Group, world: World): Change {
  const { process } = one.remembered;
  const more = describeGroup(process, group);
  const decision = saying({ ...one.decision, actions: together(one.decision.actions, othersOf(group, process)) }, more);
  const isAnyUnpinned = [...group.members.values()].some(({ kind }) => kind === "return");
  if (isAnyUnpinned) return { decision: withoutRevert(decision, one.remembered), whyNot: null, besides: more };
  const amendment = { along: pinsAlong(process, group, world), lost: group.orphans.map(describeOrphan) };
  return { decision: withPins(decision, one.remembered, amendment), whyNot: null, besides: more };
}

function othersOf({ members }: Group, process: ProcessId): readonly ProcessId[] {
  return [...members.keys()].filter((member) => member !== process);
}

/** What happens besides to others, and to paths, when this one goes back; "": nothing. */
export function describeGroup(process: ProcessId, { members, orphans }: Group): string {
  const others = [...members].flatMap(([member, way]) => (member === process ? [] : [describeMember(member, way)]));
  return [...others, ...orphans.map(describeOrphan)].join("; ");
}

function describeMember(process: ProcessId, { kind }: WayBack): string {
  if (kind !== "return") return `${process} goes back together with it`;
  return `${process} serves its paths again; Pinion does not restore a pin that was removed: revert that commit`;
}

function describeOrphan({ endpoint, giver }: Orphan): string {
  return `no process serves ${describeEndpoint(endpoint)} any more: ${giver.process} ${giver.version} did, and Pinion cannot roll it back: revert both in one commit`;
}

/** The same with more to say, in the state too, so that it stays said. */
function saying(decision: ProcessDecision, more: string): ProcessDecision {
  const { after, deployments } = decision;
  if (!after?.rollout || after.rollout.state.kind !== "rejected") return decision;
  const { rollout, status } = after;
  const state = { ...after.rollout.state, why: `${after.rollout.state.why}; ${more}` };
  return {
    ...decision,
    after: { ...after, rollout: { ...rollout, state }, status: status && { ...status, reason: joinReasons(status.reason, more) } },
    deployments: deployments.map((update, index) => (index === deployments.length - 1 ? sayingMore(update, more) : update)),
  };
}

function sayingMore(update: DeploymentUpdate, more: string): DeploymentUpdate {
  return { ...update, step: { ...update.step, why: `${update.step.why}; ${more}` } };
}

/** A process that is rejected too has a commit of its own. */
function pinsAlong(first: ProcessId, group: Group, { observation, rejected }: World): readonly PinBack[] {
  return pinsBack(first, group, observation).filter(({ process }) => !rejected.has(process));
}

/** With the pins of the others in its commit, which also says which paths are not served any more. */
function withPins(decision: ProcessDecision, before: ProcessState, { along, lost }: Amendment): ProcessDecision {
  const revert = revertOrdered(decision, before);
  if (!revert || !decision.after || (along.length === 0 && lost.length === 0)) return decision;
  const why = [revert.request.why, ...lost].join("; ");
  const request = { ...revert.request, why, ...(along.length > 0 && { along }) };
  const quarantined = decision.after.quarantined.map((entry) => (entry.rollbackId === request.id ? { ...entry, why } : entry));
  const asked = (action: Action): Action =>
    action.kind === "ensure-reverted" && action.request.id === request.id ? { ...action, request } : action;
  const after = { ...decision.after, quarantined, revert: { ...revert, request } };
  return { ...decision, after, actions: decision.actions.map(asked) };
}

interface Amendment {
  readonly along: readonly PinBack[];
  readonly lost: readonly string[];
}

/** The pin alone would take paths from their owner: it stays, and a person decides. */
function withoutRevert(decision: ProcessDecision, before: ProcessState): ProcessDecision {
  const revert = revertOrdered(decision, before);
  if (!revert || !decision.after) return decision;
  const isIts = (action: Action): boolean => action.kind === "ensure-reverted" && action.request.id === revert.request.id;
  return { ...decision, after: { ...decision.after, revert: before.revert }, actions: decision.actions.filter((action) => !isIts(action)) };
}

/** What is requested by this decision; null: nothing is. */
function revertOrdered({ after }: ProcessDecision, before: ProcessState): Revert | null {
  const revert = after?.revert ?? null;
  return revert?.outcome === null && revert.request.id !== before.revert?.request.id ? revert : null;
}

interface Following {
  readonly group: Group;
  readonly world: World;
}

/** Back with the rejected one, and not rejected itself. */
function follows(one: Decided, way: WayBack, rejected: ProcessId, { group, world }: Following): Change {
  const { remembered, decision } = one;
  const partners = othersOf(group, remembered.process);
  const unchanged = { whyNot: null, besides: null };
  if (decision.after?.rollout?.state.kind === "rejected")
    return { ...unchanged, decision: { ...decision, actions: together(decision.actions, partners) } };
  const why = whyAlong(
    rejected,
    way,
    pinsAlong(rejected, group, world).some(({ process }) => process === remembered.process),
  );
  const begun = rejectedWith(way, remembered, why, world.observation);
  if (!begun) return { ...unchanged, decision };
  const { rollout, deployments } = begun;
  const after = { ...remembered, rollout, takenOutAt: null };
  const actions = together(giveTraffic(remembered.process, rollout.stable), partners);
  return { ...unchanged, decision: { after, actions, replacesOwed: true, deployments, wakeAt: null } };
}

function whyAlong(rejected: ProcessId, way: WayBack, isPinned: boolean): string {
  if (way.kind === "return") return `serves again: ${rejected}, which took its paths over, is rolled back`;
  const pin = isPinned ? "; its pin goes back by the same commit" : "";
  return `goes back together with ${rejected}, because paths changed owner between them; it is not rejected${pin}`;
}
