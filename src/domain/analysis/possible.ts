/** Figures that a metric cannot have: what a source says instead of "no data", or the answer to another question. */

import type { MetricName, MetricQuery, Reading } from "./metrics.ts";

/** The reading, or one without a value that says which figure is impossible: nothing can be judged by it. */
export function possible({ metric }: Pick<MetricQuery, "metric">, source: string, reading: Reading): Reading {
  if (reading.kind === "none") return reading;
  const { value, requests } = reading;
  if (requests !== null && requests < 0) return { kind: "none", why: `${source} counts ${requests} requests, which is impossible` };
  const { least, most } = limits[metric];
  if (value >= least - rounding && value <= most + rounding) return reading;
  return { kind: "none", why: `${source} says ${value} for ${metric}, which is impossible` };
}

/** Sums of fractions come out a little beside. */
const rounding = 0.01;

const share = { least: 0, most: 100 } as const;
const amount = { least: 0, most: Number.POSITIVE_INFINITY } as const;

/** In the unit of each metric: percent for rates. */
const limits: Readonly<Record<MetricName, { readonly least: number; readonly most: number }>> = {
  error_rate: share,
  success_rate: share,
  response_time: amount,
  request_count: amount,
  health_check: amount,
  custom_metric: { least: Number.NEGATIVE_INFINITY, most: Number.POSITIVE_INFINITY },
};
