/**
 * What all strategies that run versions side by side have in common once the candidate is to have all the traffic: it gets it,
 * is validated with it, the old version finishes its requests in flight, and the new one is watched before it counts as good.
 */

import { describeAbort, describeUnjudged, inconclusive, personMustDecide } from "./inconclusive.ts";
import type { Action } from "../journal/actions.ts";
import { assertNever, type UnitRef } from "../names.ts";
import type { Rollout, RolloutView, RolloutState, StrategyStep } from "../journal/rollout.ts";
import {
  drainPollMs,
  enter,
  giveMissing,
  giveTraffic,
  type In,
  insist,
  isBeforeInstalling,
  isDrained,
  isHopeless,
  isNotSo,
  isTimeOver,
  verificationOf,
  verifyRollback,
  reject,
  rejectRefused,
  stay,
  succeed,
  type Unjudged,
  unjudged,
  validate,
} from "./steps.ts";
import { needsNoVerdictAtEnd } from "./traits.ts";

/** A deployment whose candidate is to have all the traffic. */
export interface AfterSwitch {
  readonly rollout: Rollout;
  readonly candidate: UnitRef;
  /** What becomes of the version before it: kept installed, to go back to at once, taken out now, or gone before this one came. */
  readonly old: "kept" | "removed" | "gone";
}

export type AfterSwitchState = In<"switching" | "post-deployment" | "draining" | "baking" | "removing">;

export function isAfterSwitch(state: RolloutState): state is AfterSwitchState {
  const { kind } = state;
  return kind === "switching" || kind === "post-deployment" || kind === "draining" || kind === "baking" || kind === "removing";
}

export function nextAfterSwitch(at: AfterSwitch, state: AfterSwitchState, view: RolloutView): StrategyStep {
  switch (state.kind) {
    case "switching":
      return whenSwitching(at, state, view);
    case "post-deployment":
      return whenPostDeployment(at, state, view);
    case "draining":
      return whenDraining(at, state, view);
    case "baking":
      return whenBaking(at, state, view);
    case "removing":
      return whenRemoving(at, state, view);
    default:
      return assertNever(state);
  }
}

function whenSwitching(at: AfterSwitch, state: In<"switching">, view: RolloutView): StrategyStep {
  const { rollout, candidate } = at;
  if (isHopeless(view)) return rejectRefused(rollout, view);
  if (isNotSo(view.candidateInstalled))
    return insist(state, view.stuck?.detail ?? "it is missing: installing it again", [{ kind: "ensure-installed", unit: candidate }]);
  const lacking = giveMissing(rollout.process, candidate, { weight: view.candidateWeight, armed: view.candidateArmed });
  if (lacking.length > 0) return insist(state, view.stuck?.detail ?? "switching all traffic", lacking);
  if (rollout.fast)
    return view.wantsVerification
      ? enter({ kind: "post-deployment" }, "has all traffic again; verifying that it works", [verifyRollback(rollout, candidate)])
      : letGo(at, state, view, "has all traffic again");
  return enter({ kind: "post-deployment" }, "has all traffic; validating through the public address", [
    validate(rollout, candidate, "post"),
  ]);
}

function whenPostDeployment(at: AfterSwitch, state: In<"post-deployment">, view: RolloutView): StrategyStep {
  const { rollout, candidate } = at;
  if (!rollout.fast && view.post.kind === "unhealthy") return reject(rollout, { trigger: "post_validation", why: view.post.why }, view.now);
  const kept = keepAsItIs(at, state, view);
  if (rollout.fast) return whenProving(at, state, view, kept);
  if (kept) return kept;
  if (view.post.kind === "unknown") {
    const why = view.stuck?.detail ?? "validating through the public address";
    return insist(state, why, [validate(rollout, candidate, "post")]);
  }
  return letGo(at, state, view, "validated with traffic");
}

/** There is no rollback of a rollback: what fails here is told, and the version stays. */
function whenProving(at: AfterSwitch, state: In<"post-deployment">, view: RolloutView, kept: StrategyStep | null): StrategyStep {
  const { rollout, candidate } = at;
  const isOver = view.verification.kind !== "unknown" || isTimeOver(rollout, view);
  if (isOver) return letGo(at, state, view, `has all traffic again${verificationOf(view)}`);
  return kept ?? insist(state, "has all traffic again; verifying that it works", [verifyRollback(rollout, candidate)]);
}

/** What keeps a version as it is that has all the traffic, and of which a person must decide; nothing where it does not have it all yet. */
export function maintenanceOf(rollout: Rollout, view: RolloutView): readonly Action[] {
  const { candidate, state } = rollout;
  if (!candidate || !isAfterSwitch(state) || isBeforeInstalling(rollout)) return [];
  return keepAsItIs({ rollout, candidate }, state, view)?.actions ?? [];
}

/** It has the traffic: it is kept installed as it should be, and routed to where it answers. Null: all is so. */
function keepAsItIs({ rollout, candidate }: Omit<AfterSwitch, "old">, state: AfterSwitchState, view: RolloutView): StrategyStep | null {
  const lacking = isNotSo(view.isRouted)
    ? giveTraffic(rollout.process, candidate)
    : giveMissing(rollout.process, candidate, { weight: view.candidateWeight, armed: view.candidateArmed });
  if (isNotSo(view.candidateReady))
    return insist(state, view.stuck?.detail ?? "it does not answer on every instance: restoring it", [
      { kind: "ensure-installed", unit: candidate },
      ...(isAnsweringSomewhere(view) ? lacking : []),
    ]);
  return lacking.length > 0 ? insist(state, view.stuck?.detail ?? "sending the traffic to its instances", lacking) : null;
}

/** Where it does, it is served meanwhile, however long it takes to put it back elsewhere. */
function isAnsweringSomewhere({ instances }: RolloutView): boolean {
  return instances.kind === "known" && instances.value.some(({ candidateReady }) => candidateReady);
}

function whenDraining(at: AfterSwitch, state: In<"draining">, view: RolloutView): StrategyStep {
  const { stable } = at.rollout;
  const kept = keepAsItIs(at, state, view);
  if (kept) return kept;
  if (stable && !isDrained(view.stableInFlight, state.since, view))
    return stay(state, `${stable.version} finishes its requests in flight`, view.now + drainPollMs);
  return bake(at, state, view);
}

/** It is watched from now on, where there is anything to watch for. */
function bake(at: AfterSwitch, state: RolloutState, view: RolloutView): StrategyStep {
  if (view.bakeMs === 0 || at.rollout.kind !== "deploy")
    return finish(at, state, view, { why: `has all traffic${at.rollout.fast ? verificationOf(view) : ""}` });
  const until = view.now + view.bakeMs;
  return enter({ kind: "baking", since: view.now, until }, bakingWhy, [], until);
}

const bakingWhy = "has all traffic; watched by the rollback policy";
/** How often a watch is looked at whose time is over before it has seen enough, in milliseconds. */
const bakePollMs = 1_000;

/** Nothing is left to do but to see whether it stays healthy; meanwhile it is kept as it should be. */
function whenBaking(at: AfterSwitch, state: In<"baking">, view: RolloutView): StrategyStep {
  const { candidateWeight } = view;
  if (candidateWeight.kind === "unknown") return whenUnasked(at, state, candidateWeight.why, view);
  if (candidateWeight.value !== 100 && !state.hasLostTraffic) return whenTrafficIsLost(at, state);
  const kept = keepAsItIs(at, state, view);
  if (kept) return kept;
  if (state.hasLostTraffic) return bakeAnew(state, view);
  if (view.now < state.until) return stay(state, bakingWhy, state.until);
  if (!view.isBaked && view.bakeMs > 0)
    return stay(state, `${bakingWhy}, from the beginning: measuring was interrupted`, view.now + bakePollMs);
  const { bake: watched } = view;
  if (watched.kind === "healthy") return finish(at, state, view, { why: "has all traffic, and stayed healthy while it was watched" });
  return whenUnjudged(at, state, view, watched);
}

/** Whether it has all of the traffic cannot be asked: it is given none now, since a version that has lost it is watched anew. */
function whenUnasked(at: AfterSwitch, state: In<"baking">, why: string, view: RolloutView): StrategyStep {
  const kept = keepAsItIs(at, state, view)?.actions ?? [];
  const step = stay(state, `watched by the rollback policy; whether it has all traffic is not known: ${why}`, view.now + bakePollMs);
  return { ...step, actions: kept.filter(({ kind }) => kind !== "ensure-weights") };
}

/** Time without traffic is no watch: who took it away, such as a run that could not record it, does not matter. */
function whenTrafficIsLost({ rollout, candidate }: AfterSwitch, state: In<"baking">): StrategyStep {
  const why = "it lost its traffic while it was watched: restoring it";
  return enter({ ...state, hasLostTraffic: true }, why, giveTraffic(rollout.process, candidate));
}

function bakeAnew({ hasLostTraffic: _, ...state }: In<"baking">, view: RolloutView): StrategyStep {
  const until = view.now + view.bakeMs;
  return enter({ ...state, since: view.now, until }, `${bakingWhy}, from the beginning: it had lost its traffic`, [], until);
}

/** The watch is over, and nothing says whether it is good. */
function whenUnjudged(at: AfterSwitch, state: In<"baking">, view: RolloutView, verdict: Unjudged): StrategyStep {
  const { why } = verdict;
  const { stable } = at.rollout;
  const isOver = needsNoVerdictAtEnd(at.rollout) || view.onInconclusive === "proceed" || state.isAccepted === true;
  if (isOver) {
    const lacking = state.isAccepted ? `${why}; accepted as good by a person` : why;
    return finish(at, state, view, { why: `has all traffic; ${describeUnjudged(lacking)}`, unjudged: lacking });
  }
  if (view.onInconclusive === "abort" && stable)
    return reject(at.rollout, { trigger: inconclusive, why: describeAbort(why, stable) }, view.now);
  return { ...unjudged(stay(state, `has all traffic; ${describeUnjudged(why)}. ${personMustDecide}`), verdict), code: "PersonMustDecide" };
}

/** However long that takes, the version that serves is kept as it should be. */
function whenRemoving(at: AfterSwitch, state: In<"removing">, view: RolloutView): StrategyStep {
  const { stable } = at.rollout;
  const { kind: _, ...without } = state;
  const end = (how: string): StrategyStep => {
    const said = without.unjudged === undefined ? "" : `; ${describeUnjudged(without.unjudged)}`;
    return { ...succeed(state, `has all traffic${said}; ${how}`), ...without };
  };
  if (!stable || isNotSo(view.stableInstalled)) return end("the old version is removed");
  if (isHopeless(view) && view.stuck?.action.kind === "ensure-removed")
    return end(`${stable.version} could not be removed: ${view.stuck.detail}`);
  const kept = keepAsItIs(at, state, view);
  return insist(state, kept?.why ?? `removing ${stable.version}`, [...(kept?.actions ?? []), { kind: "ensure-removed", unit: stable }]);
}

/** What is in flight on the version before it finishes. Where none is left there is nothing to wait for, once all is as it should be. */
function letGo(at: AfterSwitch, state: AfterSwitchState, view: RolloutView, why: string): StrategyStep {
  const stable = at.old === "gone" ? null : at.rollout.stable;
  if (!stable && !keepAsItIs(at, state, view)) return bake(at, state, view);
  return enter({ kind: "draining", since: view.now }, stable ? `${why}; ${stable.version} finishes its requests in flight` : why);
}

interface Finish {
  readonly why: string;
  /** Why there was no verdict; absent: there was one. */
  readonly unjudged?: string;
}

function finish({ rollout, old }: AfterSwitch, state: RolloutState, view: RolloutView, { why, unjudged: lacking }: Finish): StrategyStep {
  const { stable } = rollout;
  const without = lacking === undefined ? {} : { unjudged: lacking };
  if (!stable || old === "gone" || isNotSo(view.stableInstalled)) return { ...succeed(state, why), ...without };
  if (old === "kept") return { ...succeed(state, `${why}; ${stable.version} is kept warm`), ...without };
  return enter({ kind: "removing", ...without }, `removing ${stable.version}`, [{ kind: "ensure-removed", unit: stable }]);
}
