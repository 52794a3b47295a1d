/** How measured values read to people. */

import { describe, expect, it } from "vitest";
import {
  countRequests,
  describeAmount,
  describeDuration,
  describeReading,
  describeValue,
  unitOf,
} from "../../../src/domain/analysis/figures.ts";
import { errorRate } from "../../support/progressive.ts";

it.each([
  [499.6, "500 ms"],
  [1_000, "1 s"],
  [1_449, "1.4 s"],
  [90_000, "90 s"],
  [60_000, "1 min"],
  [300_000, "5 min"],
  [7_200_000, "2 h"],
  [5_400_000, "90 min"],
])("%d ms reads %s", (ms, text) => {
  expect(describeDuration(ms)).toBe(text);
});

it.each([
  [21.34567, "%", "21.35 %"],
  [820, "ms", "820 ms"],
  [12, "", "12"],
  [0.000_123_46, "", "0.0001235"],
] as const)("%d in %s reads %s", (value, unit, text) => {
  expect(describeValue(value, unit)).toBe(text);
});

it.each([
  ["response_time", null, "ms"],
  ["error_rate", null, "%"],
  ["success_rate", null, "%"],
  ["health_check", null, "%"],
  ["health_check", "failures", ""],
  ["request_count", null, ""],
] as const)("%s (%s) is measured in %s", (metric, statistic, unit) => {
  expect(unitOf({ metric, statistic })).toBe(unit);
});

it.each([
  [1, "1 request"],
  [0, "0 requests"],
  [142.6, "143 requests"],
])("%d requests read %s", (count, text) => {
  expect(countRequests(count)).toBe(text);
});

describe("a reading", () => {
  const reading = (parts: { readonly coveredMs?: number; readonly requests?: number | null }) =>
    ({ kind: "value", value: 21.3, requests: 143, coveredMs: 10_000, ...parts }) as const;

  it.each([
    ["has its share of the requests, and the window", {}, "21.3 % of 143 requests in 10 s"],
    ["of an unknown number of requests does not name one", { requests: null }, "21.3 % in 10 s"],
    ["that covers a part of the window names that part", { coveredMs: 3_200 }, "21.3 % of 143 requests in 4 s"],
    ["that covers nearly all of the window names the window", { coveredMs: 8_001 }, "21.3 % of 143 requests in 10 s"],
    ["that does not say what it covers names the window", { coveredMs: 0 }, "21.3 % of 143 requests in 10 s"],
  ])("%s", (_what, parts, text) => {
    expect(describeAmount(errorRate, reading(parts))).toBe(text);
    expect(describeReading(errorRate, reading(parts))).toBe(`error_rate ${text}`);
  });

  it("that counts requests does not count them twice", () => {
    const count = { ...errorRate, metric: "request_count" } as const;
    expect(describeAmount(count, { ...reading({}), value: 143 })).toBe("143 in 10 s");
  });
});
