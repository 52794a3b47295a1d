/**
 * Canary: the candidate is installed beside the stable version, checked on its private address, and then gets a growing share
 * of the traffic, judged by metrics at every step. Schedules and subscriptions stay with the stable version until the end.
 */

import type { Action } from "../journal/actions.ts";
import type { CanarySpec, CanaryStep } from "../desired/environment.ts";
import type { Instant, Percent, UnitRef } from "../names.ts";
import type { Rollout, RolloutView, StrategyStep, Stuck } from "../journal/rollout.ts";
import { isAfterSwitch, nextAfterSwitch } from "./after-switch.ts";
import {
  enter,
  type In,
  insist,
  install,
  installThenCheck,
  is,
  isHopeless,
  isNever,
  isNotSo,
  rejectRefused,
  stay,
  switchTo,
  unjudged,
  whenRejected,
  whileChecking,
  whileValidating,
} from "./steps.ts";

/** A deployment with a candidate, under the canary rules. */
interface Canary {
  readonly rollout: Rollout;
  readonly candidate: UnitRef;
  readonly spec: CanarySpec;
}

export function nextCanary(rollout: Rollout, candidate: UnitRef, spec: CanarySpec, view: RolloutView): StrategyStep {
  const at: Canary = { rollout, candidate, spec };
  const { state } = rollout;
  if (isAfterSwitch(state)) return nextAfterSwitch({ rollout, candidate, old: spec.keepOldVersion ? "kept" : "removed" }, state, view);
  switch (state.kind) {
    case "validating":
      return (
        whileValidating(rollout, candidate, view) ?? install(candidate, "valid; installing beside the running version, without traffic")
      );
    case "installing":
      return installThenCheck(rollout, candidate, view);
    case "checking":
      return whileChecking(rollout, candidate, view) ?? takeStep(at, 0, 0, view.now);
    case "shifting":
      return whenShifting(at, state, view);
    case "rejected":
      return whenRejected(rollout, state, view);
    default:
      return isNever(
        "canary",
        state satisfies In<"waiting" | "handing-over" | "clearing" | "pausing" | "draining-batch" | "updating" | "verifying" | "restoring">,
      );
  }
}

function whenShifting(at: Canary, state: In<"shifting">, view: RolloutView): StrategyStep {
  const alone = whileAlone(at, state, view);
  if (alone) return alone;
  if (isHopeless(view)) return rejectRefused(at.rollout, view);
  if (!isShared(state.weight, view)) return insist(state, view.stuck?.detail ?? sharing(state.weight), share(at, state.weight));
  if (state.hasPassed) return switchTo(at.candidate, "all steps passed: switching all traffic");
  const step = at.spec.steps[state.step];
  if (!step || step.kind === "weight") return takeStep(at, state.step + 1, state.weight, view.now);
  return step.kind === "pause" ? whenPausing(at, step, state, view) : whenAnalysing(at, step, state, view);
}

/** What to do while the stable version is missing; null: it is there. Where it is lost for good, that is no fault of the candidate. */
function whileAlone({ rollout, candidate }: Canary, state: In<"shifting">, view: RolloutView): StrategyStep | null {
  const { stable } = rollout;
  if (!stable || !isNotSo(view.stableInstalled)) return null;
  if (isHopeless(view) && isAbout(stable, view.stuck))
    return switchTo(candidate, `checks passed, and ${stable.version} is lost and cannot be restored: switching all traffic`);
  if (isHopeless(view)) return rejectRefused(rollout, view);
  return insist(state, `${stable.version} is missing: restoring it`, [{ kind: "ensure-installed", unit: stable }]);
}

function isAbout({ digest }: UnitRef, stuck: Stuck | null): boolean {
  return stuck?.action.kind === "ensure-installed" && stuck.action.unit.digest === digest;
}

function whenPausing(at: Canary, { durationMs }: In2<"pause">, state: In<"shifting">, view: RolloutView): StrategyStep {
  if (durationMs === null) return stay(state, `at ${state.weight} %; waits for a person to promote it`);
  const until = state.since + durationMs;
  if (view.now < until) return stay(state, `at ${state.weight} %; pausing`, until);
  return takeStep(at, state.step + 1, state.weight, view.now);
}

function whenAnalysing(at: Canary, { durationMs }: In2<"analysis">, state: In<"shifting">, view: RolloutView): StrategyStep {
  const until = state.since + durationMs;
  if (view.now < until) return stay(state, `at ${state.weight} %; watching its metrics`, until);
  const { analysis } = view;
  const step = takeStep(at, state.step + 1, state.weight, view.now);
  if (analysis.kind === "healthy") return step;
  if (view.onInconclusive === "proceed") return { ...step, why: `${step.why}; not judged at ${state.weight} %: ${analysis.why}` };
  return unjudged(stay(state, `at ${state.weight} %; no verdict yet: ${analysis.why}`, at.rollout.deadline), analysis);
}

type In2<K extends CanaryStep["kind"]> = Extract<CanaryStep, { kind: K }>;

/** Into the step of this number; after the last one, and without anybody to share with, all the traffic is switched. */
function takeStep(at: Canary, index: number, weight: Percent, now: Instant): StrategyStep {
  const step = at.spec.steps[index];
  if (!at.rollout.stable) return switchTo(at.candidate, "checks passed, and no other version runs: switching all traffic");
  if (!step || (step.kind === "weight" && step.weight >= 100)) return switchTo(at.candidate, "all steps passed: switching all traffic");
  if (step.kind !== "weight") return enter({ kind: "shifting", step: index, weight, since: now }, describeStep(step, weight));
  return enter(
    { kind: "shifting", step: index, weight: step.weight, since: now },
    `step ${index + 1} of ${at.spec.steps.length}: ${sharing(step.weight)}`,
    share(at, step.weight),
  );
}

function describeStep(step: CanaryStep, weight: Percent): string {
  if (step.kind === "analysis") return `at ${weight} %; watching its metrics`;
  return step.kind === "pause" && step.durationMs === null ? `at ${weight} %; waits for a person to promote it` : `at ${weight} %; pausing`;
}

function isShared(weight: Percent, view: RolloutView): boolean {
  return is(view.candidateWeight, weight) && is(view.stableWeight, 100 - weight) && !isNotSo(view.isRouted);
}

function sharing(weight: Percent): string {
  return `giving it ${weight} % of the traffic`;
}

function share({ rollout, candidate }: Canary, weight: Percent): readonly Action[] {
  if (!rollout.stable) return [];
  const weights = [
    { unit: rollout.stable, weight: 100 - weight },
    { unit: candidate, weight },
  ];
  return [{ kind: "ensure-weights", process: rollout.process, weights: weights.filter((each) => each.weight > 0) }];
}
