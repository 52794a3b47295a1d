import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { MetricCheck } from "../../../src/domain/analysis/metrics.ts";
import {
  aMetricRequest as anyMetricRequest,
  createMeasuringStand,
  errorRate,
  type MeasuringStand,
  value,
} from "../../support/measuring-stand.ts";
import { unit } from "../../support/metric-values.ts";

const slower: MetricCheck = { ...errorRate, name: "slower", pass: { kind: "stable", maxIncreasePercent: 50 } };

const aMetricRequest: typeof anyMetricRequest = (change) => anyMetricRequest({ stable: unit("b"), ...change });

let stand: MeasuringStand;
beforeEach(() => {
  stand = createMeasuringStand();
});
afterEach(() => stand.measurements.stop());

describe("the stable version", () => {
  beforeEach(() => {
    stand.requests = [aMetricRequest({ check: slower })];
    stand.source.setReading(unit("a").digest, value(9));
    stand.source.setReading(unit("b").digest, value(4));
  });

  it("is measured over the same window, where the check compares and where people only see it", async () => {
    stand.requests = [aMetricRequest({ check: slower }), aMetricRequest()];
    stand.pass();
    await stand.clock.idle();
    expect(stand.newest().map(({ candidate, stable }) => [candidate, stable])).toEqual([
      [value(9), value(4)],
      [value(9), value(4)],
    ]);
    expect(new Set(stand.source.asked.map(({ until }) => until))).toEqual(new Set([1_000_000]));
  });

  it("is asked for nothing where only people would see it: without traffic, or by requests of our own", async () => {
    stand.requests = [
      aMetricRequest({ stableUntil: 1_000_000 }),
      aMetricRequest({ check: { ...errorRate, name: "health", metric: "health_check" } }),
    ];
    stand.pass();
    await stand.clock.idle();
    expect(stand.newest().map(({ stable }) => stable)).toEqual([null, null]);
  });

  it("is nothing where there is none", async () => {
    stand.requests = [aMetricRequest({ check: slower, stable: null })];
    stand.pass();
    await stand.clock.idle();
    expect(stand.newest()[0]?.stable).toBeNull();
  });

  it("is measured once more when it has lost its traffic, up to then, and is constant from there", async () => {
    stand.pass();
    await stand.clock.pass(2_500);
    stand.requests = [aMetricRequest({ check: slower, stableUntil: stand.clock.now() })];
    stand.pass();
    stand.source.setReading(unit("b").digest, value(5));
    await stand.clock.pass(1_000);
    stand.source.setReading(unit("b").digest, value(99));
    await stand.clock.pass(5_000);
    expect(stand.newest()[0]?.stable).toEqual(value(5));
    const asked = stand.source.asked.filter((query) => query.unit.digest === unit("b").digest && query.until === 1_002_500);
    expect(asked).toHaveLength(1);
  });

  it("is what it was before, where nothing can be asked any more", async () => {
    stand.pass();
    await stand.clock.pass(2_500);
    stand.requests = [aMetricRequest({ check: slower, stableUntil: stand.clock.now() })];
    stand.pass();
    stand.source.setReading(unit("b").digest, null);
    await stand.clock.pass(5_000);
    expect(stand.newest()[0]?.stable).toEqual(value(4));
  });

  it("is asked for again as long as nothing is known of it", async () => {
    stand.source.setReading(unit("b").digest, null);
    stand.requests = [aMetricRequest({ check: slower, stableUntil: stand.clock.now() })];
    stand.pass();
    await stand.clock.pass(2_500);
    expect(stand.newest()[0]?.stable).toMatchObject({ kind: "none" });
    stand.source.setReading(unit("b").digest, value(7));
    await stand.clock.pass(1_000);
    expect(stand.newest()[0]?.stable).toEqual(value(7));
  });

  it("says nothing any more once its last traffic is longer ago than the window", async () => {
    stand.source.setReading(unit("b").digest, value(5));
    stand.requests = [aMetricRequest({ check: slower, stableUntil: stand.clock.now() })];
    stand.pass();
    await stand.clock.idle();
    expect(stand.newest()[0]?.stable).toEqual(value(5));
    for (let second = 0; second <= 31; second += 1) {
      stand.pass();
      await stand.clock.pass(1_000);
    }
    expect(stand.newest()[0]?.stable).toMatchObject({ kind: "none" });
  });
});
