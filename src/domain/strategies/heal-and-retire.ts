/** Rollouts that bring no new version: putting a hand edit back (`heal`), and taking a process out that left the pins (`retire`). */

import type { UnitRef } from "../names.ts";
import type { Rollout, RolloutSeen, StrategyStep } from "../journal/rollout.ts";
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

export function beginHeal(candidate: UnitRef, why: string): StrategyStep {
  return enter({ kind: "installing" }, why, [{ kind: "ensure-installed", unit: candidate }]);
}

export function nextHeal(rollout: Rollout, candidate: UnitRef, seen: RolloutSeen): StrategyStep {
  const { state } = rollout;
  if (isHopeless(seen)) return fail(state, seen.stuck?.detail ?? "refused");
  if (isTimeOver(rollout, seen)) return fail(state, "not healed within the deployment timeout");
  // While it installs it is served wherever it answers.
  const putBack = isNotSo(seen.candidateReady) ? ({ kind: "installing" } as const) : state;
  if (!isSo(seen.candidateReady))
    return insist(putBack, seen.stuck?.detail ?? "putting back what was changed by hand", [{ kind: "ensure-installed", unit: candidate }]);
  const lacking = giveMissing(rollout.process, candidate, { weight: seen.candidateWeight, armed: seen.candidateArmed });
  if (lacking.length === 0) return succeed(state, "as `main` says again");
  return insist({ kind: "switching" }, "putting the traffic back", lacking);
}

export function beginRetire(rollout: Rollout, now: number): StrategyStep {
  return enter({ kind: "clearing", since: now }, "no longer pinned: taking it out", giveTraffic(rollout.process, null));
}

/** Over once nobody is served by it any more, or once it serves again because what took its place was bad. What is installed is removed later, when nobody has wanted it back. */
export function nextRetire(rollout: Rollout, seen: RolloutSeen): StrategyStep {
  const { state, stable } = rollout;
  if (state.kind === "rejected") return whenRejected(rollout, state, seen);
  return stable && state.kind === "clearing" ? whenClearing(rollout, stable, state, seen) : succeed(state, outOfTraffic);
}

const outOfTraffic = "gets no traffic any more";

function whenClearing(rollout: Rollout, stable: UnitRef, state: In<"clearing">, seen: RolloutSeen): StrategyStep {
  if (!is(seen.stableWeight, 0)) return insist(state, "no longer pinned: taking it out", giveTraffic(rollout.process, null));
  if (!isDrained(seen.stableInFlight, state.since, seen))
    return stay(state, `${stable.version} finishes what it has in flight`, seen.now + drainPollMs);
  return succeed(state, outOfTraffic);
}
