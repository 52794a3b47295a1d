/** Rollouts that bring no new version: putting a hand edit back (`self-heal`), and taking a process out that left the pins (`prune`). */

import type { UnitRef } from "../names.ts";
import type { Rollout, RolloutView, StrategyStep } from "../journal/rollout.ts";
import {
  drainPollMs,
  enter,
  fail,
  giveMissing,
  giveTraffic,
  type In,
  insist,
  is,
  isDrained,
  isHopeless,
  isNotSo,
  isSo,
  isTimeOver,
  stay,
  succeed,
  whenRejected,
} from "./steps.ts";

export function beginSelfHeal(candidate: UnitRef, why: string): StrategyStep {
  return enter({ kind: "installing" }, why, [{ kind: "ensure-installed", unit: candidate }]);
}

export function nextSelfHeal(rollout: Rollout, candidate: UnitRef, view: RolloutView): StrategyStep {
  const { state } = rollout;
  if (isHopeless(view)) return fail(state, view.stuck?.detail ?? "refused");
  if (isTimeOver(rollout, view)) return fail(state, "not healed within the deployment timeout");
  // While it installs it is served wherever it answers.
  const putBack = isNotSo(view.candidateReady) ? ({ kind: "installing" } as const) : state;
  if (!isSo(view.candidateReady))
    return insist(putBack, view.stuck?.detail ?? "undoing the manual change", [{ kind: "ensure-installed", unit: candidate }]);
  const lacking = giveMissing(rollout.process, candidate, { weight: view.candidateWeight, armed: view.candidateArmed });
  if (lacking.length === 0) return succeed(state, "restored as pinned");
  return insist({ kind: "switching" }, "restoring the traffic", lacking);
}

export function beginPrune(rollout: Rollout, now: number): StrategyStep {
  return enter({ kind: "clearing", since: now }, "no longer pinned: taking it out", giveTraffic(rollout.process, null));
}

/** It ends when the process has no traffic any more, or when it serves again because the version that took its place was bad. What is installed is removed later, if it was not pinned again. */
export function nextPrune(rollout: Rollout, view: RolloutView): StrategyStep {
  const { state, stable } = rollout;
  if (state.kind === "rejected") return whenRejected(rollout, state, view);
  return stable && state.kind === "clearing" ? whenClearing(rollout, stable, state, view) : succeed(state, outOfTraffic);
}

const outOfTraffic = "gets no traffic any more";

function whenClearing(rollout: Rollout, stable: UnitRef, state: In<"clearing">, view: RolloutView): StrategyStep {
  if (!is(view.stableWeight, 0)) return insist(state, "no longer pinned: taking it out", giveTraffic(rollout.process, null));
  if (!isDrained(view.stableInFlight, state.since, view))
    return stay(state, `${stable.version} finishes its requests in flight`, view.now + drainPollMs);
  return succeed(state, outOfTraffic);
}
