import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CounterHistory, type Counts } from "../../../src/adapters/metrics/counter-history.ts";

function counts(of: Readonly<Record<string, readonly number[]>>): Counts {
  return new Map(Object.entries(of));
}

/** One instance, counted each second from 0. */
function everySecond(totals: readonly number[]): CounterHistory {
  const [first = 0, ...others] = totals;
  const history = new CounterHistory(0, counts({ one: [first] }));
  for (const [index, total] of others.entries()) history.add((index + 1) * 1_000, counts({ one: [total] }));
  return history;
}

describe("a window", () => {
  it.each([
    [1_000, 4_000, 40, 1_000],
    [2_000, 4_000, 70, 2_000],
    [2_000, 3_000, 50, 2_000],
    [4_000, 4_000, 100, 4_000],
    [60_000, 4_000, 100, 4_000],
    [1_500, 4_000, 70, 1_500],
  ])("of %d ms until %d has %d, and covers %d ms", (windowMs, until, value, coveredMs) => {
    expect(everySecond([1_000, 1_010, 1_030, 1_060, 1_100]).within(windowMs, until)).toEqual({ values: [value], coveredMs });
  });

  it("is not known after the first look", () => {
    expect(everySecond([5]).within(1_000, 0)).toBeNull();
    expect(everySecond([0]).within(1_000, 0)).toBeNull();
  });

  it("begins with the first sample within when the one before is long ago, as after a time without answers", () => {
    const history = new CounterHistory(0, counts({ one: [100] }));
    history.add(600_000, counts({ one: [900] }));
    expect(history.within(30_000, 600_000)).toBeNull();
    history.add(601_000, counts({ one: [905] }));
    expect(history.within(30_000, 601_000)).toEqual({ values: [5], coveredMs: 1_000 });
  });

  it("has everything of a version that had nothing at first, however long ago that was", () => {
    const history = new CounterHistory(0, counts({}));
    history.add(600_000, counts({ one: [20] }));
    history.add(601_000, counts({ one: [25] }));
    expect(history.within(30_000, 601_000)).toEqual({ values: [25], coveredMs: 30_000 });
    history.add(640_000, counts({ one: [26] }));
    expect(history.within(30_000, 640_000)?.values).toEqual([1]);
  });
});

describe("counters that start again", () => {
  it("count from 0 when one is lower than before", () => {
    const history = new CounterHistory(0, counts({ one: [100, 5], two: [10, 0] }));
    history.add(1_000, counts({ one: [3, 1], two: [11, 0] }));
    expect(history.within(5_000, 1_000)?.values).toEqual([4, 1]);
  });

  it("count from 0 when all of them had gone", () => {
    const history = new CounterHistory(0, counts({ one: [100] }));
    history.add(1_000, counts({}));
    history.add(2_000, counts({ one: [150] }));
    expect(history.within(5_000, 2_000)?.values).toEqual([150]);
  });

  it("count a new instance from its beginning", () => {
    const history = new CounterHistory(0, counts({ one: [100] }));
    history.add(1_000, counts({ one: [101], two: [7] }));
    expect(history.within(5_000, 1_000)?.values).toEqual([8]);
  });

  it("may have more numbers than before", () => {
    const history = new CounterHistory(0, counts({}));
    history.add(1_000, counts({ one: [1, 2, 3] }));
    expect(history.within(5_000, 1_000)?.values).toEqual([1, 2, 3]);
  });
});

it("begins anew when the clock was set back", () => {
  const history = everySecond([0, 10, 20]);
  history.add(500, counts({ one: [25] }));
  expect(history.within(10_000, 500)).toBeNull();
  history.add(1_500, counts({ one: [27] }));
  expect(history.within(10_000, 1_500)).toEqual({ values: [2], coveredMs: 1_000 });
});

it("is bounded, and still meets each window's beginning to a sixteenth of its length", () => {
  const history = new CounterHistory(0, counts({ one: [0] }));
  // One request each millisecond, so that a window's count says how long it really was.
  for (let second = 1; second <= 7_200; second += 1) history.add(second * 1_000, counts({ one: [second * 1_000] }));
  expect(history.samples).toBeLessThan(400);
  for (const windowMs of [1_000, 5_000, 30_000, 60_000, 300_000, 600_000, 3_600_000]) {
    const counted = history.within(windowMs, 7_200_000)?.values[0] ?? 0;
    expect(Math.abs(counted - windowMs) / windowMs).toBeLessThanOrEqual(1 / 16);
  }
});

it("never counts less than nothing, nor more than there was", () => {
  const steps = fc.array(fc.record({ ms: fc.integer({ min: 1, max: 100_000 }), total: fc.nat(1_000) }), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(steps, fc.nat(200_000), (taken, windowMs) => {
      const history = new CounterHistory(0, counts({}));
      let at = 0;
      let most = 0;
      for (const { ms, total } of taken) {
        at += ms;
        most += total;
        history.add(at, counts({ one: [total] }));
      }
      const growth = history.within(windowMs, at);
      expect(growth?.values[0] ?? 0).toBeGreaterThanOrEqual(0);
      expect(growth?.values[0] ?? 0).toBeLessThanOrEqual(most);
      expect(growth?.coveredMs ?? 0).toBeLessThanOrEqual(windowMs);
    }),
  );
});

describe("a window that begins no earlier than somebody was there to look", () => {
  const history = everySecond([0, 10, 20, 30, 130]);

  it.each([
    [3_000, [100], 1_000],
    [2_000, [110], 2_000],
    [-1, [130], 4_000],
  ])("not before %d", (notBefore, values, coveredMs) => {
    expect(history.within(10_000, 4_000, notBefore)).toEqual({ values, coveredMs });
  });

  it("says nothing after the first look", () => {
    expect(history.within(10_000, 4_000, 4_000)).toBeNull();
  });

  it("is of no matter where the past is asked about", () => {
    expect(history.within(2_000, 3_000, 4_000)).toEqual({ values: [20], coveredMs: 2_000 });
  });
});
