/** Figures out of counts: shares of errors, and why some counts say nothing. */

import { PinionError } from "../../domain/errors.ts";
import type { MetricName, MetricQuery, Reading } from "../../domain/analysis/metrics.ts";
import { describeDuration } from "../../domain/analysis/figures.ts";
import type { Growth } from "./counter-history.ts";

/** What a window counted, in names. */
export interface Worked {
  readonly requests: number;
  readonly errors: number;
  readonly coveredMs: number;
}

/**
 * `error_rate`, `success_rate` and `request_count`; null for the others. Without a request there are no rates. Counters of several instances,
 * read at different moments, can say more errors than requests: all have failed then.
 */
export function rateOf(metric: MetricName, { requests, errors, coveredMs }: Worked): Reading | null {
  if (metric === "request_count") return { kind: "value", value: requests, requests, coveredMs };
  if (metric !== "error_rate" && metric !== "success_rate") return null;
  const errorRate = Math.min(100, (100 * errors) / requests);
  return { kind: "value", value: metric === "error_rate" ? errorRate : 100 - errorRate, requests, coveredMs };
}

export function workedIn({ values, coveredMs }: Growth): Worked {
  return { requests: values[0] ?? 0, errors: values[1] ?? 0, coveredMs };
}

export function nothingIn(query: MetricQuery): Reading {
  return { kind: "none", why: `no request in ${describeDuration(query.windowMs)}`, isQuiet: true };
}

export const seenOnce: Reading = { kind: "none", why: "measuring has only begun", isQuiet: true };

/** For a metric that a source cannot have. */
export function refusedBy(source: string, metric: MetricName, has: readonly MetricName[]): PinionError {
  return new PinionError("metric/refused", `the source ${source} does not measure ${metric}; it measures ${has.join(", ")}`);
}

/** Gives an error of another port the words of this one. */
export function unreachable(what: string, cause: unknown): PinionError {
  return new PinionError("metric/unreachable", `${what}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
}
