/** What versions of the simulation are judged by. */

import type { MetricCheck } from "../../src/domain/analysis/metrics.ts";

const base = {
  source: "gateway",
  query: null,
  windowMs: 5_000,
} as const;

export const errorRate: MetricCheck = {
  ...base,
  name: "error_rate",
  metric: "error_rate",
  statistic: null,
  minRequests: 5,
  pass: { kind: "fixed", comparison: "<=", value: 5 },
  fail: { kind: "fixed", comparison: ">", value: 10 },
};

export const responseTime: MetricCheck = {
  ...base,
  name: "response_time p95",
  metric: "response_time",
  statistic: "p95",
  minRequests: 5,
  pass: { kind: "stable", maxIncreasePercent: 50 },
  fail: { kind: "stable", maxIncreasePercent: 100 },
};
