import { beforeEach, describe, expect, it } from "vitest";
import { createGatewaySource } from "../../../src/adapters/metrics/gateway.ts";
import { PinionError } from "../../../src/domain/errors.ts";
import type { MetricQuery } from "../../../src/domain/analysis/metrics.ts";
import type { TrafficCount } from "../../../src/domain/observed/route.ts";
import type { MetricSource } from "../../../src/ports/metric-source.ts";
import { metricSourceContract } from "../../contracts/metric-source.ts";
import { answers, aQuery, traffic, unit } from "../../support/metric-values.ts";

let now: number;
let counts: readonly TrafficCount[];
let calls: number;
let isDown: boolean;
let source: MetricSource;

const router = {
  traffic: async () => {
    calls += 1;
    if (isDown) throw new PinionError("router/unreachable", "connection refused");
    return counts;
  },
};
const ask = (change: Partial<MetricQuery> = {}) => source.measure(aQuery({ until: now, ...change }));
const pass = (ms: number, next: readonly TrafficCount[] = counts) => {
  now += ms;
  counts = next;
};

beforeEach(() => {
  now = 1_000_000;
  counts = [];
  calls = 0;
  isDown = false;
  source = createGatewaySource({ router, clock: { now: () => now } });
});

metricSourceContract("the gateway source", async () => {
  const query = aQuery({ until: now });
  await source.measure(query);
  counts = [traffic(unit("a"), answers(20), { errors: 5 })];
  return {
    source,
    known: query,
    never: aQuery({ unit: unit("b") }),
    impossible: aQuery({ metric: "custom_metric" }),
    break: () => void (isDown = true),
    close: () => undefined,
  };
});

describe("figures", () => {
  const slow = [...answers(90, 7), ...answers(8, 70), ...answers(2, 700)];
  it.each([
    ["error_rate", null, 5],
    ["success_rate", null, 95],
    ["request_count", null, 100],
    ["response_time", "mean", 25.9],
    ["response_time", "p50", 5 + 5 * (50 / 90)],
    ["response_time", "p95", 50 + 50 * (5 / 8)],
    ["response_time", null, 50 + 50 * (5 / 8)],
    ["response_time", "p99", 500 + 500 / 2],
  ] as const)("%s %s is %f", async (metric, statistic, value) => {
    await ask({ metric });
    pass(1_000, [traffic(unit("a"), slow, { errors: 5 })]);
    expect(await ask({ metric, statistic })).toEqual({ kind: "value", value: expect.closeTo(value, 6), requests: 100, coveredMs: 1_000 });
  });

  it("are of all instances together, and of no other version or process", async () => {
    await ask();
    const others = [traffic(unit("b"), answers(50), { errors: 50 }), traffic({ ...unit("a"), process: "x" }, answers(50), { errors: 50 })];
    pass(1_000, [
      traffic(unit("a"), answers(30), { errors: 3 }),
      traffic(unit("a"), answers(10), { errors: 1, instance: "two" }),
      ...others,
    ]);
    expect(await ask()).toMatchObject({ value: 10, requests: 40 });
  });

  it("are of the window alone", async () => {
    await ask();
    pass(10_000, [traffic(unit("a"), answers(100), { errors: 100 })]);
    await ask();
    pass(20_000);
    await ask();
    pass(30_000, [traffic(unit("a"), answers(120), { errors: 100 })]);
    expect(await ask()).toMatchObject({ value: 0, requests: 20, coveredMs: 30_000 });
    expect(await ask({ windowMs: 60_000 })).toMatchObject({ requests: 120 });
  });

  it("without a request there are none, but their number is 0", async () => {
    await ask();
    pass(1_000);
    expect(await ask()).toEqual({ kind: "none", why: "no request in 30 s", isQuiet: true });
    expect(await ask({ metric: "response_time" })).toMatchObject({ kind: "none" });
    expect(await ask({ metric: "request_count" })).toMatchObject({ value: 0, requests: 0 });
  });
});

describe("what was before", () => {
  it("is not counted for a version that was there at the first look", async () => {
    counts = [traffic(unit("a"), answers(1_000), { errors: 1_000 })];
    expect(await ask()).toEqual({ kind: "none", why: "measuring has only begun", isQuiet: true });
    pass(1_000, [traffic(unit("a"), answers(1_010), { errors: 1_000 })]);
    expect(await ask()).toMatchObject({ value: 0, requests: 10 });
  });

  it("is 0 for a version that was not there at the last look, also when nobody asked about it then", async () => {
    counts = [traffic(unit("b"), answers(10))];
    await ask({ unit: unit("b") });
    pass(1_000, [...counts, traffic(unit("a"), answers(4), { errors: 1 })]);
    expect(await ask()).toMatchObject({ value: 25, requests: 4 });
  });

  it("is what the gateway ever counted where a version lost its traffic before anything was measured", async () => {
    counts = [traffic(unit("b"), answers(100, 7), { errors: 2 })];
    const before = { unit: unit("b"), until: now - 5_000 };
    expect(await ask(before)).toEqual({ kind: "value", value: 2, requests: 100, coveredMs: 30_000 });
    pass(1_000);
    expect(await ask(before)).toMatchObject({ value: 2, requests: 100 });
    expect(await ask({ unit: unit("b") })).toMatchObject({ kind: "none" });
  });

  it("is the window until then where it was measured", async () => {
    await ask({ unit: unit("b") });
    pass(1_000, [traffic(unit("b"), answers(10), { errors: 1 })]);
    await ask({ unit: unit("b") });
    const switched = now;
    pass(5_000, [traffic(unit("b"), answers(30), { errors: 21 })]);
    expect(await ask({ unit: unit("b"), until: switched })).toMatchObject({ value: 10, requests: 10 });
  });
});

describe("a gateway that starts again", () => {
  it("counts from 0, and nothing is lost or negative", async () => {
    counts = [traffic(unit("a"), answers(1_000), { errors: 900 })];
    await ask();
    pass(1_000, [traffic(unit("a"), answers(10), { errors: 1 })]);
    expect(await ask()).toMatchObject({ value: 10, requests: 10 });
    pass(1_000, []);
    expect(await ask()).toMatchObject({ value: 10, requests: 10 });
    pass(1_000, [traffic(unit("a"), answers(20), { errors: 2 })]);
    expect(await ask()).toMatchObject({ value: 10, requests: 30 });
  });

  it("may have another histogram: then measuring begins anew", async () => {
    await ask();
    pass(1_000, [traffic(unit("a"), answers(10))]);
    expect(await ask({ metric: "response_time" })).toMatchObject({ requests: 10 });
    pass(1_000, [traffic(unit("a"), answers(20), { latency: [{ leMs: 50, count: 20 }] })]);
    expect(await ask({ metric: "response_time" })).toMatchObject({ kind: "none" });
    pass(1_000, [traffic(unit("a"), answers(40), { latency: [{ leMs: 50, count: 40 }] })]);
    expect(await ask({ metric: "response_time", statistic: "p50" })).toMatchObject({ value: 25, requests: 20 });
  });
});

it("asks the router once for all questions of the same moment", async () => {
  await Promise.all(Array.from({ length: 100 }, (_, index) => ask({ unit: { ...unit("a"), process: `p${index}` } })));
  expect(calls).toBe(1);
  await Promise.all([ask(), ask({ environment: "staging" })]);
  expect(calls).toBe(3);
});

it("keeps environments apart, where the same version runs in both", async () => {
  const both: Record<string, readonly TrafficCount[]> = { production: [], staging: [] };
  source = createGatewaySource({ router: { traffic: async (environment) => both[environment] ?? [] }, clock: { now: () => now } });
  const rates = () => Promise.all(["production", "staging"].map((environment) => source.measure(aQuery({ environment, until: now }))));
  await rates();
  now += 1_000;
  both["production"] = [traffic(unit("a"), answers(10), { errors: 5 })];
  both["staging"] = [traffic(unit("a"), answers(20))];
  expect(await rates()).toMatchObject([
    { value: 50, requests: 10 },
    { value: 0, requests: 20 },
  ]);
});

it("goes on after the router was away", async () => {
  await ask();
  isDown = true;
  pass(1_000, [traffic(unit("a"), answers(10), { errors: 1 })]);
  await expect(ask()).rejects.toMatchObject({ code: "metric/unreachable", message: expect.stringContaining("connection refused") });
  isDown = false;
  pass(1_000);
  expect(await ask()).toMatchObject({ value: 10, requests: 10 });
});

describe("two units of one version, as after a change of variables", () => {
  it("are counted each by itself", async () => {
    const [old, fresh] = [unit("a"), unit("b")];
    expect(old.version).toBe(fresh.version);
    pass(0, [traffic(old, answers(100)), traffic(fresh, [])]);
    await Promise.all([ask({ unit: old }), ask({ unit: fresh })]);
    pass(5_000, [traffic(old, answers(200)), traffic(fresh, answers(50), { errors: 40 })]);
    expect(await ask({ unit: fresh })).toMatchObject({ value: 80, requests: 50 });
    expect(await ask({ unit: old })).toMatchObject({ value: 0, requests: 100 });
  });
});
