/** The canary section: shares, intervals and thresholds, or explicit steps, as the steps and checks that a canary goes by. */

import type { CanarySpec, CanaryStep } from "../../../domain/desired/environment.ts";
import type { Finding } from "../../../domain/finding.ts";
import type { MetricCheck } from "../../../domain/analysis/metrics.ts";
import type { CanaryStepItem, StrategyConfig } from "../../../generated/environment.ts";
import { durationMs } from "../document/durations.ts";
import type { Say } from "../document/findings.ts";
import { durationFindings, percentOf, shareFindings, wholeShareFindings } from "./amounts.ts";
import { toWarm } from "./warm.ts";

const defaults = {
  trafficPercentage: 10,
  incrementPercentage: 10,
  incrementInterval: "1m",
  successThreshold: 99,
  rollbackThreshold: 5,
  minRequests: 10,
  maxDuration: "1h",
} as const;

/** How far a canary's own analysis looks back, in milliseconds, however short or long its steps are. */
const windowMs = { atLeast: 5_000, atMost: 600_000 } as const;

const allAtOnce = "all of the traffic at once is what blue-green does";

/** What must hold in a canary section beyond its shape. */
export function canaryFindings(config: StrategyConfig, pointer: string, say: Say): readonly Finding[] {
  const found = [
    ...shareRules(config, pointer, say),
    ...thresholdRules(config, pointer, say),
    ...durationFindings(config.maxDuration, `${pointer}/maxDuration`, { atLeast: "1s", atMost: "30d" }, say),
    ...(config.steps === undefined ? [] : stepRules(config, config.steps, { pointer, say })),
  ];
  return found.length > 0 ? found : lengthRule(config, pointer, say);
}

/** A canary section with its defaults. */
export function toCanary(config: StrategyConfig): CanarySpec {
  return {
    kind: "canary",
    steps: stepsOf(config),
    checks: [successCheck(config)],
    maxDurationMs: durationMs(config.maxDuration ?? defaults.maxDuration),
    ...toWarm(config.keepOldVersion),
  };
}

function shareRules(config: StrategyConfig, pointer: string, say: Say): readonly Finding[] {
  const shares = (["trafficPercentage", "incrementPercentage"] as const).flatMap((key) =>
    weightRule(config[key], `${pointer}/${key}`, say),
  );
  const at = `${pointer}/incrementInterval`;
  if (shares.length === 0 && config.trafficPercentage !== undefined && percentOf(config.trafficPercentage) === 100)
    return [say(`${pointer}/trafficPercentage`, "environment/canary-steps", allAtOnce, "Begin with less, or use blue-green.")];
  return [...shares, ...durationFindings(config.incrementInterval, at, { atLeast: "100ms", atMost: "7d" }, say)];
}

/** Shares of traffic are whole numbers, so that a router can hold to them exactly. */
function weightRule(value: number | string | undefined, pointer: string, say: Say): readonly Finding[] {
  if (value === undefined) return [];
  const ambiguous = wholeShareFindings(value, pointer, say);
  if (ambiguous.length > 0) return ambiguous;
  const share = percentOf(value);
  if (Number.isInteger(share) && share >= 1) return [];
  return [say(pointer, "environment/range", `${value} is no share of the traffic: a whole number from 1 to 100 is needed`)];
}

function thresholdRules(config: StrategyConfig, pointer: string, say: Say): readonly Finding[] {
  const { successThreshold = defaults.successThreshold, rollbackThreshold = defaults.rollbackThreshold } = config;
  const at = `${pointer}/successThreshold`;
  if (successThreshold === 1) {
    return [say(at, "environment/ambiguous-share", "1 can mean 1% or 100%", 'Write 100 or 100%; "1%" if you mean it.')];
  }
  const ambiguous = [...shareFindings(successThreshold, at, say), ...shareFindings(rollbackThreshold, `${pointer}/rollbackThreshold`, say)];
  if (ambiguous.length > 0) return ambiguous;
  const [success, rollback] = [percentOf(successThreshold), percentOf(rollbackThreshold)];
  if (success + rollback >= 100) return [];
  const message = `what has ${rollback}% errors would be rolled back, although ${success}% success is healthy`;
  return [say(at, "environment/contradiction", message, "Raise successThreshold or rollbackThreshold: together they make at least 100.")];
}

interface Where {
  readonly pointer: string;
  readonly say: Say;
}

function stepRules(config: StrategyConfig, steps: readonly CanaryStepItem[], { pointer, say }: Where): readonly Finding[] {
  const excluded = (["trafficPercentage", "incrementPercentage", "incrementInterval"] as const).filter((key) => config[key] !== undefined);
  const either = excluded.map((key) =>
    say(`${pointer}/${key}`, "environment/contradiction", `steps are given, so ${key} would have no effect`),
  );
  const shapes = steps.flatMap((step, index) => stepRule(step, `${pointer}/steps/${index}`, say));
  return [...either, ...(shapes.length > 0 ? shapes : orderRules(steps, { pointer, say }))];
}

function stepRule({ weight, pause, analysis }: CanaryStepItem, pointer: string, say: Say): readonly Finding[] {
  const limits = { atLeast: "100ms", atMost: "30d" };
  return [
    ...weightRule(weight, `${pointer}/weight`, say),
    ...durationFindings(pause?.duration, `${pointer}/pause/duration`, limits, say),
    ...durationFindings(analysis?.duration, `${pointer}/analysis/duration`, limits, say),
  ];
}

/** A weight first, each more than the one before, nothing after all of the traffic. */
function orderRules(steps: readonly CanaryStepItem[], { pointer, say }: Where): readonly Finding[] {
  const [first] = steps;
  if (first?.weight === undefined)
    return [say(`${pointer}/steps/0`, "environment/canary-steps", "the first step gives the candidate no traffic yet")];
  if (percentOf(first.weight) === 100) {
    return [say(`${pointer}/steps/0/weight`, "environment/canary-steps", allAtOnce, "Begin with less, or use blue-green.")];
  }
  const findings: Finding[] = [];
  let highest = 0;
  for (const [index, { weight }] of steps.entries()) {
    const at = `${pointer}/steps/${index}`;
    if (highest === 100)
      findings.push(
        say(at, "environment/canary-steps", "nothing is left to do after 100 %", "What comes then is the rollback policy's `timeout`."),
      );
    if (weight === undefined) continue;
    if (percentOf(weight) <= highest && highest < 100) {
      findings.push(say(`${at}/weight`, "environment/canary-steps", `the weight ${weight} is not more than the ${highest} before`));
    }
    highest = Math.max(highest, percentOf(weight));
  }
  return findings;
}

function lengthRule(config: StrategyConfig, pointer: string, say: Say): readonly Finding[] {
  const { steps, maxDurationMs } = toCanary(config);
  const needed = plannedMs(steps);
  if (needed < maxDurationMs) return [];
  const said =
    config.maxDuration === undefined ? `${defaults.maxDuration} unless maxDuration says otherwise` : `maxDuration is ${config.maxDuration}`;
  const at = config.maxDuration === undefined ? pointer : `${pointer}/maxDuration`;
  return [say(at, "environment/canary-too-long", `the steps take at least ${needed / 1000}s, but a canary may take ${said}`)];
}

/** Timed pauses are counted too: only what people pause is not. */
function plannedMs(steps: readonly CanaryStep[]): number {
  return steps.reduce((sum, step) => sum + (step.kind === "weight" ? 0 : (step.durationMs ?? 0)), 0);
}

function stepsOf(config: StrategyConfig): readonly CanaryStep[] {
  const steps = config.steps === undefined ? evenSteps(config) : config.steps.map(toStep);
  const isComplete = steps.some((step) => step.kind === "weight" && step.weight === 100);
  return isComplete ? steps : [...steps, { kind: "weight", weight: 100 }];
}

function evenSteps(config: StrategyConfig): readonly CanaryStep[] {
  const first = percentOf(config.trafficPercentage ?? defaults.trafficPercentage);
  const increment = percentOf(config.incrementPercentage ?? defaults.incrementPercentage);
  const judged: CanaryStep = { kind: "analysis", durationMs: intervalOf(config) };
  const steps: CanaryStep[] = [];
  for (let weight = first; weight < 100; weight += increment) steps.push({ kind: "weight", weight }, judged);
  return steps;
}

function intervalOf({ incrementInterval }: StrategyConfig): number {
  return durationMs(incrementInterval ?? defaults.incrementInterval);
}

function toStep({ weight, pause, analysis }: CanaryStepItem): CanaryStep {
  if (weight !== undefined) return { kind: "weight", weight: percentOf(weight) };
  if (analysis !== undefined) return { kind: "analysis", durationMs: durationMs(analysis.duration) };
  return { kind: "pause", durationMs: pause?.duration === undefined ? null : durationMs(pause.duration) };
}

/** Healthy from `successThreshold` on, unhealthy with more errors than `rollbackThreshold`; what is between the two holds. */
function successCheck(config: StrategyConfig): MetricCheck {
  return {
    name: "success_rate",
    metric: "success_rate",
    source: config.analysisSource ?? "gateway",
    statistic: null,
    query: null,
    windowMs: Math.min(windowMs.atMost, Math.max(windowMs.atLeast, shortestAnalysis(config))),
    minRequests: config.minRequests ?? defaults.minRequests,
    pass: { kind: "fixed", comparison: ">=", value: percentOf(config.successThreshold ?? defaults.successThreshold) },
    fail: { kind: "fixed", comparison: "<", value: 100 - percentOf(config.rollbackThreshold ?? defaults.rollbackThreshold) },
  };
}

function shortestAnalysis(config: StrategyConfig): number {
  const durations = (config.steps ?? []).flatMap(({ analysis }) => (analysis === undefined ? [] : [durationMs(analysis.duration)]));
  return durations.length === 0 ? intervalOf(config) : Math.min(...durations);
}
