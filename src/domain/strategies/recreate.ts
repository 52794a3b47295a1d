/**
 * Recreate: the old version is taken out before the new one comes in. Its callers see 404 in between; for development,
 * and for processes of which two versions must never be installed at once. Once it has the traffic it is validated and watched
 * as under any other strategy.
 */

import type { UnitRef } from "../names.ts";
import type { Rollout, RolloutSeen, RolloutState, StrategyStep } from "../journal/rollout.ts";
import { isSettling, nextSettling } from "./after-switch.ts";
import {
  beginValidating,
  check,
  drainPollMs,
  enter,
  giveTraffic,
  insist,
  install,
  is,
  isDrained,
  isNever,
  isNotSo,
  stay,
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
  if (state.kind !== "removing" && isSettling(state)) return nextSettling({ ...at, old: "gone" }, state, seen);
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
    case "rejected":
      return whenRejected(at.rollout, state, seen);
    default:
      return isNever(
        "recreate",
        state satisfies In<"waiting" | "handing-over" | "shifting" | "pausing" | "rotating" | "replacing" | "probing" | "returning">,
      );
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
