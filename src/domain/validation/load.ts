/** Judges what came back from a bounded load, by the same rules as metrics of real traffic. */

import { judgeMeasured } from "../analysis/verdicts.ts";
import type { MetricCheck, Reading } from "../analysis/metrics.ts";
import type { Instant } from "../names.ts";
import { countRequests, describeDuration } from "../analysis/figures.ts";

/** One request of a load. */
export type LoadSample =
  | { readonly kind: "answered"; readonly durationMs: number }
  /** An answer that was not as expected, or none: refused, broken off, or not within the check's own time. */
  | { readonly kind: "wrong"; readonly durationMs: number; readonly why: string }
  /** Still without an answer when the load's time was over. */
  | { readonly kind: "cut"; readonly durationMs: number };

export interface Load {
  readonly samples: readonly LoadSample[];
  readonly tookMs: number;
  readonly endedAt: Instant;
}

/**
 * Null when everything holds; else what does not. No other request reaches a candidate, so what cannot be told from this load cannot
 * be told by waiting either: too few answers for a verdict count against it.
 */
export function whyLoadFails(load: Load, checks: readonly MetricCheck[]): string | null {
  const wrong = whyWrong(load, checks);
  if (wrong !== null) return wrong;
  const at = { now: load.endedAt, maxAgeMs: Infinity };
  for (const check of checks) {
    const measured = { ...check, windowMs: load.tookMs };
    const candidate = readingOf(load, check);
    const verdict = judgeMeasured({ check: measured, candidate, stable: noStable, at: load.endedAt, since: load.endedAt }, at);
    if (verdict.kind !== "healthy") return verdict.why;
  }
  return null;
}

/** What is fast and wrong performs nothing: without a limit of its own for errors, none is allowed. */
function whyWrong(load: Load, checks: readonly MetricCheck[]): string | null {
  const whole = uncut(load);
  const wrong = whole.filter((sample) => sample.kind === "wrong");
  const isLimited = checks.some(({ metric }) => metric === "error_rate" || metric === "success_rate");
  if (whole.length === 0) return `no answer to ${countRequests(load.samples.length)} within ${describeDuration(load.tookMs)}`;
  if (wrong[0] && (!isLimited || wrong.length === whole.length))
    return `${wrong.length} of ${countRequests(whole.length)} not answered as expected: ${wrong[0].why}`;
  return null;
}

/** `50 requests in 0.4 s: p50 12 ms, p95 30 ms, p99 41 ms, 0 % errors`. */
export function describeLoad(load: Load): string {
  const times = timesOf(load);
  const quantiles = (["p50", "p95", "p99"] as const).map((name) => `${name} ${round(quantile(times, name))} ms`);
  const figures = times.length === 0 ? ["no answer as expected"] : [...quantiles, `${round(errorPercent(load))} % errors`];
  return `${countRequests(load.samples.length)} in ${describeDuration(load.tookMs)}: ${figures.join(", ")}`;
}

const noStable: Reading = { kind: "none", why: "only the candidate gets the load" };

function readingOf(load: Load, { metric, statistic }: MetricCheck): Reading {
  const requests = uncut(load).length;
  const value = (figure: number): Reading => ({ kind: "value", value: figure, requests, coveredMs: load.tookMs });
  switch (metric) {
    case "response_time":
      return value(statistic === "mean" ? meanOf(timesOf(load)) : quantile(timesOf(load), statistic ?? "p95"));
    case "error_rate":
      return value(errorPercent(load));
    case "success_rate":
      return value(100 - errorPercent(load));
    case "request_count":
      return value(requests);
    case "health_check":
    case "custom_metric":
      return { kind: "none", why: "a load test does not measure it" };
  }
}

/** Those that had the time they were allowed. */
function uncut({ samples }: Load) {
  return samples.filter((sample) => sample.kind !== "cut");
}

/**
 * Of answers as expected. What was cut off, or never came, only tells that it takes longer than that: it counts where that is
 * longer than any answer took, so that hanging does not make a version look faster than it is.
 */
function timesOf({ samples }: Load): readonly number[] {
  const answered = samples.filter((sample) => sample.kind === "answered");
  const longest = Math.max(0, ...answered.map((sample) => sample.durationMs));
  const counted = samples.filter((sample) => sample.kind === "answered" || (answered.length > 0 && sample.durationMs > longest));
  return counted.map((sample) => sample.durationMs).toSorted((a, b) => a - b);
}

function errorPercent(load: Load): number {
  const whole = uncut(load);
  return (100 * whole.filter((sample) => sample.kind === "wrong").length) / whole.length;
}

function meanOf(times: readonly number[]): number {
  return times.reduce((sum, time) => sum + time, 0) / times.length;
}

/** The smallest time that so many percent of the requests did not exceed. */
function quantile(sorted: readonly number[], name: string): number {
  const percent = Number(name.slice(1));
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? NaN;
}

function round(value: number): number {
  return Number(value.toPrecision(3));
}
