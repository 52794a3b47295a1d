import { beforeEach, describe, expect, it } from "vitest";
import { createEngineSource } from "../../../src/adapters/metrics/engine.ts";
import type { MetricSource } from "../../../src/ports/metric-source.ts";
import { metricSourceContract } from "../../contracts/metric-source.ts";
import { createFakeEngine, type FakeEngine } from "../../fakes/engine.ts";
import { aQuery, unit } from "../../support/metric-values.ts";

let now: number;
let engine: FakeEngine;
let source: MetricSource;

const ask = (change = {}) => source.measure(aQuery({ until: now, ...change }));
const install = (letter: string) =>
  engine.ensureInstalled([{ ...unit(letter), definition: { nodes: [], connections: [], config: {} }, variables: {}, secrets: {} }]);

beforeEach(async () => {
  now = 1_000_000;
  engine = createFakeEngine({ instances: ["one", "two"] });
  source = createEngineSource({ engine: () => engine, clock: { now: () => now } });
  await install("a");
});

metricSourceContract("the engine source", async () => {
  await ask();
  now += 1_000;
  engine.setCounts(unit("a").digest, { finished: 20, errors: 5 });
  return {
    source,
    known: aQuery({ until: now }),
    never: aQuery({ unit: unit("b"), until: now }),
    impossible: aQuery({ metric: "response_time" }),
    break: () => engine.setReachable(false),
    close: () => undefined,
  };
});

describe("the engine source", () => {
  it.each([
    ["error_rate", 20],
    ["success_rate", 80],
    ["request_count", 30],
  ] as const)("has %s of all instances together", async (metric, value) => {
    await ask();
    engine.setCounts(unit("a").digest, { finished: 20, errors: 5 }, "one");
    engine.setCounts(unit("a").digest, { finished: 10, errors: 1 }, "two");
    now += 1_000;
    expect(await ask({ metric })).toEqual({ kind: "value", value, requests: 30, coveredMs: 1_000 });
  });

  it("counts on from 0 when an instance has started again", async () => {
    engine.setCounts(unit("a").digest, { finished: 100, errors: 100 }, "one");
    await ask();
    engine.setCounts(unit("a").digest, { finished: 4, errors: 1 }, "one");
    now += 1_000;
    expect(await ask()).toMatchObject({ value: 25, requests: 4 });
  });

  it("says so when the engine does not count, and when nothing was worked on", async () => {
    await ask();
    now += 1_000;
    expect(await ask()).toEqual({ kind: "none", why: "no request in 30 s", isQuiet: true });
    expect(await ask({ metric: "request_count" })).toMatchObject({ value: 0 });
    source = createEngineSource({ engine: () => engine, clock: { now: () => now } });
    engine.setCounts(unit("a").digest, null);
    expect(await ask()).toEqual({ kind: "none", why: "the engine does not count what its flows work on" });
  });

  it("asks the engine once for all questions of the same moment", async () => {
    const before = engine.calls.length;
    await Promise.all([ask(), ask({ metric: "success_rate" }), ask({ unit: unit("b") })]);
    expect(engine.calls.length - before).toBe(1);
  });
});

describe("two units of one version, as after a change of variables", () => {
  it("are counted each by itself", async () => {
    await install("b");
    await Promise.all([ask({ unit: unit("a") }), ask({ unit: unit("b") })]);
    engine.setCounts(unit("a").digest, { finished: 10, errors: 0 }, "one");
    engine.setCounts(unit("b").digest, { finished: 10, errors: 9 }, "one");
    now += 1_000;
    expect(await ask({ unit: unit("a") })).toMatchObject({ value: 0, requests: 10 });
    expect(await ask({ unit: unit("b") })).toMatchObject({ value: 90, requests: 10 });
  });
});
