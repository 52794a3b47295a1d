/**
 * Recreate: the old version is taken out before the new one comes in. Its callers see 404 in between; for development,
 * and for processes of which two versions must never be installed at once.
 */

import type { UnitRef } from "../names.ts";
import type { Rollout, RolloutSeen, RolloutState, StrategyStep } from "../rollout.ts";
import {
  beginValidating,
  check,
  drainPollMs,
  enter,
  giveMissing,
  giveTraffic,
  insist,
  install,
  is,
  isDrained,
  isHopeless,
  isNotSo,
  rejectRefused,
  stay,
  succeed,
  switchTo,
  whenRejected,
  whileChecking,
  whileInstalling,
  whileValidating,
  type In,
} from "./steps.ts";

interface Recreate {
  readonly rollout: Rollout;
  readonly candidate: UnitRef;
}

export function beginRecreate(rollout: Rollout, candidate: UnitRef): StrategyStep {
  return beginValidating(rollout, candidate);
}

export function nextRecreate(rollout: Rollout, candidate: UnitRef, seen: RolloutSeen): StrategyStep {
  return nextIn({ rollout, candidate }, rollout.state, seen);
}

function nextIn(at: Recreate, state: RolloutState, seen: RolloutSeen): StrategyStep {
  switch (state.kind) {
    case "validating":
      return whenValidating(at, seen);
    case "clearing":
      return whenClearing(at, state, seen);
    case "removing":
      return whenRemoving(at, state, seen);
    case "installing":
      return whenInstalling(at, seen);
    case "checking":
      return whileChecking(at.rollout, at.candidate, seen) ?? switchTo(at.candidate, "checks passed; giving it the traffic");
    case "switching":
      return whenSwitching(at, state, seen);
    case "rejected":
      return whenRejected(at.rollout, state, seen);
    default:
      throw new Error(`recreate is never ${state.kind}`);
  }
}

function whenValidating({ rollout, candidate }: Recreate, seen: RolloutSeen): StrategyStep {
  const unfinished = whileValidating(rollout, candidate, seen);
  if (unfinished) return unfinished;
  if (!rollout.stable) return install(candidate, "valid; installing");
  return enter({ kind: "clearing", since: seen.now }, `valid; taking ${rollout.stable.version} out`, giveTraffic(rollout.process, null));
}

function whenClearing({ rollout, candidate }: Recreate, state: In<"clearing">, seen: RolloutSeen): StrategyStep {
  const { stable } = rollout;
  if (!stable) return install(candidate, "nothing to take out; installing");
  if (!is(seen.stableWeight, 0)) return insist(state, `taking ${stable.version} out`, giveTraffic(rollout.process, null));
  if (!isDrained(seen.stableInFlight, state.since, seen))
    return stay(state, `${stable.version} finishes what it has in flight`, seen.now + drainPollMs);
  return enter({ kind: "removing" }, `removing ${stable.version}`, [{ kind: "ensure-removed", unit: stable }]);
}

function whenRemoving({ rollout, candidate }: Recreate, state: In<"removing">, seen: RolloutSeen): StrategyStep {
  const { stable } = rollout;
  if (!stable || isNotSo(seen.stableInstalled)) return install(candidate, "the old version is out; installing the new one");
  return insist(state, seen.stuck?.detail ?? `removing ${stable.version}`, [{ kind: "ensure-removed", unit: stable }]);
}

function whenInstalling({ rollout, candidate }: Recreate, seen: RolloutSeen): StrategyStep {
  const unfinished = whileInstalling(rollout, candidate, seen);
  if (unfinished) return unfinished;
  return check(rollout, candidate);
}

function whenSwitching({ rollout, candidate }: Recreate, state: In<"switching">, seen: RolloutSeen): StrategyStep {
  if (isHopeless(seen)) return rejectRefused(rollout, seen);
  const lacking = giveMissing(rollout.process, candidate, { weight: seen.candidateWeight, armed: seen.candidateArmed });
  if (lacking.length === 0) return succeed(state, "has all traffic");
  return insist(state, seen.stuck?.detail ?? "giving it the traffic", lacking);
}
