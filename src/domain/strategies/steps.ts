/** The vocabulary that all strategies share: small steps with their actions and reasons. */

import type { Action, Phase } from "../actions.ts";
import type { Instant, UnitRef } from "../names.ts";
import type { Known, Rollout, RolloutSeen, RolloutState, StrategyStep } from "../rollout.ts";

export type In<K extends RolloutState["kind"]> = Extract<RolloutState, { kind: K }>;

/** Nothing to do but wait, and why. */
export function stay(state: RolloutState, why: string, wakeAt: Instant | null = null): StrategyStep {
  return { state, actions: [], why, outcome: null, wakeAt };
}

/** Into the next state. Its actions are asked for at once. */
export function enter(state: RolloutState, why: string, actions: readonly Action[] = [], wakeAt: Instant | null = null): StrategyStep {
  return { state, actions, why, outcome: null, wakeAt };
}

/** Still in this state; its actions are asked for again unless they are owed already. */
export function insist(state: RolloutState, why: string, actions: readonly Action[]): StrategyStep {
  return { state, actions, why, outcome: null, wakeAt: null };
}

export function succeed(state: RolloutState, why: string): StrategyStep {
  return { state, actions: [], why, outcome: "succeeded", wakeAt: null };
}

export function fail(state: RolloutState, why: string): StrategyStep {
  return { state, actions: [], why, outcome: "failed", wakeAt: null };
}

/** The candidate is bad: back to the stable version at once; the candidate is removed when nothing is in flight on it. */
export function reject(rollout: Rollout, why: string, now: Instant): StrategyStep {
  const hadTraffic = rollout.state.kind === "switching" || rollout.state.kind === "confirming";
  return enter({ kind: "rejected", why, since: now, hadTraffic }, why, giveTraffic(rollout.process, rollout.stable));
}

export function install(candidate: UnitRef, why: string): StrategyStep {
  return enter({ kind: "installing" }, why, [{ kind: "ensure-installed", unit: candidate }]);
}

export function validate(rollout: Rollout, unit: UnitRef, phase: Phase): Action {
  return { kind: "ensure-validated", unit, phase, deployment: rollout.deployment };
}

const validatingWhy = "validating before anything is touched";

/** How a deployment of a version begins that is not known to be good. */
export function beginValidating(rollout: Rollout, candidate: UnitRef): StrategyStep {
  return enter({ kind: "validating" }, validatingWhy, [validate(rollout, candidate, "pre")]);
}

/** What to do while it is validated before anything is touched; null: it is valid. */
export function whileValidating(rollout: Rollout, candidate: UnitRef, seen: RolloutSeen): StrategyStep | null {
  if (seen.pre.kind === "unhealthy") return reject(rollout, seen.pre.why, seen.now);
  if (seen.pre.kind === "healthy") return null;
  return insist({ kind: "validating" }, seen.stuck?.detail ?? validatingWhy, [validate(rollout, candidate, "pre")]);
}

/** What to do until it is installed and answers on every instance; null: it does. */
export function whileInstalling(rollout: Rollout, candidate: UnitRef, seen: RolloutSeen): StrategyStep | null {
  if (isHopeless(seen)) return reject(rollout, seen.stuck?.detail ?? "refused", seen.now);
  if (isSo(seen.candidateReady)) return null;
  const why = seen.stuck?.detail ?? "waiting until it answers on every instance";
  return insist({ kind: "installing" }, why, [{ kind: "ensure-installed", unit: candidate }]);
}

/** All traffic and all triggers to this unit; null: none at all. */
export function giveTraffic(process: string, unit: UnitRef | null): readonly Action[] {
  return [
    { kind: "ensure-weights", process, weights: unit ? [{ unit, weight: 100 }] : [] },
    { kind: "ensure-armed", process, digest: unit?.digest ?? null },
  ];
}

/** What of it is not so yet: asking again for what is done would never come to rest while the rest is refused. */
export function giveMissing(process: string, unit: UnitRef, seen: { readonly weight: Known<number>; readonly armed: Known<boolean> }) {
  return giveTraffic(process, unit).filter((action) => (action.kind === "ensure-weights" ? !is(seen.weight, 100) : !isSo(seen.armed)));
}

export function isSo(known: Known<boolean>): boolean {
  return known.kind === "known" && known.value;
}

export function isNotSo(known: Known<boolean>): boolean {
  return known.kind === "known" && !known.value;
}

export function is(known: Known<number>, value: number): boolean {
  return known.kind === "known" && known.value === value;
}

/** Nothing is in flight any more, or it has had its time. What cannot be asked is given its time too. */
export function isDrained(inFlight: Known<number>, since: Instant, seen: RolloutSeen): boolean {
  return is(inFlight, 0) || seen.now >= since + seen.drainTimeoutMs;
}

/** How often draining is looked at, in milliseconds: nothing tells us when the last request ends. */
export const drainPollMs = 100;

/** A refusal that trying again cannot mend. */
export function isHopeless(seen: RolloutSeen): boolean {
  return seen.stuck?.retry === "never";
}

/**
 * Undoing a rejected candidate: the stable version is there and has everything, nothing is in flight on the candidate,
 * the candidate is gone. Shared by all strategies, because what is safe does not depend on how the traffic was shifted.
 */
export function whenRejected(rollout: Rollout, state: In<"rejected">, seen: RolloutSeen): StrategyStep {
  const { process, candidate } = rollout;
  const stable = state.isStableLost === true ? null : rollout.stable;
  if (stable && isNotSo(seen.stableInstalled)) return putBack(process, stable, state, seen);
  const lacking = stable ? giveMissing(process, stable, { weight: seen.stableWeight, armed: seen.stableArmed }) : takeAll(process, seen);
  if (lacking.length > 0) return insist(state, state.why, lacking);
  if (!candidate || isNotSo(seen.candidateInstalled)) return fail(state, state.why);
  if (!isDrained(seen.candidateInFlight, state.since, seen)) return stay(state, state.why, seen.now + drainPollMs);
  return insist(state, state.why, [{ kind: "ensure-removed", unit: candidate }]);
}

/** There is nobody to go back to: the candidate must not have the traffic. */
function takeAll(process: string, seen: RolloutSeen): readonly Action[] {
  return is(seen.candidateWeight, 0) ? [] : giveTraffic(process, null);
}

/** What can never be installed again, such as a version whose variables have changed, must not hold up the next commit for ever. */
function putBack(process: string, stable: UnitRef, state: In<"rejected">, seen: RolloutSeen): StrategyStep {
  if (!isHopeless(seen)) return insist(state, state.why, [{ kind: "ensure-installed", unit: stable }]);
  const why = `${state.why}; ${stable.version} cannot be put back: ${seen.stuck?.detail ?? "refused"}`;
  return enter({ ...state, why, isStableLost: true }, why, giveTraffic(process, null));
}
