/** Metrics from the router's own counters: what callers got from a version, without any other system. */

import type { MetricName, MetricQuery, Reading, Statistic } from "../../domain/analysis/metrics.ts";
import type { TrafficCount } from "../../domain/observed/route.ts";
import type { Clock } from "../../ports/clock.ts";
import type { MetricSource } from "../../ports/metric-source.ts";
import type { Router } from "../../ports/router.ts";
import type { Growth } from "./counter-history.ts";
import { type Bucket, quantileOf } from "./histogram.ts";
import { nothingIn, rateOf, refusedBy, seenOnce, unreachable, workedIn } from "./rates.ts";
import { type CountersNow, SampledCounters, unitKey } from "./sampled-counters.ts";

export interface GatewaySourceOptions {
  readonly router: Pick<Router, "traffic">;
  readonly clock: Pick<Clock, "now">;
}

const measures: readonly MetricName[] = ["error_rate", "success_rate", "response_time", "request_count"];
const quantiles: Readonly<Partial<Record<Statistic, number>>> = { p50: 0.5, p95: 0.95, p99: 0.99 };
/** Before the buckets: requests, errors, sum of latencies. */
const firstBucket = 3;

/** Asks the router once for all measurements of an environment of the same moment. */
export function createGatewaySource({ router, clock }: GatewaySourceOptions): MetricSource {
  const counters = new SampledCounters(async (environment) => tabulate(await router.traffic(environment)), clock);
  return {
    async measure(query) {
      if (!measures.includes(query.metric)) throw refusedBy("gateway", query.metric, measures);
      const windowed = await counters.window(query).catch((error: unknown) => {
        throw unreachable("the gateway's counters", error);
      });
      return windowed.kind === "unknown" ? seenOnce : readingOf(query, windowed.growth, windowed.layout);
    },
  };
}

function readingOf(query: MetricQuery, growth: Growth, layout: string): Reading {
  const worked = workedIn(growth);
  if (worked.requests <= 0 && query.metric !== "request_count") return nothingIn(query);
  const rate = rateOf(query.metric, worked);
  if (rate) return rate;
  const value = responseTime(query.statistic ?? "p95", growth, layout);
  if (value === null) return nothingIn(query);
  return { kind: "value", value, requests: worked.requests, coveredMs: worked.coveredMs };
}

function responseTime(statistic: Statistic, { values }: Growth, layout: string): number | null {
  const requests = values[0] ?? 0;
  const quantile = quantiles[statistic];
  if (quantile === undefined) return (values[2] ?? 0) / requests;
  const buckets = boundsOf(layout).map((leMs, index): Bucket => ({ leMs, count: values[firstBucket + index] ?? 0 }));
  return quantileOf(quantile, buckets, requests);
}

/** The layout names the bounds of the histogram, so that a gateway with others is not mixed up with the one before it. */
function tabulate(traffic: readonly TrafficCount[]): CountersNow {
  const bounds = traffic[0]?.latency.map(({ leMs }) => leMs) ?? [];
  const units = new Map<string, Map<string, readonly number[]>>();
  for (const count of traffic) {
    const instances = units.get(unitKey(count)) ?? new Map<string, readonly number[]>();
    instances.set(count.instance, [count.requests, count.errors, count.latencySumMs, ...bounds.map((leMs) => upTo(leMs, count))]);
    units.set(unitKey(count), instances);
  }
  return { layout: bounds.join(" "), units };
}

function upTo(leMs: number, { latency }: TrafficCount): number {
  return latency.findLast((bucket) => bucket.leMs <= leMs)?.count ?? 0;
}

function boundsOf(layout: string): readonly number[] {
  return layout === "" ? [] : layout.split(" ").map(Number);
}
