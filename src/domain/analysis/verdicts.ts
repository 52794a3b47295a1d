/** Turns what was measured of a version into a verdict: healthy, unhealthy or unknown, always with the figures that say why. */

import type { Verdict } from "../validation-result.ts";
import type { Bound, Comparison, Measured, MetricCheck, Reading, Statistic } from "./metrics.ts";
import type { Instant } from "../names.ts";
import { countRequests, describeAmount, describeDuration, describeReading, describeValue, type Figure, unitOf } from "./figures.ts";

/** When it is judged, and how old a measurement may be to count. */
export interface JudgedAt {
  readonly now: Instant;
  readonly maxAgeMs: number;
}

type Value = Extract<Reading, { kind: "value" }>;
type Unknown = Extract<Verdict, { kind: "unknown" }>;
type Answer = { readonly kind: "yes" | "no" } | Unknown;

/** What a bound is held against, once it is known to be a measurement that counts. */
interface Evidence {
  readonly check: MetricCheck;
  readonly candidate: Value;
  readonly stable: Reading | null;
}

/** The names under which the seed lists triggers; others go by their metric. */
const triggerNames: readonly string[] = ["health_check_failure", "performance_degradation", "error_rate_spike"];

/**
 * All checks together: one that fails makes it unhealthy, one that is not known makes it unknown, none wanted is healthy.
 * Time that a window does not cover yet is no reason to hold: a step's duration sees to time, `minRequests` to certainty.
 */
export function judgeChecks(measured: readonly Measured[], wanted: readonly MetricCheck[], at: JudgedAt): Verdict {
  return worst(wanted.map((check) => judgeCheck(measured, check, at))) ?? { kind: "healthy" };
}

/** Unhealthy when a trigger fires, with the trigger's name; a trigger that is not known does not fire. */
export function firing(
  measured: readonly Measured[],
  triggers: readonly MetricCheck[],
  at: JudgedAt,
): Verdict & { readonly trigger: string } {
  const judged = triggers.map((check) => ({ verdict: judgeCheck(measured, check, at), trigger: triggerName(check) }));
  const found = judged.find(({ verdict }) => verdict.kind === "unhealthy") ?? judged.find(({ verdict }) => verdict.kind === "unknown");
  return found ? { ...found.verdict, trigger: found.trigger } : { kind: "healthy", trigger: "" };
}

/** One check. What has too few requests, is too old or is no number says nothing. */
export function judgeMeasured(measured: Measured, at: JudgedAt): Verdict {
  const verdict = judgeAlone(measured, at);
  return verdict.kind === "unknown" ? { ...verdict, why: `${measured.check.name}: ${verdict.why}` } : verdict;
}

/** The same, where why it is unknown does not name the check. */
function judgeAlone(measured: Measured, at: JudgedAt): Verdict {
  const { check, candidate, stable } = measured;
  const age = at.now - measured.at;
  if (age < 0)
    return unknown(
      `measured ${describeDuration(-age)} in the future (the clock was set back): not counted`,
      `${check.name} of another time`,
    );
  if (age > at.maxAgeMs)
    return unknown(
      `measured ${describeDuration(age)} ago, which is more than ${describeDuration(at.maxAgeMs)}: not counted`,
      `${check.name} too old`,
    );
  if (candidate.kind === "none") return unknown(candidate.why);
  const insufficient = whyInsufficient(check, candidate, "");
  return insufficient === null ? judgeEvidence({ check, candidate, stable }) : unknown(insufficient, `${check.name} says too little`);
}

/** One metric as people want to see it. */
export function figureOf(measured: Measured, at: JudgedAt): Figure {
  const { check, candidate, stable } = measured;
  const verdict = judgeAlone(measured, at);
  const value = finiteValue(candidate);
  return {
    name: check.name,
    unit: unitOf(check),
    candidate: value,
    stable: finiteValue(stable),
    limit: describeBound(check),
    requests: candidate.kind === "value" ? candidate.requests : null,
    verdict: verdict.kind,
    why: verdict.kind !== "healthy" ? verdict.why : candidate.kind === "value" ? describeReading(check, candidate) : "",
  };
}

/** What is healthy, for people: `<= 5 %`, `at most 50 % more than stable`. */
export function describeBound(check: MetricCheck): string {
  return inWords(check.pass, check);
}

const opposites = { "<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "==" } as const satisfies Record<Comparison, Comparison>;

/** What a check without a middle ground fires on, for people: `> 10 %`, `more than 50 % more than stable`. */
export function describeFiring(check: MetricCheck): string {
  const { pass, fail } = check;
  const bound: Bound = fail ?? (pass.kind === "fixed" ? { ...pass, comparison: opposites[pass.comparison] } : pass);
  return inWords(bound, { ...check, fail: bound });
}

function judgeCheck(measured: readonly Measured[], check: MetricCheck, at: JudgedAt): Verdict {
  const found = measured.find((candidate) => isSameQuestion(candidate.check, check));
  return found ? judgeMeasured({ ...found, check }, at) : unknown(`${check.name} is not measured yet`);
}

/** Limits may differ, as after a change of the environment: they are not compared. */
export function isSameQuestion(a: MetricCheck, b: MetricCheck): boolean {
  const isSameMetric = a.name === b.name && a.metric === b.metric && a.statistic === b.statistic;
  const isComparedAlike = compares(a) || !compares(b);
  return isSameMetric && isComparedAlike && a.source === b.source && a.query === b.query && a.windowMs === b.windowMs;
}

/** Whether a check needs a measurement of the stable version too. */
export function compares(check: MetricCheck): boolean {
  return check.pass.kind === "stable" || check.fail?.kind === "stable";
}

function judgeEvidence(evidence: Evidence): Verdict {
  const { check } = evidence;
  const fails = check.fail === null ? null : holds(check.fail, evidence, "fail");
  if (check.fail !== null && fails?.kind === "yes") return unhealthy(evidence, `fails when ${inWords(check.fail, check)}`);
  const passes = holds(check.pass, evidence, "pass");
  const open = [fails, passes].find((each): each is Unknown => each?.kind === "unknown");
  if (open) return open;
  if (passes.kind === "yes") return { kind: "healthy" };
  if (check.fail === null) return unhealthy(evidence, `allowed ${inWords(check.pass, check)}`);
  return unknown(
    `${describeEvidence(evidence)}: neither ${inWords(check.pass, check)} nor ${inWords(check.fail, check)}`,
    `${check.name} between`,
  );
}

function holds(bound: Bound, { check, candidate, stable }: Evidence, as: "pass" | "fail"): Answer {
  if (bound.kind === "fixed") return answer(compare(candidate.value, bound.comparison, bound.value));
  // A first deployment has nothing to be worse than.
  if (stable === null) return answer(as === "pass");
  if (stable.kind === "none") return { kind: "unknown", why: `nothing to compare with: ${stable.why}` };
  const insufficient = whyInsufficient(check, stable, "of the stable version ");
  if (insufficient !== null) return unknown(insufficient, `${check.name} says too little of stable`);
  const isWithin = isWithinStable(check, { candidate: candidate.value, stable: stable.value }, bound.maxIncreasePercent);
  return answer(as === "pass" ? isWithin : !isWithin);
}

/** Response times that are closer than this say more about the machine than about the version, in milliseconds. */
const noiseMs = 20;

/**
 * The increase is taken in percent of the stable value, and of 1 where that is less than 1 %: where stable is 0, "50 % more"
 * allows half a percentage point. Times may always differ by `noiseMs`: no version is rejected because 3 ms became 6 ms.
 */
function isWithinStable(check: MetricCheck, { candidate, stable }: { candidate: number; stable: number }, percent: number): boolean {
  const base = unitOf(check) === "" ? Math.abs(stable) : Math.max(1, Math.abs(stable));
  const share = (base * percent) / 100 + 1e-9 * base;
  const leeway = unitOf(check) === "ms" ? Math.max(noiseMs, share) : share;
  return isMoreBetter(check) ? candidate >= stable - leeway : candidate <= stable + leeway;
}

function isMoreBetter({ metric, statistic }: MetricCheck): boolean {
  return metric === "success_rate" || (metric === "health_check" && statistic !== "failures");
}

function compare(value: number, comparison: Comparison, limit: number): boolean {
  switch (comparison) {
    case "<":
      return value < limit;
    case "<=":
      return value <= limit;
    case ">":
      return value > limit;
    case ">=":
      return value >= limit;
    case "==":
      return value === limit;
    case "!=":
      return value !== limit;
    default:
      throw new Error(`unexpected comparison: ${String(comparison satisfies never)}`);
  }
}

/** Null when there is enough to say something by. The number of requests itself is never too few to be known. */
function whyInsufficient(check: MetricCheck, { value, requests }: Value, whose: string): string | null {
  if (!Number.isFinite(value)) return `the value ${whose}is not a number`;
  const least = leastRequests(check);
  if (check.metric === "request_count" || requests === null || requests >= least) return null;
  const seen = `${countRequests(requests)} ${whose}in ${describeDuration(check.windowMs)}`;
  return `only ${seen}, at least ${least} are needed`;
}

/** Two requests beyond the quantile, so that it is not the slowest one of all that is compared. */
const leastCompared: Readonly<Partial<Record<Statistic, number>>> = { p95: 40, p99: 200 };

/** A quantile that is compared with another one needs more than one that is held against a fixed limit. */
function leastRequests(check: MetricCheck): number {
  const least = compares(check) && check.statistic !== null ? (leastCompared[check.statistic] ?? 0) : 0;
  return Math.max(check.minRequests, least);
}

function unhealthy(evidence: Evidence, limit: string): Verdict {
  return { kind: "unhealthy", why: `${evidence.check.name} ${describeEvidence(evidence)}, ${limit}` };
}

/** `21.3 % of 143 requests in 30 s, stable 2 %`. */
function describeEvidence({ check, candidate, stable }: Evidence): string {
  const compared = compares(check) && stable?.kind === "value" ? `, stable ${describeValue(stable.value, unitOf(check))}` : "";
  return `${describeAmount(check, candidate)}${compared}`;
}

function inWords(bound: Bound, check: MetricCheck): string {
  if (bound.kind === "fixed") return `${bound.comparison} ${describeValue(bound.value, unitOf(check))}`;
  const direction = isMoreBetter(check) ? "less" : "more";
  const isFail = bound === check.fail;
  return `${isFail ? "more than" : "at most"} ${bound.maxIncreasePercent} % ${direction} than stable`;
}

function triggerName({ name, metric }: MetricCheck): string {
  const first = name.split(/\s/, 1)[0] ?? "";
  return triggerNames.includes(first) ? first : metric;
}

function worst(verdicts: readonly Verdict[]): Verdict | null {
  return verdicts.find(({ kind }) => kind === "unhealthy") ?? verdicts.find(({ kind }) => kind === "unknown") ?? null;
}

function finiteValue(reading: Reading | null): number | null {
  return reading?.kind === "value" && Number.isFinite(reading.value) ? reading.value : null;
}

function answer(isSo: boolean): Answer {
  return { kind: isSo ? "yes" : "no" };
}

function unknown(why: string, about?: string): Unknown {
  return { kind: "unknown", why, ...(about !== undefined && { about }) };
}
