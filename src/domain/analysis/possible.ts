/** Figures that a metric cannot have: what a source says instead of "no data", or the answer to another question. */

import type { MetricName, MetricQuery, Reading } from "./metrics.ts";

/** The reading, or one without a value that says which figure is impossible: nothing can be judged by it. */
export function possible({ metric }: Pick<MetricQuery, "metric">, source: string, reading: Reading): Reading {
  if (reading.kind === "none") return reading;
  const { value, requests } = reading;
  if (requests !== null && requests < 0) return { kind: "none", why: `${source} counts ${requests} requests, which is impossible` };
  const { least, most } = limits[metric];
  if (value > least - tiny && value <= most + rounding) return reading;
  return { kind: "none", why: `${source} says ${value} for ${metric}, which is impossible` };
}

/** Below zero only by a rounding of the source. */
const tiny = 0.01;
/** Sums of fractions come out a little beside, and so do rates that a source extrapolates, in the unit of the metric. */
const rounding = 1;

const amount = { least: 0, most: Number.POSITIVE_INFINITY } as const;

/**
 * In the unit of each metric: percent for rates. More errors than requests, which counters of different moments can say, is a bad answer and
 * not a missing one.
 */
const limits: Readonly<Record<MetricName, { readonly least: number; readonly most: number }>> = {
  error_rate: amount,
  success_rate: { least: 0, most: 100 },
  response_time: amount,
  request_count: amount,
  health_check: amount,
  custom_metric: { least: Number.NEGATIVE_INFINITY, most: Number.POSITIVE_INFINITY },
};
