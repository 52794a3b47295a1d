/**
 * Blue-green: the candidate is installed beside the stable version, checked on its private address, and then gets all the
 * traffic at once. What is in flight on the stable version finishes there.
 */

import type { BlueGreenSpec } from "../environment.ts";
import { assertNever, type UnitRef } from "../names.ts";
import type { Rollout, RolloutSeen, RolloutState, StrategyStep } from "../rollout.ts";
import {
  beginValidating,
  drainPollMs,
  enter,
  giveMissing,
  giveTraffic,
  insist,
  install,
  isDrained,
  isHopeless,
  isNotSo,
  reject,
  stay,
  succeed,
  validate,
  whenRejected,
  whileInstalling,
  whileValidating,
  type In,
} from "./steps.ts";

/** A deployment with a candidate, under the blue-green rules. */
interface BlueGreen {
  readonly rollout: Rollout;
  readonly candidate: UnitRef;
  readonly spec: BlueGreenSpec;
}

export function beginBlueGreen(rollout: Rollout, candidate: UnitRef): StrategyStep {
  if (rollout.fast) return install(candidate, `${candidate.version} was good here before: straight back to it`);
  return beginValidating(rollout, candidate);
}

export function nextBlueGreen(rollout: Rollout, candidate: UnitRef, spec: BlueGreenSpec, seen: RolloutSeen): StrategyStep {
  const at: BlueGreen = { rollout, candidate, spec };
  if (isLate(rollout, seen)) return reject(rollout, `not finished within its deployment timeout, while ${rollout.state.kind}`, seen.now);
  return nextIn(at, rollout.state, seen);
}

function nextIn(at: BlueGreen, state: RolloutState, seen: RolloutSeen): StrategyStep {
  switch (state.kind) {
    case "validating":
      return whenValidating(at, seen);
    case "installing":
      return whenInstalling(at, seen);
    case "checking":
      return whenChecking(at, state, seen);
    case "waiting":
      return whenWaiting(at, state, seen);
    case "switching":
      return whenSwitching(at, state, seen);
    case "confirming":
      return whenConfirming(at, state, seen);
    case "draining":
      return whenDraining(at, state, seen);
    case "removing":
      return whenRemoving(at, state, seen);
    case "rejected":
      return whenRejected(at.rollout, state, seen);
    case "clearing":
      throw new Error("blue-green never clears");
    default:
      return assertNever(state);
  }
}

function whenValidating({ rollout, candidate }: BlueGreen, seen: RolloutSeen): StrategyStep {
  return whileValidating(rollout, candidate, seen) ?? install(candidate, "valid; installing beside what runs, without traffic");
}

function whenInstalling({ rollout, candidate, spec }: BlueGreen, seen: RolloutSeen): StrategyStep {
  const unfinished = whileInstalling(rollout, candidate, seen);
  if (unfinished) return unfinished;
  if (rollout.fast) return switchTo(candidate, "installed and known good: switching without delay");
  return enter({ kind: "checking" }, `installed; checking ${checksOf(spec)}`, [validate(rollout, candidate, "during")]);
}

function whenChecking({ rollout, candidate, spec }: BlueGreen, state: In<"checking">, seen: RolloutSeen): StrategyStep {
  if (seen.during.kind === "unhealthy") return reject(rollout, seen.during.why, seen.now);
  if (seen.during.kind === "unknown")
    return insist(state, seen.stuck?.detail ?? `checking ${checksOf(spec)}`, [validate(rollout, candidate, "during")]);
  if (spec.switchTrafficDelayMs === 0) return switchTo(candidate, "checks passed: switching all traffic");
  return enter(
    { kind: "waiting", since: seen.now },
    `checks passed; switching in ${spec.switchTrafficDelayMs} ms`,
    [],
    seen.now + spec.switchTrafficDelayMs,
  );
}

function whenWaiting({ candidate, spec }: BlueGreen, state: In<"waiting">, seen: RolloutSeen): StrategyStep {
  if (isNotSo(seen.candidateReady)) return install(candidate, "it stopped answering while it waited: installing again");
  const switchAt = state.since + spec.switchTrafficDelayMs;
  if (seen.now < switchAt) return stay(state, "waiting out switchTrafficDelay", switchAt);
  return switchTo(candidate, "switchTrafficDelay is over: switching all traffic");
}

function whenSwitching({ rollout, candidate }: BlueGreen, state: In<"switching">, seen: RolloutSeen): StrategyStep {
  if (isHopeless(seen)) return reject(rollout, seen.stuck?.detail ?? "refused", seen.now);
  const lacking = giveMissing(rollout.process, candidate, { weight: seen.candidateWeight, armed: seen.candidateArmed });
  if (lacking.length > 0) return insist(state, seen.stuck?.detail ?? "switching all traffic", lacking);
  if (rollout.fast) return drain(rollout, seen, "has all traffic again");
  return enter({ kind: "confirming" }, "has all traffic; validating through the public address", [validate(rollout, candidate, "post")]);
}

function whenConfirming({ rollout, candidate }: BlueGreen, state: In<"confirming">, seen: RolloutSeen): StrategyStep {
  if (seen.post.kind === "unhealthy") return reject(rollout, seen.post.why, seen.now);
  if (seen.post.kind === "unknown")
    return insist(state, seen.stuck?.detail ?? "validating through the public address", [validate(rollout, candidate, "post")]);
  return drain(rollout, seen, "validated with traffic");
}

function whenDraining({ rollout, spec }: BlueGreen, state: In<"draining">, seen: RolloutSeen): StrategyStep {
  const { stable } = rollout;
  if (!stable) return succeed(state, "has all traffic");
  if (!isDrained(seen.stableInFlight, state.since, seen))
    return stay(state, `${stable.version} finishes what it has in flight`, seen.now + drainPollMs);
  if (spec.keepOldVersion) return succeed(state, `has all traffic; ${stable.version} is kept warm`);
  return enter({ kind: "removing" }, `removing ${stable.version}`, [{ kind: "ensure-removed", unit: stable }]);
}

function whenRemoving({ rollout }: BlueGreen, state: In<"removing">, seen: RolloutSeen): StrategyStep {
  const { stable } = rollout;
  if (!stable || isNotSo(seen.stableInstalled)) return succeed(state, "has all traffic; the old version is removed");
  if (isHopeless(seen))
    return succeed(state, `has all traffic; ${stable.version} could not be removed: ${seen.stuck?.detail ?? "refused"}`);
  return insist(state, `removing ${stable.version}`, [{ kind: "ensure-removed", unit: stable }]);
}

/** Once it has the traffic for good, or is on its way out, there is nothing left that a timeout could save. */
function isLate(rollout: Rollout, seen: RolloutSeen): boolean {
  const { kind } = rollout.state;
  return seen.now >= rollout.deadline && kind !== "draining" && kind !== "removing" && kind !== "rejected";
}

function drain(rollout: Rollout, seen: RolloutSeen, why: string): StrategyStep {
  return enter(
    { kind: "draining", since: seen.now },
    rollout.stable ? `${why}; ${rollout.stable.version} finishes what it has in flight` : why,
  );
}

function switchTo(candidate: UnitRef, why: string): StrategyStep {
  return enter({ kind: "switching" }, why, giveTraffic(candidate.process, candidate));
}

function checksOf(spec: BlueGreenSpec): string {
  return spec.healthCheckUrl ? `${spec.healthCheckUrl} and smoke tests on its private address` : "smoke tests on its private address";
}
