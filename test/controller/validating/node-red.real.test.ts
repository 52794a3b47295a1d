import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type EmbeddedNodeRed, startEmbeddedNodeRed } from "../../../src/adapters/engines/node-red/embedded.ts";
import { createEngineSource } from "../../../src/adapters/metrics/engine.ts";
import { createHttpProber, type HttpProber } from "../../../src/adapters/probes/http-prober.ts";
import { systemClock } from "../../../src/adapters/system/system.ts";
import { judgeMeasured } from "../../../src/domain/analysis/verdicts.ts";
import type { PerformanceTest, ValidationSpec } from "../../../src/domain/desired/environment.ts";
import { engineCheckHeaders } from "../../../src/gateway/own-requests.ts";
import { helloFlow, kill, killerLibs } from "../../adapters/engines/node-red/flows.ts";
import { addressOf, silent, until } from "../../adapters/engines/node-red/instances.ts";
import { aQuery } from "../../support/metric-values.ts";
import { errorRate } from "../../support/measuring-stand.ts";
import { check, createStand } from "./stand.ts";

const below = (value: number): PerformanceTest["checks"][number] => ({
  name: "response_time",
  metric: "response_time",
  source: "",
  statistic: "p95",
  query: null,
  windowMs: 0,
  minRequests: 0,
  pass: { kind: "fixed", comparison: "<", value },
  fail: null,
});

/** So long a busy machine may take for a quick answer. */
const performance: PerformanceTest = { checks: [below(30_000)], requests: 30, concurrency: 5, durationMs: 120_000 };
const later = (ms: number, what: string) => `setTimeout(() => { ${what} }, ${ms});`;

describe("validations on a real engine", () => {
  let directory: string;
  let embedded: EmbeddedNodeRed;
  let prober: HttpProber;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "pinion-validating-"));
    embedded = await startEmbeddedNodeRed({ environment: "test", directory, instances: 1, checkMark: "mark", log: silent, drainMs: 1_000 });
    prober = createHttpProber(engineCheckHeaders("mark"));
  });
  afterAll(async () => {
    await embedded?.stop();
    await prober?.close();
    await rm(directory, { recursive: true, force: true });
  });

  async function candidate(name: string, func: string, validation: Partial<ValidationSpec>, libs: typeof killerLibs = []) {
    const stand = createStand({ validation, real: { engine: embedded.engine, prober, clock: systemClock } });
    const checks = [check("/hello", { timeoutMs: 60_000 })];
    const unit = await stand.candidate(name, "1.0.0", { checks, definition: helloFlow(func, { libs }) });
    return { stand, unit, ask: async () => (await stand.validate(unit, "during"))[0] };
  }

  it("a quick version passes its load, with the figures", async () => {
    const { ask } = await candidate("quick", "return msg;", { during: ["performance_test"], performance });
    expect(await ask()).toMatchObject({ result: "passed", detail: expect.stringMatching(/^30 requests in .*p95 .* ms, .* 0 % errors$/) });
  });

  it("a slow version passes its smoke test and fails its load", async () => {
    const { stand, unit } = await candidate("slow", later(700, "node.send(msg);"), {
      during: ["smoke_test", "performance_test"],
      performance: { ...performance, checks: [below(500)] },
    });
    expect(await stand.validate(unit, "during")).toMatchObject([
      { validation: "smoke_test", result: "passed" },
      {
        validation: "performance_test",
        result: "failed",
        detail: expect.stringMatching(/^response_time \d.* ms of 30 requests .* allowed < 500 ms/),
      },
    ]);
  });

  it("a version that hangs under load is given up when the load's time is over", async () => {
    const hanging = { ...performance, durationMs: 3_000 };
    const { ask } = await candidate("hanging", "", { during: ["performance_test"], performance: hanging });
    expect(await ask()).toMatchObject({ result: "failed", detail: expect.stringContaining("no answer to 5 requests") });
  });

  it("a version that only checks have asked is not judged by the engine's counters, and one that callers asked is", async () => {
    const { stand, unit } = await candidate("quiet", "return msg;", { during: ["smoke_test", "performance_test"], performance });
    const source = createEngineSource({ engine: () => embedded.engine, clock: systemClock });
    const verdict = async () => {
      const now = systemClock.now();
      const read = await source.measure(aQuery({ unit, windowMs: 600_000, until: now }));
      return judgeMeasured({ check: errorRate, candidate: read, stable: null, at: now, since: 0 }, { now, maxAgeMs: 1 });
    };
    await verdict();
    expect(await stand.validate(unit, "during")).toMatchObject([{ result: "passed" }, { result: "passed" }]);
    expect(await verdict()).toMatchObject({ kind: "unknown", why: expect.stringContaining("no request in 10 min") });
    expect((await fetch(`${await addressOf(embedded.engine, unit)}/hello`)).status).toBe(200);
    await until(async () => (await verdict()).kind === "healthy");
  });

  it("a version that kills its engine is not judged by that at once, but by doing so again", async () => {
    const { stand, unit, ask } = await candidate("killing", kill, { during: ["smoke_test"] }, killerLibs);
    const isUp = async () => (await embedded.engine.inventory().catch(() => null))?.instances[0]?.state === "ready";
    expect(await ask()).toMatchObject({ result: "unknown", detail: expect.stringContaining("the engine went away") });
    await until(isUp);
    // An engine that dies soon after its start comes back without what was installed last.
    await stand.install(unit);
    expect(await ask()).toMatchObject({ result: "failed", detail: expect.stringContaining("and so it did the time before") });
    await until(isUp);
    await embedded.engine.ensureRemoved([unit]);
  });
});
