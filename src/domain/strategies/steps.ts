/** The vocabulary that all strategies share: small steps with their actions and reasons. */

import type { Action } from "../journal/actions.ts";
import type { Phase, Verdict } from "../validation-result.ts";
import { assertNever, type Instant, type UnitRef } from "../names.ts";
import type { Rollout, RolloutView, RolloutState, StrategyStep } from "../journal/rollout.ts";
import { inconclusive } from "./inconclusive.ts";
import { rolloutStates } from "./rollout-states.ts";
import { traitsOf } from "./traits.ts";
import type { Known } from "../observed/observation.ts";

export type In<K extends RolloutState["kind"]> = Extract<RolloutState, { kind: K }>;

/** A strategy lists by name the states that it never has, so that a new one is a question to each of them. */
export function isNever(strategy: string, { kind }: RolloutState): never {
  throw new Error(`${strategy} is never ${kind}`);
}

/** Nothing to do but wait, and why. */
export function stay(state: RolloutState, why: string, wakeAt: Instant | null = null): StrategyStep {
  return { state, actions: [], why, outcome: null, wakeAt };
}

/** Neither good nor bad, or bad and not to be acted on here. */
export type Unjudged = Exclude<Verdict, { kind: "healthy" }>;

/** The same step where it waits for a verdict: the line that is shown stays while the same is missing. */
export function unjudged(step: StrategyStep, verdict: Unjudged): StrategyStep {
  return verdict.kind === "unknown" && verdict.about !== undefined ? { ...step, about: verdict.about } : step;
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

/** It is no longer needed. */
export function callOff(state: RolloutState, why: string): StrategyStep {
  return { state, actions: [], why, outcome: "superseded", wakeAt: null };
}

/** Why a candidate is given up: `trigger` for machines, `why` for people. */
export interface RejectionReason {
  readonly trigger: string;
  readonly why: string;
}

/** The candidate is bad: back to the stable version at once; the candidate is removed when nothing is in flight on it. */
export function reject(rollout: Rollout, { trigger, why }: RejectionReason, now: Instant): StrategyStep {
  const state = { kind: "rejected", why, since: now, hadTraffic: mayHaveTraffic(rollout), trigger } as const;
  return enter(state, why, giveTraffic(rollout.process, rollout.stable));
}

/** What the engine or the router refuses for good. A version whose file cannot be read any more, or says something else by now, was judged by nobody. */
export function rejectRefused(rollout: Rollout, { stuck, now }: RolloutView): StrategyStep {
  const trigger = stuck?.code === "manifest/invalid" ? inconclusive : "refused";
  return reject(rollout, { trigger, why: stuck?.detail ?? "refused" }, now);
}

export function rejectLate(rollout: Rollout, now: Instant): StrategyStep {
  const limit = traitsOf(rollout.strategy).ownLimit?.option ?? "deployment timeout";
  return reject(rollout, { trigger: "timeout", why: `not finished within its ${limit}; its last state was ${rollout.state.kind}` }, now);
}

/** Whether callers may have been answered by the candidate in this state. */
export function mayHaveTraffic({ state, strategy }: Pick<Rollout, "state" | "strategy">): boolean {
  switch (state.kind) {
    case "validating":
    case "installing":
    case "checking":
    case "waiting":
    case "handing-over":
    case "clearing":
      return false;
    case "draining-batch":
    case "updating":
    case "verifying":
    case "pausing":
      return state.done.length > 0;
    case "shifting":
    case "restoring":
    case "switching":
    case "post-deployment":
    case "draining":
    case "baking":
      return true;
    case "removing":
      return !isBeforeInstalling({ state, strategy });
    case "rejected":
      return state.hadTraffic;
    default:
      return assertNever(state);
  }
}

/** Until the candidate is switched to, the version before it is kept as if nothing were under way; `recreate` takes it out. */
export function isBeforeSwitch({ kind, state, strategy }: Pick<Rollout, "kind" | "state" | "strategy">): boolean {
  if (traitsOf(strategy).takesOldOutFirst || kind === "self-heal") return false;
  return rolloutStates[state.kind].isBeforeSwitch;
}

/** `recreate` takes the old version out before the new one comes in; for all others that is the end. */
export function isBeforeInstalling({ state, strategy }: Pick<Rollout, "state" | "strategy">): boolean {
  return state.kind === "removing" && traitsOf(strategy).takesOldOutFirst;
}

/** A version that has all the traffic for good is only taken back within the rails; one that is still on its way always is. */
export function isOnItsWay(rollout: Rollout): boolean {
  return !rolloutStates[rollout.state.kind].hasArrived || isBeforeInstalling(rollout);
}

export function install(candidate: UnitRef, why: string): StrategyStep {
  return enter({ kind: "installing" }, why, [{ kind: "ensure-installed", unit: candidate }]);
}

export function validate(rollout: Rollout, unit: UnitRef, phase: Phase): Action {
  return { kind: "ensure-validated", unit, phase, deployment: rollout.deployment };
}

/** What shows that going back to this version has helped. */
export function verifyRollback(rollout: Rollout, unit: UnitRef): Action {
  return { kind: "ensure-validated", unit, phase: "post", deployment: rollout.deployment, isRollback: true };
}

/** To be added to a reason: only a failed proof is worth a word. */
export function verificationOf({ verification, wantsVerification }: RolloutView): string {
  return wantsVerification && verification.kind === "unhealthy" ? `; but the rollback did not help: ${verification.why}` : "";
}

const validatingWhy = "validating before anything is changed";

/** How a deployment of a version begins that is not known to be good. */
export function beginValidating(rollout: Rollout, candidate: UnitRef): StrategyStep {
  return enter({ kind: "validating" }, validatingWhy, [validate(rollout, candidate, "pre")]);
}

/** What to do while it is validated before anything is changed; null: it is valid. */
export function whileValidating(rollout: Rollout, candidate: UnitRef, view: RolloutView): StrategyStep | null {
  if (view.pre.kind === "unhealthy") return reject(rollout, { trigger: "pre_validation", why: view.pre.why }, view.now);
  if (view.pre.kind === "healthy") return null;
  return insist({ kind: "validating" }, view.stuck?.detail ?? validatingWhy, [validate(rollout, candidate, "pre")]);
}

/** What to do until it is installed and answers on every instance; null: it does. */
export function whileInstalling(rollout: Rollout, candidate: UnitRef, view: RolloutView): StrategyStep | null {
  if (isHopeless(view)) return rejectRefused(rollout, view);
  if (isSo(view.candidateReady)) return null;
  const why = view.stuck?.detail ?? "waiting until it answers on every instance";
  return insist({ kind: "installing" }, why, [{ kind: "ensure-installed", unit: candidate }]);
}

/** What to do until it is checked on its private address; null: it passed. */
export function whileChecking(rollout: Rollout, candidate: UnitRef, view: RolloutView): StrategyStep | null {
  if (view.during.kind === "unhealthy") return reject(rollout, { trigger: "validation", why: view.during.why }, view.now);
  if (isNotSo(view.candidateInstalled)) return install(candidate, "it was lost during the checks: installing it again");
  if (view.during.kind === "healthy") return null;
  return insist({ kind: "checking" }, view.stuck?.detail ?? checkingWhy, [validate(rollout, candidate, "during")]);
}

/** Into the checks on its private address. */
export function check(rollout: Rollout, candidate: UnitRef): StrategyStep {
  return enter({ kind: "checking" }, `installed; ${checkingWhy}`, [validate(rollout, candidate, "during")]);
}

const checkingWhy = "checking it on its private address";

export function switchTo(candidate: UnitRef, why: string): StrategyStep {
  return enter({ kind: "switching" }, why, giveTraffic(candidate.process, candidate));
}

/** How a version begins that is brought in beside what runs; one that was good here before goes straight back. */
export function beginBeside(rollout: Rollout, candidate: UnitRef): StrategyStep {
  if (!rollout.fast) return beginValidating(rollout, candidate);
  return install(candidate, `${candidate.version} was good here before: no new checks`);
}

/** Without traffic; then it is checked, unless it is known to be good. */
export function installThenCheck(rollout: Rollout, candidate: UnitRef, view: RolloutView): StrategyStep {
  const unfinished = whileInstalling(rollout, candidate, view);
  if (unfinished) return unfinished;
  return rollout.fast ? switchTo(candidate, "installed and known good: switching without delay") : check(rollout, candidate);
}

/** All traffic and all triggers to this unit; null: none at all. */
export function giveTraffic(process: string, unit: UnitRef | null): readonly Action[] {
  return [
    { kind: "ensure-weights", process, weights: unit ? [{ unit, weight: 100 }] : [] },
    { kind: "ensure-armed", process, digest: unit?.digest ?? null },
  ];
}

/** What of it is not so yet: asking again for what is done would never come to rest while the rest is refused. */
export function giveMissing(
  process: string,
  unit: UnitRef,
  observation: { readonly weight: Known<number>; readonly armed: Known<boolean> },
) {
  return giveTraffic(process, unit).filter((action) =>
    action.kind === "ensure-weights" ? !is(observation.weight, 100) : !isSo(observation.armed),
  );
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
export function isDrained(inFlight: Known<number>, since: Instant, view: RolloutView): boolean {
  return is(inFlight, 0) || view.now >= since + view.drainTimeoutMs;
}

/** How often draining is looked at, in milliseconds: nothing tells us when the last request ends. */
export const drainPollMs = 100;

/** A refusal that trying again cannot fix. */
export function isHopeless(view: RolloutView): boolean {
  return view.stuck?.retry === "never";
}

/** Its deadline, moved by the time in which nothing could be recorded, is over. */
export function isTimeOver({ deadline }: Rollout, { now, heldUpMs }: RolloutView): boolean {
  return now >= deadline + heldUpMs;
}

/** How long after the traffic is back a proof is waited for, in milliseconds. */
const verificationPatienceMs = 60_000;
/** How often it is looked for. */
const verificationPollMs = 1_000;

/**
 * Undoing a rejected candidate: the stable version is there and has everything, it is shown to work, nothing is in flight on
 * the candidate, the candidate is gone. Shared by all strategies, because what is safe does not depend on how the traffic was shifted.
 */
export function whenRejected(rollout: Rollout, state: In<"rejected">, view: RolloutView): StrategyStep {
  const { process, candidate } = rollout;
  const stable = state.isStableLost === true ? null : rollout.stable;
  if (stable && isNotSo(view.stableInstalled)) return putBack(process, stable, state, view);
  const lacking = stable ? lackingOf(process, stable, view) : takeAll(process, view);
  if (lacking.length > 0) return insist(state, state.why, lacking);
  const proving = stable && isUnverified(state, view) ? [verifyRollback(rollout, stable)] : [];
  return clearAway(candidate, proving, state, view);
}

/** The candidate goes once nothing is in flight on it; it is over when the proof is there too. */
function clearAway(candidate: UnitRef | null, proving: readonly Action[], state: In<"rejected">, view: RolloutView): StrategyStep {
  const isGone = !candidate || isNotSo(view.candidateInstalled);
  if (isGone && proving.length === 0) return fail(state, state.why + verificationOf(view));
  if (isGone) return { ...insist(state, state.why, proving), wakeAt: view.now + verificationPollMs };
  if (!isDrained(view.candidateInFlight, state.since, view))
    return { ...insist(state, state.why, proving), wakeAt: view.now + drainPollMs };
  return insist(state, state.why, [...proving, { kind: "ensure-removed", unit: candidate }]);
}

function lackingOf(process: string, stable: UnitRef, view: RolloutView): readonly Action[] {
  if (isNotSo(view.isRouted)) return giveTraffic(process, stable);
  return giveMissing(process, stable, { weight: view.stableWeight, armed: view.stableArmed });
}

function isUnverified(state: In<"rejected">, view: RolloutView): boolean {
  return (
    state.hadTraffic && view.wantsVerification && view.verification.kind === "unknown" && view.now < state.since + verificationPatienceMs
  );
}

/** There is no version to go back to: the candidate must not have the traffic. */
function takeAll(process: string, view: RolloutView): readonly Action[] {
  return is(view.candidateWeight, 0) ? [] : giveTraffic(process, null);
}

/** What can never be installed again, such as a version whose variables have changed, must not hold up the next commit for ever. */
function putBack(process: string, stable: UnitRef, state: In<"rejected">, view: RolloutView): StrategyStep {
  // The traffic stays asked for: git is asked only once it is back.
  if (!isHopeless(view)) return insist(state, state.why, [{ kind: "ensure-installed", unit: stable }, ...lackingOf(process, stable, view)]);
  const why = `${state.why}; ${stable.version} cannot be restored: ${view.stuck?.detail ?? "refused"}`;
  return enter({ ...state, why, isStableLost: true }, why, giveTraffic(process, null));
}
