/** A canary, a trigger and what is measured: what stories about progressive delivery share. */

import type { CanarySpec, StrategySpec } from "../../src/domain/desired/environment.ts";
import type { MetricCheck } from "../../src/domain/analysis/metrics.ts";
import type { World } from "./world.ts";

export const errorRate: MetricCheck = {
  name: "error_rate",
  metric: "error_rate",
  source: "gateway",
  statistic: null,
  query: null,
  windowMs: 10_000,
  minRequests: 10,
  pass: { kind: "fixed", comparison: "<=", value: 5 },
  fail: null,
};

export const canary: CanarySpec = {
  kind: "canary",
  steps: [
    { kind: "weight", weight: 20 },
    { kind: "analysis", durationMs: 5_000 },
    { kind: "weight", weight: 50 },
    { kind: "pause", durationMs: null },
  ],
  checks: [errorRate],
  maxDurationMs: 600_000,
  keepOldVersion: true,
  warm: { count: 1, maxAgeMs: null },
};

/** What is measured of every candidate from now on. */
export function measure(world: World, value: number, requests = 100): void {
  world.readings = () => ({ candidate: { kind: "value", value, requests, coveredMs: 10_000 } });
}

/** The environment's strategy, and how its rollback policy watches. */
export function use(world: World, strategy: StrategySpec, bakeMs = 0, triggers: readonly MetricCheck[] = []): void {
  const { automatic } = world.spec.rollback;
  world.spec = { ...world.spec, strategy, rollback: { ...world.spec.rollback, automatic: { ...automatic, triggers, bakeMs } } };
}

export async function passes(world: World, ms: number): Promise<void> {
  world.now += ms;
  await world.settle();
}
