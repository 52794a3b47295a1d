import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { aMetricRequest, createMeasuringStand, errorRate, type MeasuringStand, value } from "../../support/measuring-stand.ts";
import { unit } from "../../support/metric-values.ts";

let stand: MeasuringStand;
beforeEach(() => {
  stand = createMeasuringStand();
});
afterEach(() => stand.measurements.stop());

describe("measuring", () => {
  it("begins with the first wish, and wakes the environment with the result", async () => {
    stand.source.setReading(unit("a").digest, value(3));
    expect(stand.pass()).toEqual(new Map());
    await stand.clock.idle();
    expect(stand.newest()).toEqual([{ check: errorRate, candidate: value(3), stable: null, at: 1_000_000, since: 1_000_000 }]);
    expect(stand.measurements.known("production").get("d1")).toEqual(stand.newest());
    // Nobody but the next measurement.
    expect(stand.asleep()).toBe(1);
    expect(stand.source.asked).toMatchObject([{ environment: "production", unit: unit("a"), windowMs: 30_000, until: 1_000_000 }]);
  });

  it("takes no figure that is impossible, such as the -1 of a source that has no data", async () => {
    stand.source.setReading(unit("a").digest, value(-1));
    stand.pass();
    await stand.clock.idle();
    expect(stand.newest()).toMatchObject([
      { candidate: { kind: "none", why: expect.stringContaining("-1 for error_rate, which is impossible") } },
    ]);
  });

  it("looks no further back than the deployment began: an earlier one of the same version is another story", async () => {
    stand.requests = [aMetricRequest({ since: 998_000 })];
    stand.pass();
    await stand.clock.pass(40_000);
    const windows = stand.source.asked.map(({ windowMs }) => windowMs);
    expect([windows[0], windows[10], windows.at(-1)]).toEqual([2_000, 12_000, 30_000]);
  });

  it("goes on at its interval without any event, and no faster", async () => {
    stand.pass();
    await stand.clock.pass(10_500);
    expect(stand.source.asked.map(({ until }) => until - 1_000_000)).toEqual(Array.from({ length: 11 }, (_, second) => second * 1_000));
    for (let again = 0; again < 5; again += 1) stand.pass();
    expect(stand.source.asked).toHaveLength(11);
  });

  it("a change is known within one interval", async () => {
    stand.source.setReading(unit("a").digest, value(0));
    stand.pass();
    await stand.clock.pass(5_001);
    stand.source.setReading(unit("a").digest, value(100));
    const since = stand.clock.now();
    await stand.clock.pass(1_000);
    const first = stand.passes.find(({ measured }) => JSON.stringify(measured.get("d1") ?? []).includes('"value":100'));
    expect((first?.at ?? Number.NaN) - since).toBeLessThanOrEqual(1_000);
  });

  it("wishes of one moment are measured together, and later ones join them", async () => {
    stand.pass();
    await stand.clock.pass(50);
    stand.requests = [aMetricRequest(), aMetricRequest({ deployment: "d2", candidate: unit("c") })];
    stand.pass();
    await stand.clock.pass(2_000);
    expect(stand.source.asked.slice(2).map(({ until }) => until - 1_000_000)).toEqual([1_000, 1_000, 2_000, 2_000]);
    expect([stand.newest("d1"), stand.newest("d2")].map((list) => list.length)).toEqual([1, 1]);
  });

  it("each environment has its own, also of the same version", async () => {
    const { measurements, clock, source } = stand;
    source.setReading(unit("a").digest, value(3));
    measurements.latest("production", [aMetricRequest()]);
    measurements.latest("staging", [aMetricRequest()]);
    await clock.idle();
    expect(source.asked.map(({ environment }) => environment)).toEqual(["production", "staging"]);
    measurements.latest("staging", []);
    expect([measurements.known("production").size, measurements.known("staging").size]).toEqual([1, 0]);
  });

  it("goes on although nobody looked at the last result", async () => {
    stand.pass();
    await stand.clock.pass(2_500);
    stand.isPassing = false;
    await stand.clock.pass(1_000);
    stand.isPassing = true;
    await stand.clock.pass(1_000);
    expect(stand.newest()[0]?.at).toBe(1_004_000);
  });

  it("each wish has its own interval", async () => {
    stand.requests = [aMetricRequest(), aMetricRequest({ check: { ...errorRate, name: "rare" }, intervalMs: 4_000 })];
    stand.pass();
    await stand.clock.pass(8_500);
    expect(stand.source.asked).toHaveLength(9 + 3);
    expect(stand.newest().map((measured) => measured.check.name)).toEqual(["error_rate", "rare"]);
  });

  it("a bound may change without measuring anew, a question may not", async () => {
    stand.pass();
    await stand.clock.idle();
    stand.requests = [aMetricRequest({ check: { ...errorRate, pass: { kind: "fixed", comparison: "<", value: 1 } } })];
    stand.pass();
    expect(stand.source.asked).toHaveLength(1);
    stand.requests = [aMetricRequest({ check: { ...errorRate, windowMs: 1 } })];
    expect(stand.pass()).toEqual(new Map());
    expect(stand.source.asked).toHaveLength(2);
  });
});

describe("nothing is left behind", () => {
  it.each([
    ["another unit of the same version", { candidate: unit("c") }],
    ["another stable version", { stable: unit("d") }],
    ["another unit of the same stable version", { stable: { ...unit("b"), digest: unit("e").digest } }],
  ])("what was measured is not taken over by %s", async (_, change) => {
    const comparing = { ...errorRate, pass: { kind: "stable", maxIncreasePercent: 50 } } as const;
    stand.requests = [aMetricRequest({ check: comparing, stable: unit("b") })];
    for (const letter of ["a", "b"]) stand.source.setReading(unit(letter).digest, value(90));
    stand.pass();
    await stand.clock.idle();
    expect(stand.newest()).toHaveLength(1);
    stand.requests = [aMetricRequest({ check: comparing, stable: unit("b"), ...change })];
    expect(stand.pass()).toEqual(new Map());
  });

  it("what was measured for one deployment is nothing to the next one of the same versions", async () => {
    stand.source.setReading(unit("a").digest, value(90));
    stand.pass();
    await stand.clock.idle();
    expect(stand.newest()).toHaveLength(1);
    stand.requests = [aMetricRequest({ deployment: "d2" })];
    expect(stand.pass()).toEqual(new Map());
  });

  it("when the wishes end", async () => {
    stand.pass();
    await stand.clock.pass(3_200);
    stand.requests = [];
    expect(stand.pass()).toEqual(new Map());
    await stand.clock.idle();
    expect(stand.asleep()).toBe(0);
    const asked = stand.source.asked.length;
    await stand.clock.pass(60_000);
    expect(stand.source.asked).toHaveLength(asked);
    expect(stand.measurements.known("production")).toEqual(new Map());
  });

  it("when nobody passes any more", async () => {
    stand.pass();
    await stand.clock.pass(2_500);
    stand.isPassing = false;
    await stand.clock.pass(60_000);
    expect(stand.asleep()).toBe(0);
    expect(stand.source.asked.length).toBeLessThanOrEqual(4);
    stand.isPassing = true;
    stand.pass();
    await stand.clock.pass(2_000);
    expect(stand.newest()[0]?.at).toBe(stand.clock.now());
  });

  it("when it is stopped in the middle of a question", async () => {
    stand.source.hold();
    stand.pass();
    await stand.clock.idle();
    await stand.measurements.stop();
    await stand.clock.idle();
    expect(stand.asleep()).toBe(0);
    expect(stand.pass()).toEqual(new Map());
    expect(stand.source.asked).toHaveLength(1);
  });

  it("when a wish ends in the middle of its question, its answer goes nowhere", async () => {
    stand.source.setReading(unit("a").digest, value(100));
    const open = stand.source.hold();
    stand.pass();
    await stand.clock.idle();
    stand.requests = [];
    stand.pass();
    open();
    await stand.clock.pass(10_000);
    expect(stand.passes).toHaveLength(2);
    stand.requests = [aMetricRequest()];
    stand.source.hold();
    expect(stand.pass()).toEqual(new Map());
    await stand.clock.pass(0);
    expect(stand.newest()).toEqual([]);
  });
});

describe("a source in trouble", () => {
  it.each([
    ["unreachable", () => stand.source.setUnreachable("connection refused"), errorRate, "connection refused"],
    ["asked what it never can say", () => undefined, { ...errorRate, metric: "custom_metric" as const }, "does not measure"],
    ["missing", () => undefined, { ...errorRate, source: "nowhere" }, "no source of metrics named nowhere"],
  ])("%s is a reading that says so", async (_, trouble, of, why) => {
    trouble();
    stand.requests = [aMetricRequest({ check: of })];
    stand.pass();
    await stand.clock.pass(0);
    expect(stand.newest()[0]?.candidate).toEqual({ kind: "none", why: expect.stringContaining(why) });
  });

  it("silent is given up, and asked again", async () => {
    const open = stand.source.hold();
    stand.pass();
    await stand.clock.pass(5_000);
    expect(stand.newest()[0]?.candidate).toEqual({ kind: "none", why: "gateway: no answer within 5000 ms" });
    open();
    stand.source.setReading(unit("a").digest, value(1));
    await stand.clock.pass(6_000);
    expect(stand.newest()[0]?.candidate).toEqual(value(1));
  });

  it("silent holds up no other source", async () => {
    stand.source.hold();
    stand.other.setReading(unit("a").digest, value(2));
    stand.requests = [aMetricRequest(), aMetricRequest({ check: { ...errorRate, name: "quick", source: "other" } })];
    stand.pass();
    await stand.clock.pass(3_000);
    expect(stand.newest().map(({ check: { name }, at }) => [name, at - 1_000_000])).toEqual([["quick", 3_000]]);
  });

  it("is logged once, and once when it is well again", async () => {
    stand.source.setUnreachable("connection refused");
    stand.pass();
    await stand.clock.pass(5_000);
    expect(stand.log.lines).toMatchObject([{ level: "warn", text: expect.stringContaining("connection refused") }]);
    stand.source.setUnreachable(null);
    stand.source.setReading(unit("a").digest, value(1));
    await stand.clock.pass(5_000);
    expect(stand.log.lines.map(({ level }) => level)).toEqual(["warn", "info"]);
  });
});

it("resolves idle when nothing is being measured", async () => {
  const open = stand.source.hold();
  stand.pass();
  let isIdle = false;
  void stand.measurements.idle().then(() => (isIdle = true));
  await stand.clock.idle();
  expect(isIdle).toBe(false);
  open();
  await stand.clock.idle();
  expect(isIdle).toBe(true);
});

describe("after this process stood still", () => {
  it("all is measured afresh, no further back than that, and watched from the beginning", async () => {
    stand.source.setReading(unit("a").digest, value(3));
    stand.pass();
    await stand.clock.pass(20_000);
    stand.isPassing = false;
    await stand.clock.pass(45_000);
    stand.awakeSince = stand.clock.now();
    stand.isPassing = true;
    expect(stand.pass().get("d1") ?? []).toEqual([]);
    await stand.clock.pass(2_000);
    const [measured] = stand.newest();
    expect(measured?.since).toBeGreaterThanOrEqual(stand.awakeSince);
    expect(stand.source.asked.at(-1)).toMatchObject({ windowMs: 2_000, notBefore: stand.awakeSince });
  });

  it("an answer to what was asked before is not shown either, and wakes nobody", async () => {
    stand.pass();
    stand.isPassing = false;
    stand.awakeSince = stand.clock.now() + 1;
    await stand.clock.idle();
    expect(stand.measurements.known("production")).toEqual(new Map());
  });

  it("an answer to what was asked before counts for nothing", async () => {
    stand.source.setReading(unit("a").digest, value(90));
    stand.pass();
    stand.awakeSince = stand.clock.now() + 1;
    await stand.clock.idle();
    expect(stand.newest()).toEqual([]);
    stand.source.setReading(unit("a").digest, value(3));
    await stand.clock.pass(2_000);
    expect(stand.newest()).toMatchObject([{ candidate: value(3) }]);
  });
});
