/** What changes in the settings of an environment, in the words of environment.yaml; what is not set is left out. */

import { describeBound, describeFiring } from "../analysis/verdicts.ts";
import type { CanaryStep, EnvironmentSpec, StrategySpec, WarmLimit } from "../desired/environment.ts";
import type { MetricCheck } from "../analysis/metrics.ts";
import { describeDuration } from "../analysis/figures.ts";
import { traitsOf } from "../strategies/traits.ts";

/** One setting. */
interface SettingLine {
  readonly name: string;
  readonly short: string;
  /** Differs whenever the setting does. */
  readonly full: string;
}

type ByName = ReadonlyMap<string, SettingLine>;

/** One line for each: `~ drainTimeout 10 s → 30 s`, `+ rollbackPolicy.automatic.triggers error_rate > 10 % over 5 s`. */
export function describeSettings(from: EnvironmentSpec, to: EnvironmentSpec): readonly string[] {
  const [before, after] = [byName(settingLines(from)), byName(settingLines(to))];
  const kept = [...before.values()].flatMap((old) => keptOrGone(old, { before, after }));
  const added = [...after.values()].filter(({ name }) => !before.has(name)).map(({ name, short }) => `+ ${name} ${short}`);
  return [...kept, ...added];
}

function byName(all: readonly SettingLine[]): ByName {
  return new Map(all.map((told) => [told.name, told]));
}

function keptOrGone(old: SettingLine, { before, after }: { readonly before: ByName; readonly after: ByName }): readonly string[] {
  const { name, short, full } = old;
  const now = after.get(name);
  if (now === undefined) return goesWithItsStrategy(name, before, after) ? [] : [`- ${name} ${short}`];
  if (now.full === full) return [];
  return [now.short === short ? `~ ${name} ${full} → ${now.full}` : `~ ${name} ${short} → ${now.short}`];
}

/** The options of a strategy that is another one now. */
function goesWithItsStrategy(name: string, before: ByName, after: ByName): boolean {
  return [...before.values()].some((parent) => name.startsWith(`${parent.name}.`) && after.get(parent.name)?.full !== parent.full);
}

function settingLines(spec: EnvironmentSpec): readonly SettingLine[] {
  const { strategy, strategies, validation, analysis, rollback, sticky, variables, secrets } = spec;
  const { allowedVersionTypes, maxConcurrentDeployments, name: _name, ...rest } = spec;
  const plain = { ...rest, strategy: null, strategies: null, validation: null, analysis: null, rollback: null };
  return [
    ...settingLine("", { ...plain, sticky: sticky && `${sticky.kind} ${sticky.name}`, variables: null, secrets: null }),
    ...strategyLine("strategy", strategy),
    ...[...strategies].flatMap(([process, own]) => strategyLine(`processes.${process}.strategy`, own)),
    ...validationLine(validation),
    ...settingLine("analysis", { intervalMs: analysis.intervalMs }),
    ...checkLines("analysis.metrics", analysis.checks),
    ...rollbackLine(rollback),
    ...settingLine("restrictions", { allowedVersionTypes, maxConcurrentDeployments }),
    ...Object.entries(variables).map(([name, value]) => plainly(`variables.${name}`, JSON.stringify(value))),
    ...Object.entries(secrets).map(([name, from]) =>
      plainly(`secrets.${name}`, `${from.kind} ${from.kind === "env" ? from.name : from.path}`),
    ),
  ];
}

function strategyLine(name: string, strategy: StrategySpec): readonly SettingLine[] {
  const { kind, ...options } = strategy;
  const kept = "warm" in strategy ? { warm: null, keepOldVersion: strategy.keepOldVersion && describeWarm(strategy.warm) } : {};
  const steps = "steps" in strategy ? { steps: strategy.steps.map(describeStep).join(", ") } : {};
  const judged = "checks" in strategy ? { checks: null } : {};
  return [
    plainly(name, kind),
    ...settingLine(name, { ...options, ...kept, ...steps, ...judged }),
    ...checkLines(`${name}.thresholds`, traitsOf(strategy).checks(strategy)),
  ];
}

function describeWarm({ count, maxAgeMs }: WarmLimit): string {
  return maxAgeMs === null ? `${count}` : `${count}, at most ${describeDuration(maxAgeMs)}`;
}

function describeStep(step: CanaryStep): string {
  if (step.kind === "weight") return `${step.weight} %`;
  if (step.kind === "analysis") return `judge ${describeDuration(step.durationMs)}`;
  return step.durationMs === null ? "wait for a person" : `pause ${describeDuration(step.durationMs)}`;
}

function validationLine({
  level,
  pre,
  during,
  post,
  healthCheck,
  performance,
  rollback,
}: EnvironmentSpec["validation"]): readonly SettingLine[] {
  const endpoint = healthCheck && { endpoint: healthCheck.path, timeoutMs: healthCheck.timeoutMs };
  const load = performance && { requests: performance.requests, concurrency: performance.concurrency, durationMs: performance.durationMs };
  const lists = { preDeployment: pre, deployment: during, postDeployment: post, rollbackValidation: rollback };
  return [
    ...settingLine("validation", { level, ...lists, healthCheck: endpoint, performanceTest: load }),
    ...checkLines("validation.performanceTest.threshold", performance?.checks ?? []),
  ];
}

function rollbackLine({ automatic, manual }: EnvironmentSpec["rollback"]): readonly SettingLine[] {
  const { triggers, bakeMs, ...times } = automatic;
  return [
    ...settingLine("rollbackPolicy", { automatic: { ...times, timeoutMs: bakeMs }, manual }),
    ...checkLines("rollbackPolicy.automatic.triggers", triggers, describeFiring),
  ];
}

function checkLines(name: string, checks: readonly MetricCheck[], describe = describeLimits): readonly SettingLine[] {
  return checks.map((check) => {
    const { windowMs, minRequests, source, statistic, query } = check;
    const short = `${describe(check)} over ${describeDuration(windowMs)}`;
    const asked = [`from ${minRequests} requests`, source, statistic, query].filter((each) => each !== null);
    return { name: `${name} ${check.name}`, short, full: `${short}, ${asked.join(", ")}` };
  });
}

function describeLimits(check: MetricCheck): string {
  return check.fail === null ? describeBound(check) : `${describeBound(check)} (fails when ${describeFiring(check)})`;
}

type Values = Readonly<Record<string, unknown>>;

/** Whatever needs no words of its own. */
function settingLine(name: string, value: unknown): readonly SettingLine[] {
  if (value === null || value === undefined) return [];
  if (Array.isArray(value)) return [plainly(name, value.length === 0 ? "none" : value.join(", "))];
  if (typeof value === "object") {
    return Object.entries(value as Values).flatMap(([key, member]) => settingLine(name === "" ? key : `${name}.${key}`, member));
  }
  const isTime = typeof value === "number" && name.endsWith("Ms");
  if (isTime) return [{ name: name.slice(0, -"Ms".length), short: describeDuration(value), full: `${value} ms` }];
  return [plainly(name, String(value))];
}

function plainly(name: string, text: string): SettingLine {
  return { name, short: text, full: text };
}
