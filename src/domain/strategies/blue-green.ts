/**
 * Blue-green: the candidate is installed beside the stable version, checked on its private address, and then gets all the
 * traffic at once. What is in flight on the stable version finishes there.
 */

import type { BlueGreenSpec } from "../desired/environment.ts";
import type { UnitRef } from "../names.ts";
import type { Rollout, RolloutView, StrategyStep } from "../journal/rollout.ts";
import { isAfterSwitch, nextAfterSwitch } from "./after-switch.ts";
import {
  enter,
  type In,
  install,
  installThenCheck,
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

export function nextBlueGreen(rollout: Rollout, candidate: UnitRef, spec: BlueGreenSpec, view: RolloutView): StrategyStep {
  const at: BlueGreen = { rollout, candidate, spec };
  const { state } = rollout;
  if (isAfterSwitch(state)) return nextAfterSwitch({ rollout, candidate, old: spec.keepOldVersion ? "kept" : "removed" }, state, view);
  switch (state.kind) {
    case "validating":
      return whenValidating(at, view);
    case "installing":
      return installThenCheck(rollout, candidate, view);
    case "checking":
      return whenChecking(at, view);
    case "waiting":
      return whenWaiting(at, state, view);
    case "rejected":
      return whenRejected(rollout, state, view);
    default:
      return isNever(
        "blue-green",
        state satisfies In<
          "handing-over" | "shifting" | "clearing" | "pausing" | "draining-batch" | "updating" | "verifying" | "restoring"
        >,
      );
  }
}

function whenValidating({ rollout, candidate }: BlueGreen, view: RolloutView): StrategyStep {
  return whileValidating(rollout, candidate, view) ?? install(candidate, "valid; installing beside the running version, without traffic");
}

function whenChecking({ rollout, candidate, spec }: BlueGreen, view: RolloutView): StrategyStep {
  const unfinished = whileChecking(rollout, candidate, view);
  if (unfinished) return unfinished;
  const delayMs = spec.switchTrafficDelayMs;
  if (delayMs === 0) return switchTo(candidate, "checks passed: switching all traffic");
  return enter({ kind: "waiting", since: view.now }, `checks passed; switching in ${delayMs} ms`, [], view.now + delayMs);
}

function whenWaiting({ candidate, spec }: BlueGreen, state: In<"waiting">, view: RolloutView): StrategyStep {
  if (isNotSo(view.candidateReady)) return install(candidate, "it stopped answering while it waited: installing again");
  const switchAt = state.since + spec.switchTrafficDelayMs;
  if (state.hasPassed) return switchTo(candidate, "promoted: switching all traffic");
  if (view.now < switchAt) return stay(state, "waiting for switchTrafficDelay", switchAt);
  return switchTo(candidate, "switchTrafficDelay is over: switching all traffic");
}
