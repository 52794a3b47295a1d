/** What each strategy does, step by step and in words. */

import { describeBound } from "../analysis/verdicts.ts";
import type { DeploymentAction, StepValidation } from "./deployment-plan.ts";
import type {
  BlueGreenSpec,
  CanarySpec,
  CanaryStep,
  EnvironmentSpec,
  RecreateSpec,
  RollingSpec,
  StrategySpec,
} from "../desired/environment.ts";
import { onInconclusiveOf } from "../strategies/inconclusive.ts";
import type { MetricCheck } from "../analysis/metrics.ts";
import type { Check } from "../desired/version.ts";
import { describeDuration } from "../analysis/figures.ts";
import { traitsOf } from "../strategies/traits.ts";
import { bakeMsOf } from "../strategies/rollout-view.ts";
import { askedAfter, askedBefore, askedDuring } from "./validations.ts";

/** A step without its place in the plan. */
export interface Draft {
  readonly action: DeploymentAction;
  readonly name: string;
  /** In a word or two. */
  readonly brief: string;
  readonly validation: StepValidation;
}

/** A version on its way in. */
export interface Rollout {
  /** `order-intake 1.2.0`; null: nothing runs yet. */
  readonly old: string | null;
  readonly candidate: string;
  readonly spec: EnvironmentSpec;
  readonly checks: readonly Check[];
}

export function blueGreen(rollout: Rollout, spec: BlueGreenSpec): readonly Draft[] {
  const delay = spec.switchTrafficDelayMs;
  return [
    ...prepare(rollout, spec.healthCheckUrl),
    ...(delay === 0 ? [] : [step("wait", `wait ${describeDuration(delay)}`, `wait ${describeDuration(delay)}`)]),
    ...afterSwitchSteps(rollout, spec, spec.keepOldVersion),
  ];
}

/** Without anybody to share the traffic with, it gets all of it at once. */
export function canary(rollout: Rollout, spec: CanarySpec): readonly Draft[] {
  const shared = rollout.old === null ? [] : spec.steps.flatMap((each) => canaryStep(rollout, each, spec));
  return [...prepare(rollout, null), ...shared, ...afterSwitchSteps(rollout, spec, spec.keepOldVersion)];
}

function canaryStep({ candidate, spec }: Rollout, each: CanaryStep, strategy: CanarySpec): readonly Draft[] {
  if (each.kind === "weight") {
    return each.weight >= 100 ? [] : [step("shift", `give ${candidate} ${each.weight} % of the traffic`, `${each.weight} %`)];
  }
  if (each.kind === "pause") {
    const pause = each.durationMs === null ? "wait until a person promotes it" : `pause ${describeDuration(each.durationMs)}`;
    return [step("pause", pause, each.durationMs === null ? "wait for a person" : pause)];
  }
  const duration = describeDuration(each.durationMs);
  const limits = describeLimits([...strategy.checks, ...spec.analysis.checks]);
  return [
    step("analyse", `judge it for ${duration}${limits === "" ? "" : `: ${limits}${otherwise(strategy, spec)}`}`, `judge ${duration}`),
  ];
}

/** Where nothing runs yet nobody has to keep serving: it is installed everywhere at once. */
export function rolling(rollout: Rollout, spec: RollingSpec): readonly Draft[] {
  const { candidate, old } = rollout;
  if (old === null) return [...prepare(rollout, null), ...afterSwitchSteps(rollout, spec, false)];
  const at = spec.batchSize === 1 ? "one instance at a time" : `up to ${spec.batchSize} instances at a time`;
  const between = spec.batchDelayMs === 0 ? "" : `, ${describeDuration(spec.batchDelayMs)} in between`;
  const validation = during(rollout, null);
  const name = `take ${at} out of rotation, install and check ${candidate} there beside ${old}, put it back${between}`;
  return [...validateFirst(rollout), { action: "roll", name, brief: `roll, ${at}`, validation }, ...afterSwitchSteps(rollout, spec, false)];
}

export function recreate(rollout: Rollout, spec: RecreateSpec): readonly Draft[] {
  const { old, candidate } = rollout;
  return [
    ...validateFirst(rollout),
    ...(old === null ? [] : [clear(old), step("remove", `remove ${old}`)]),
    step("install", `install ${candidate}`),
    ...checkFirst(rollout, null),
    step("switch", `give ${candidate} the traffic`),
    ...confirm(rollout),
    ...bake(rollout, spec),
  ];
}

export function retire(old: string, { pruneDelayMs }: EnvironmentSpec): readonly Draft[] {
  const warm = `keep warm ${describeDuration(pruneDelayMs)}`;
  return [
    clear(old),
    ...(pruneDelayMs === 0 ? [] : [step("wait", `keep ${old} warm for ${describeDuration(pruneDelayMs)}, without traffic`, warm)]),
    step("remove", `remove ${old}`),
  ];
}

function clear(old: string): Draft {
  return step("clear", `take the traffic from ${old} and let it finish what it has in flight`);
}

/** Up to the moment when it may have traffic. */
function prepare(rollout: Rollout, healthPath: string | null): readonly Draft[] {
  const { old, candidate } = rollout;
  const install = `install ${candidate} ${old === null ? "without traffic" : `beside ${old}, without traffic`}`;
  return [...validateFirst(rollout), step("install", install), ...checkFirst(rollout, healthPath)];
}

/** From the moment when it gets all the traffic. */
function afterSwitchSteps(rollout: Rollout, strategy: StrategySpec, isKept: boolean): readonly Draft[] {
  const { old, candidate } = rollout;
  return [
    step("switch", `switch all traffic to ${candidate}`),
    ...confirm(rollout),
    ...(old === null ? [] : [step("drain", `let ${old} finish what it has in flight${isKept ? ", and keep it warm" : ""}`)]),
    ...bake(rollout, strategy),
    ...(old === null || isKept ? [] : [step("remove", `remove ${old}`)]),
  ];
}

function bake({ candidate, spec }: Rollout, strategy: StrategySpec): readonly Draft[] {
  const bakeMs = bakeMsOf(strategy, spec);
  if (bakeMs === 0) return [];
  const { checks } = spec.analysis;
  const judged =
    traitsOf(strategy).isJudgedOnTheWay || checks.length === 0 ? "" : `: ${describeLimits(checks)}${otherwise(strategy, spec)}`;
  return [step("bake", `watch ${candidate} for ${describeDuration(bakeMs)}${judged}`, `bake ${describeDuration(bakeMs)}`)];
}

function describeLimits(checks: readonly MetricCheck[]): string {
  return checks.map((one) => `${one.name} ${describeBound(one)}`).join(", ");
}

/** What happens without a verdict; going on needs no words. */
function otherwise(strategy: StrategySpec, spec: EnvironmentSpec): string {
  const word = onInconclusiveOf(strategy, spec);
  return word === "proceed" ? "" : `; ${word} when there is no verdict`;
}

function validateFirst({ candidate, spec }: Rollout): readonly Draft[] {
  const validation: StepValidation = { phase: "pre", validations: askedBefore(spec.validation) };
  return [{ action: "validate", name: `validate ${candidate} before anything is touched`, brief: "validate", validation }];
}

function checkFirst(rollout: Rollout, healthPath: string | null): readonly Draft[] {
  const validation = during(rollout, healthPath);
  return [{ action: "check", name: `check ${rollout.candidate} on its private address`, brief: "check", validation }];
}

function during({ spec, checks }: Rollout, healthPath: string | null): StepValidation {
  return { phase: "during", validations: askedDuring(spec.validation, checks, healthPath) };
}

function confirm({ candidate, spec, checks }: Rollout): readonly Draft[] {
  const validation: StepValidation = { phase: "post", validations: askedAfter(spec.validation, checks) };
  return [{ action: "confirm", name: `validate ${candidate} through the public address`, brief: "confirm", validation }];
}

function step(action: DeploymentAction, name: string, brief: string = action): Draft {
  return { action, name, brief, validation: null };
}
