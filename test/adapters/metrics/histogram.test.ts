import fc from "fast-check";
import { expect, it } from "vitest";
import { quantileOf } from "../../../src/adapters/metrics/histogram.ts";
import { latencyBoundsMs } from "../../../src/gateway/counters.ts";

const buckets = [
  { leMs: 10, count: 50 },
  { leMs: 100, count: 90 },
  { leMs: 1_000, count: 95 },
  { leMs: Number.MAX_SAFE_INTEGER, count: 100 },
];

it.each([
  [0, 0],
  [0.25, 5],
  [0.5, 10],
  [0.7, 55],
  [0.9, 100],
  [0.95, 1_000],
  [0.99, 1_000],
  [1, 1_000],
])("the %f quantile is %f, as Prometheus would say", (quantile, value) => {
  expect(quantileOf(quantile, buckets, 100)).toBeCloseTo(value, 9);
});

it("nothing counted has no quantile, and nothing in any bucket is beyond them all", () => {
  expect(quantileOf(0.5, buckets, 0)).toBeNull();
  expect(quantileOf(0.5, [], 10)).toBe(0);
  expect(quantileOf(0.5, [{ leMs: 10, count: 0 }], 10)).toBe(10);
});

it("is within the bucket that the real quantile is in", () => {
  const times = fc.array(fc.double({ min: 0, max: 59_000, noNaN: true }), { minLength: 1, maxLength: 50 });
  fc.assert(
    fc.property(times, fc.constantFrom(0.5, 0.95, 0.99), (tookMs, quantile) => {
      const cumulative = latencyBoundsMs.map((leMs) => ({ leMs, count: tookMs.filter((ms) => ms <= leMs).length }));
      const sorted = tookMs.toSorted((a, b) => a - b);
      const real = sorted[Math.ceil(quantile * sorted.length) - 1] ?? 0;
      const index = latencyBoundsMs.findIndex((bound) => real <= bound);
      const estimated = quantileOf(quantile, cumulative, tookMs.length) ?? Number.NaN;
      expect(estimated).toBeGreaterThanOrEqual(latencyBoundsMs[index - 1] ?? 0);
      expect(estimated).toBeLessThanOrEqual(latencyBoundsMs[index] ?? 0);
    }),
  );
});
