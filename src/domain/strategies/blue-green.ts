/**
 * Blue-green: the candidate is installed beside the stable version, checked on its private address, and then gets all the
 * traffic at once. What is in flight on the stable version finishes there.
 */

import type { BlueGreenSpec } from "../desired/environment.ts";
import type { UnitRef } from "../names.ts";
import type { Rollout, RolloutSeen, StrategyStep } from "../journal/rollout.ts";
import { isSettling, nextSettling } from "./after-switch.ts";
import {
  enter,
  type In,
  install,
  installBeside,
  isNever,
  isNotSo,
  stay,
  switchTo,
  whenRejected,
  whileChecking,
  whileValidating,
} from "./steps.ts";

/** A deployment with a candidate, under the blue-green rules. */
interface BlueGreen {
  readonly rollout: Rollout;
  readonly candidate: UnitRef;
  readonly spec: BlueGreenSpec;
}

export function nextBlueGreen(rollout: Rollout, candidate: UnitRef, spec: BlueGreenSpec, seen: RolloutSeen): StrategyStep {
  const at: BlueGreen = { rollout, candidate, spec };
  const { state } = rollout;
  if (isSettling(state)) return nextSettling({ rollout, candidate, old: spec.keepOldVersion ? "kept" : "removed" }, state, seen);
  switch (state.kind) {
    case "validating":
      return whenValidating(at, seen);
    case "installing":
      return installBeside(rollout, candidate, seen);
    case "checking":
      return whenChecking(at, seen);
    case "waiting":
      return whenWaiting(at, state, seen);
    case "rejected":
      return whenRejected(rollout, state, seen);
    default:
      return isNever(
        "blue-green",
        state satisfies In<"handing-over" | "shifting" | "clearing" | "pausing" | "rotating" | "replacing" | "probing" | "returning">,
      );
  }
}

function whenValidating({ rollout, candidate }: BlueGreen, seen: RolloutSeen): StrategyStep {
  return whileValidating(rollout, candidate, seen) ?? install(candidate, "valid; installing beside what runs, without traffic");
}

function whenChecking({ rollout, candidate, spec }: BlueGreen, seen: RolloutSeen): StrategyStep {
  const unfinished = whileChecking(rollout, candidate, seen);
  if (unfinished) return unfinished;
  const delayMs = spec.switchTrafficDelayMs;
  if (delayMs === 0) return switchTo(candidate, "checks passed: switching all traffic");
  return enter({ kind: "waiting", since: seen.now }, `checks passed; switching in ${delayMs} ms`, [], seen.now + delayMs);
}

function whenWaiting({ candidate, spec }: BlueGreen, state: In<"waiting">, seen: RolloutSeen): StrategyStep {
  if (isNotSo(seen.candidateReady)) return install(candidate, "it stopped answering while it waited: installing again");
  const switchAt = state.since + spec.switchTrafficDelayMs;
  if (state.hasPassed) return switchTo(candidate, "promoted: switching all traffic");
  if (seen.now < switchAt) return stay(state, "waiting out switchTrafficDelay", switchAt);
  return switchTo(candidate, "switchTrafficDelay is over: switching all traffic");
}
