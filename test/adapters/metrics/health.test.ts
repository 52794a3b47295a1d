import { beforeEach, describe, expect, it } from "vitest";
import { createHealthSource, type HealthEndpoint } from "../../../src/adapters/metrics/health.ts";
import type { MetricSource } from "../../../src/ports/metric-source.ts";
import { metricSourceContract } from "../../contracts/metric-source.ts";
import { createFakeEngine, type FakeEngine } from "../../fakes/engine.ts";
import { createFakeProber, type FakeProber } from "../../fakes/prober.ts";
import { createFakeRouter, type FakeRouter } from "../../fakes/router.ts";
import { failureOf } from "../../support/failure.ts";
import { aQuery, unit } from "../../support/metric-values.ts";

let now: number;
let engine: FakeEngine;
let prober: FakeProber;
let router: FakeRouter;
let endpoint: HealthEndpoint | null;
let source: MetricSource;

const health = (change = {}) => aQuery({ metric: "health_check", until: now, ...change });
/** One round each second, with `failures` of the last one. */
async function rounds(count: number, change = {}) {
  let last = await source.measure(health({ statistic: "failures", ...change }));
  for (let round = 1; round < count; round += 1) {
    now += 1_000;
    last = await source.measure(health({ statistic: "failures", ...change }));
  }
  now += 1_000;
  return last.kind === "value" ? last.value : last.why;
}
const give = (letter: string, weight: number) => {
  const share = {
    ...unit(letter),
    weight,
    endpoints: [{ method: "GET", path: "/" }],
    targets: [{ instance: "one", url: "http://127.0.0.1:9" }],
  };
  return router.ensureRoutes("production", [{ process: "orders", timeoutMs: 1_000, sticky: null, shares: [share] }]);
};

beforeEach(async () => {
  now = 1_000_000;
  engine = createFakeEngine({ instances: ["one", "two"] });
  prober = createFakeProber();
  router = createFakeRouter();
  endpoint = { path: "/health", timeoutMs: 500 };
  source = createHealthSource({ engine: () => engine, prober, router, endpoint: () => endpoint, clock: { now: () => now } });
  const definition = { nodes: [], connections: [], config: {} };
  await engine.ensureInstalled([{ ...unit("a"), definition, variables: {}, secrets: {} }]);
});

metricSourceContract("the health source", async () => {
  endpoint = null;
  return {
    source,
    known: health(),
    never: health({ unit: unit("b") }),
    impossible: aQuery({ metric: "error_rate" }),
    break: () => engine.setReachable(false),
    close: () => undefined,
  };
});

describe("the health source", () => {
  it("asks the endpoint on every placement, once for all questions of the same moment", async () => {
    const readings = await Promise.all([source.measure(health()), source.measure(health({ statistic: "failures" }))]);
    expect(readings).toMatchObject([{ value: 100, requests: null }, { value: 0 }]);
    expect(prober.asked).toMatchObject([
      { url: expect.stringMatching(/\/one\/.*\/health$/), timeoutMs: 500 },
      { url: expect.stringMatching(/\/two\/.*\/health$/), timeoutMs: 500 },
    ]);
  });

  it.each([
    ["a status that is not 2xx", () => prober.setAnswer(() => ({ status: 503 }))],
    ["a redirect", () => prober.setAnswer(() => ({ status: 302 }))],
    ["silence", () => prober.setAnswer(() => new Error("no answer within 500 ms"))],
    ["silence on one instance", () => prober.setAnswer(({ url }) => (url.includes("/two/") ? new Error("connection refused") : {}))],
    ["a placement that is not ready", () => engine.keepUnready(unit("a").digest, true)],
    ["being gone", () => engine.removeByHand(unit("a").digest)],
  ])("%s fails a round", async (_, trouble) => {
    await rounds(1);
    trouble();
    expect(await rounds(3)).toBe(3);
    expect(await source.measure(health())).toMatchObject({ value: 20 });
  });

  it("has rounds of its own in each environment", async () => {
    await rounds(1);
    await rounds(1, { environment: "staging" });
    prober.setAnswer(() => ({ status: 503 }));
    expect(await rounds(3)).toBe(3);
    prober.setAnswer(() => ({}));
    expect(await rounds(2, { environment: "staging" })).toBe(0);
  });

  it("counts no round of before this process stood still", async () => {
    await rounds(1);
    prober.setAnswer(() => ({ status: 503 }));
    expect(await rounds(3)).toBe(3);
    expect(await rounds(1, { notBefore: now })).toBe(1);
    expect(await rounds(1, { notBefore: now + 1 })).toMatch(/no health check/);
  });

  it("forgets rounds that are older than the window", async () => {
    await rounds(1);
    prober.setAnswer(() => ({ status: 500 }));
    expect(await rounds(3, { windowMs: 5_000 })).toBe(3);
    prober.setAnswer(() => ({}));
    expect(await rounds(2, { windowMs: 5_000 })).toBe(3);
    expect(await rounds(2, { windowMs: 5_000 })).toBe(1);
    expect(await rounds(1, { windowMs: 5_000 })).toBe(0);
  });

  it("without an endpoint asks nobody and takes the engine's word", async () => {
    endpoint = null;
    expect(await rounds(2)).toBe(0);
    engine.keepUnready(unit("a").digest, true);
    expect(await rounds(2)).toBe(2);
    expect(prober.asked).toEqual([]);
  });

  it("counts no failure of a version that is still coming up, until it has traffic", async () => {
    engine.keepUnready(unit("a").digest, true);
    expect(await rounds(3)).toMatch(/no health check/);
    await give("a", 100);
    expect(await rounds(3)).toBe(3);
  });

  it("asks a version where it was last when its engine is silent", async () => {
    await rounds(1);
    engine.setReachable(false);
    prober.setAnswer(() => new Error("connection refused"));
    expect(await rounds(3)).toBe(3);
    prober.setAnswer(() => ({}));
    expect(await rounds(1)).toBe(3);
  });

  it("a silent engine alone says nothing, and a silent router neither", async () => {
    engine.setReachable(false);
    expect(await failureOf(source.measure(health()))).toMatchObject({ code: "metric/unreachable" });
    engine.setReachable(true);
    engine.keepUnready(unit("a").digest, true);
    router.setUnreachable("connection refused");
    expect(await failureOf(source.measure(health()))).toMatchObject({ code: "metric/unreachable" });
  });

  it("a round that is given up says nothing about the version", async () => {
    await rounds(1);
    const caller = new AbortController();
    prober.setAnswer(() => new Promise(() => undefined));
    const asked = source.measure(health({ statistic: "failures" }), caller.signal);
    setImmediate(() => caller.abort());
    expect(await failureOf(asked)).toMatchObject({ code: "metric/unreachable" });
    prober.setAnswer(() => ({}));
    expect(await rounds(1)).toBe(0);
  });
});
