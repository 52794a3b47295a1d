/** Strategies as people write them, drawn by chance. */

import type { CanaryStep, StrategySpec } from "../../src/domain/desired/environment.ts";
import { errorRate } from "./plan-metrics.ts";
import type { Random } from "./random.ts";

export function strategyOf(random: Random): StrategySpec {
  const warm = { count: random.between(1, 2), maxAgeMs: random.chance(0.2) ? 60_000 : null };
  const keepOldVersion = random.chance(0.7);
  switch (random.pick(["blue-green", "blue-green", "canary", "canary", "canary", "rolling", "rolling", "recreate"])) {
    case "blue-green":
      return {
        kind: "blue-green",
        healthCheckUrl: random.chance(0.3) ? "/health" : null,
        healthCheckTimeoutMs: 2_000,
        switchTrafficDelayMs: random.pick([0, 0, 3_000]),
        keepOldVersion,
        warm,
      };
    case "canary":
      return {
        kind: "canary",
        steps: random.chance(0.5) ? thresholdSteps(random) : random.pick(explicitSteps),
        checks: [errorRate],
        maxDurationMs: random.pick([30_000, 60_000, 180_000]),
        keepOldVersion,
        warm,
      };
    case "rolling":
      return {
        kind: "rolling",
        batchSize: random.between(1, 3),
        batchDelayMs: random.pick([0, 2_000]),
        maxUnavailable: random.between(1, 2),
        healthCheckIntervalMs: 500,
      };
    default:
      return { kind: "recreate" };
  }
}

/** What `trafficPercentage`, `incrementPercentage` and `incrementInterval` amount to. */
function thresholdSteps(random: Random): readonly CanaryStep[] {
  const increment = random.pick([20, 30, 45]);
  const durationMs = random.pick([1_000, 5_000]);
  const steps: CanaryStep[] = [];
  for (let weight = random.pick([5, 10, 25]); weight < 100; weight += increment)
    steps.push({ kind: "weight", weight }, { kind: "analysis", durationMs });
  return steps;
}

const explicitSteps: readonly (readonly CanaryStep[])[] = [
  [
    { kind: "weight", weight: 10 },
    { kind: "pause", durationMs: 2_000 },
    { kind: "analysis", durationMs: 3_000 },
    { kind: "weight", weight: 50 },
    { kind: "analysis", durationMs: 2_000 },
    { kind: "weight", weight: 100 },
  ],
  [
    { kind: "weight", weight: 20 },
    { kind: "analysis", durationMs: 2_000 },
    { kind: "pause", durationMs: null },
    { kind: "weight", weight: 60 },
    { kind: "pause", durationMs: 1_000 },
  ],
  [
    { kind: "weight", weight: 1 },
    { kind: "pause", durationMs: null },
    { kind: "analysis", durationMs: 1_000 },
  ],
];
