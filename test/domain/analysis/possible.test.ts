/** Figures that a metric cannot have are none: they would make a bad version healthy. */

import { describe, expect, it } from "vitest";
import type { MetricName, Reading } from "../../../src/domain/analysis/metrics.ts";
import { possible } from "../../../src/domain/analysis/possible.ts";

const says = (value: number, requests: number | null = null): Reading => ({ kind: "value", value, requests, coveredMs: 1_000 });

describe("a figure that is impossible", () => {
  it.each<[MetricName, number]>([
    ["error_rate", -1],
    ["success_rate", 102],
    ["success_rate", 250],
    ["success_rate", -0.5],
    ["response_time", -1],
    ["request_count", -3],
    ["health_check", -1],
  ])("is none: %s %d", (metric, value) => {
    expect(possible({ metric }, "stats", says(value))).toEqual({
      kind: "none",
      why: `stats says ${value} for ${metric}, which is impossible`,
    });
  });

  it("is also a number of requests below zero", () => {
    expect(possible({ metric: "custom_metric" }, "stats", says(1, -1))).toMatchObject({
      why: "stats counts -1 requests, which is impossible",
    });
  });
});

it.each<[MetricName, number]>([
  ["error_rate", 0],
  ["error_rate", 100],
  ["error_rate", 101],
  ["error_rate", 9_900],
  ["success_rate", 100.4],
  ["success_rate", 100.000_000_1],
  ["error_rate", -1e-12],
  ["response_time", 90_000],
  ["custom_metric", -40],
])("what is possible stays as it is: %s %d", (metric, value) => {
  expect(possible({ metric }, "stats", says(value, 5))).toEqual(says(value, 5));
});

it("what says nothing stays as it is", () => {
  const quiet: Reading = { kind: "none", why: "no request", isQuiet: true };
  expect(possible({ metric: "error_rate" }, "gateway", quiet)).toBe(quiet);
});
