/**
 * Recreate: the old version is taken out before the new one comes in. Its callers see 404 in between; for development,
 * and for processes of which two versions must never be installed at once. Once it has the traffic it is validated and watched
 * as under any other strategy.
 */

import type { Instant, UnitRef } from "../names.ts";
import type { Rollout, RolloutView, RolloutState, StrategyStep } from "../journal/rollout.ts";
import { isAfterSwitch, nextAfterSwitch } from "./after-switch.ts";
import {
  beginValidating,
  drainPollMs,
  enter,
  giveTraffic,
  insist,
  install,
  installThenCheck,
  is,
  isDrained,
  isNever,
  isNotSo,
  stay,
  switchTo,
  whenRejected,
  whileChecking,
  whileValidating,
  type In,
} from "./steps.ts";

interface Recreate {
  readonly rollout: Rollout;
  readonly candidate: UnitRef;
}

export function beginRecreate(rollout: Rollout, candidate: UnitRef): StrategyStep {
  if (!rollout.fast) return beginValidating(rollout, candidate);
  return makeRoom({ rollout, candidate }, `${candidate.version} was good here before`, rollout.startedAt);
}

export function nextRecreate(rollout: Rollout, candidate: UnitRef, view: RolloutView): StrategyStep {
  return nextIn({ rollout, candidate }, rollout.state, view);
}

function nextIn(at: Recreate, state: RolloutState, view: RolloutView): StrategyStep {
  if (state.kind !== "removing" && isAfterSwitch(state)) return nextAfterSwitch({ ...at, old: "gone" }, state, view);
  switch (state.kind) {
    case "validating":
      return whenValidating(at, view);
    case "clearing":
      return whenClearing(at, state, view);
    case "removing":
      return whenRemoving(at, state, view);
    case "installing":
      return installThenCheck(at.rollout, at.candidate, view);
    case "checking":
      return whileChecking(at.rollout, at.candidate, view) ?? switchTo(at.candidate, "checks passed; giving it the traffic");
    case "rejected":
      return whenRejected(at.rollout, state, view);
    default:
      return isNever(
        "recreate",
        state satisfies In<"waiting" | "handing-over" | "shifting" | "pausing" | "draining-batch" | "updating" | "verifying" | "restoring">,
      );
  }
}

function whenValidating({ rollout, candidate }: Recreate, view: RolloutView): StrategyStep {
  return whileValidating(rollout, candidate, view) ?? makeRoom({ rollout, candidate }, "valid", view.now);
}

/** What is there is taken out, if anything is. */
function makeRoom({ rollout: { process, stable }, candidate }: Recreate, why: string, now: Instant): StrategyStep {
  if (!stable) return install(candidate, `${why}; installing`);
  return enter({ kind: "clearing", since: now }, `${why}; taking the traffic from ${stable.version}`, giveTraffic(process, null));
}

function whenClearing({ rollout, candidate }: Recreate, state: In<"clearing">, view: RolloutView): StrategyStep {
  const { stable } = rollout;
  if (!stable) return install(candidate, "no old version; installing");
  if (!is(view.stableWeight, 0)) return insist(state, `taking the traffic from ${stable.version}`, giveTraffic(rollout.process, null));
  if (!isDrained(view.stableInFlight, state.since, view))
    return stay(state, `${stable.version} finishes its requests in flight`, view.now + drainPollMs);
  return enter({ kind: "removing" }, `removing ${stable.version}`, [{ kind: "ensure-removed", unit: stable }]);
}

function whenRemoving({ rollout, candidate }: Recreate, state: In<"removing">, view: RolloutView): StrategyStep {
  const { stable } = rollout;
  if (!stable || isNotSo(view.stableInstalled)) return install(candidate, "the old version is removed; installing the new one");
  return insist(state, view.stuck?.detail ?? `removing ${stable.version}`, [{ kind: "ensure-removed", unit: stable }]);
}
