/** Questions, counts and versions for tests of metrics. */

import type { MetricQuery } from "../../src/domain/analysis/metrics.ts";
import type { UnitRef } from "../../src/domain/names.ts";
import type { TrafficCount } from "../../src/domain/observed/route.ts";
import { latencyBoundsMs } from "../../src/gateway/counters.ts";

export function unit(letter: string): UnitRef {
  return { process: "orders", version: "1.0.0", digest: `sha256-${letter.repeat(64)}` };
}

export function aQuery(change: Partial<MetricQuery> = {}): MetricQuery {
  return {
    environment: "production",
    unit: unit("a"),
    metric: "error_rate",
    statistic: null,
    query: null,
    windowMs: 30_000,
    until: 1_000_000,
    ...change,
  };
}

/** Counts of a version that answered after these milliseconds, of which so many were errors. */
export function traffic(of: UnitRef, tookMs: readonly number[], change: Partial<TrafficCount> = {}): TrafficCount {
  return {
    ...of,
    instance: "one",
    requests: tookMs.length,
    errors: 0,
    inFlight: 0,
    latency: latencyBoundsMs.map((leMs) => ({ leMs, count: tookMs.filter((ms) => ms <= leMs).length })),
    latencySumMs: tookMs.reduce((sum, ms) => sum + ms, 0),
    ...change,
  };
}

/** So many answers, all as fast. */
export function answers(count: number, ms = 7): readonly number[] {
  return Array.from({ length: count }, () => ms);
}
