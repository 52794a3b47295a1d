/** Judges what came back from a bounded load, by the same rules as metrics of real traffic. */

import { judgeMeasured } from "./analysis.ts";
import type { MetricCheck, Reading } from "./metrics.ts";
import type { Instant } from "./names.ts";
import { countRequests, describeDuration } from "./reading.ts";

/** One request of a load. */
export type LoadSample =
  | { readonly kind: "answered"; readonly isAsExpected: boolean; readonly durationMs: number }
  /** Refused, broken off, or no answer within the check's own time. */
  | { readonly kind: "silent"; readonly durationMs: number }
  /** Still without an answer when the load's time was over. */
  | { readonly kind: "cut"; readonly durationMs: number };

export interface Load {
  readonly samples: readonly LoadSample[];
  readonly tookMs: number;
  readonly endedAt: Instant;
}

/**
 * Null when everything holds; else what does not. Nobody else loads a candidate, so what cannot be told from this load cannot
 * be told by waiting either: too few answers for a verdict count against it.
 */
export function whyLoadFails(load: Load, checks: readonly MetricCheck[]): string | null {
  if (judged(load).length === 0) return `no answer to ${countRequests(load.samples.length)} within ${describeDuration(load.tookMs)}`;
  const at = { now: load.endedAt, maxAgeMs: Infinity };
  for (const check of checks) {
    const measured = { ...check, windowMs: load.tookMs };
    const verdict = judgeMeasured({ check: measured, candidate: readingOf(load, check), stable: noStable, at: load.endedAt }, at);
    if (verdict.kind !== "healthy") return verdict.why;
  }
  return null;
}

/** `50 requests in 0.4 s: p50 12 ms, p95 30 ms, p99 41 ms, 0 % errors`. */
export function describeLoad(load: Load): string {
  const samples = judged(load);
  const times = timesOf(samples);
  const quantiles = (["p50", "p95", "p99"] as const).map((name) => `${name} ${round(quantile(times, name))} ms`);
  const figures = samples.length === 0 ? ["no answer"] : [...quantiles, `${round(errorPercent(samples))} % errors`];
  return `${countRequests(load.samples.length)} in ${describeDuration(load.tookMs)}: ${figures.join(", ")}`;
}

const noStable: Reading = { kind: "none", why: "a load goes to the candidate alone" };

function readingOf(load: Load, { metric, statistic }: MetricCheck): Reading {
  const samples = judged(load);
  const value = (figure: number): Reading => ({ kind: "value", value: figure, requests: samples.length, coveredMs: load.tookMs });
  switch (metric) {
    case "response_time":
      return value(statistic === "mean" ? meanOf(timesOf(samples)) : quantile(timesOf(samples), statistic ?? "p95"));
    case "error_rate":
      return value(errorPercent(samples));
    case "success_rate":
      return value(100 - errorPercent(samples));
    case "request_count":
      return value(samples.length);
    case "health_check":
    case "custom_metric":
      return { kind: "none", why: "a load does not measure it" };
  }
}

/**
 * A request that was cut off only tells that it takes longer than that: it counts where that is longer than any that was
 * answered, and would make the version look faster than it is otherwise.
 */
function judged({ samples }: Load): readonly LoadSample[] {
  const whole = samples.filter((sample) => sample.kind !== "cut");
  const longest = Math.max(...whole.map((sample) => sample.durationMs));
  return whole.length === 0 ? [] : samples.filter((sample) => sample.kind !== "cut" || sample.durationMs > longest);
}

function timesOf(samples: readonly LoadSample[]): readonly number[] {
  return samples.map((sample) => sample.durationMs).toSorted((a, b) => a - b);
}

function errorPercent(samples: readonly LoadSample[]): number {
  const whole = samples.filter((sample) => sample.kind !== "cut");
  const errors = whole.filter((sample) => sample.kind === "silent" || !sample.isAsExpected);
  return (100 * errors.length) / whole.length;
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
