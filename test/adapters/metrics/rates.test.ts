/** Figures out of counts. */

import { expect, it } from "vitest";
import type { MetricName } from "../../../src/domain/analysis/metrics.ts";
import { rateOf } from "../../../src/adapters/metrics/rates.ts";

const rate = (metric: MetricName, requests: number, errors: number) => {
  const reading = rateOf(metric, { requests, errors, coveredMs: 1_000 });
  return reading?.kind === "value" ? reading.value : null;
};

it.each<[MetricName, number, number, number | null]>([
  ["error_rate", 200, 3, 1.5],
  ["success_rate", 200, 3, 98.5],
  ["request_count", 200, 3, 200],
  ["response_time", 200, 3, null],
  // Counters that were read at different moments.
  ["error_rate", 100, 101, 100],
  ["success_rate", 100, 101, 0],
])("%s of %d requests with %d errors is %j", (metric, requests, errors, value) => {
  expect(rate(metric, requests, errors)).toBe(value);
});
