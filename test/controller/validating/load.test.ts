import { describe, expect, it } from "vitest";
import type { PerformanceTest } from "../../../src/domain/desired/environment.ts";
import type { Check } from "../../../src/domain/desired/version.ts";
import { check, createStand } from "./stand.ts";

const slow: PerformanceTest["checks"][number] = {
  name: "response_time",
  metric: "response_time",
  source: "",
  statistic: "p95",
  query: null,
  windowMs: 0,
  minRequests: 0,
  pass: { kind: "fixed", comparison: "<", value: 100 },
  fail: null,
};

async function loaded(test: Partial<PerformanceTest>, checks: readonly Check[], healthPath: string | null = null) {
  const performance = { checks: [slow], requests: 20, concurrency: 3, durationMs: 1_000, ...test };
  const healthCheck = healthPath === null ? null : { path: healthPath, timeoutMs: 500 };
  const stand = createStand({ instances: ["one", "two"], validation: { during: ["performance_test"], performance, healthCheck } });
  const unit = await stand.candidate("orders", "1.0.0", { checks });
  const run = async () => (await stand.validate(unit, "during"))[0];
  return { stand, run };
}

function pathsAsked(asked: readonly { readonly method: string; readonly url: string }[]) {
  return new Set(asked.map(({ method, url }) => `${method} /${new URL(url).pathname.split("/").at(-1)}`));
}

describe("performance_test", () => {
  it("makes so many requests, never more at once than allowed, on every instance", async () => {
    const { stand, run } = await loaded({}, [check("/a"), check("/b")]);
    let [now, most] = [0, 0];
    stand.prober.setAnswer(async () => {
      most = Math.max(most, (now += 1));
      await new Promise((resolve) => setImmediate(resolve));
      now -= 1;
      return {};
    });
    expect(await run()).toMatchObject({ result: "passed", detail: expect.stringContaining("20 requests in") });
    expect(most).toBe(3);
    expect(stand.prober.asked.map(({ url }) => url.split("/")[3]).filter((instance) => instance === "one")).toHaveLength(10);
    expect(pathsAsked(stand.prober.asked)).toEqual(new Set(["GET /a", "GET /b"]));
  });

  it("refuses a version that is slow, with the figures", async () => {
    const { stand, run } = await loaded({}, [check("/a")]);
    stand.prober.setAnswer(() => ({ durationMs: 250 }));
    expect(await run()).toMatchObject({
      result: "failed",
      detail: expect.stringMatching(/response_time 250 ms.* allowed < 100 ms .*p99 250 ms/),
    });
  });

  it("stops when its time is over, and tells an answer that did not come from a quick one", async () => {
    const { stand, run } = await loaded({ concurrency: 1, requests: 1_000, durationMs: 450 }, [check("/a")]);
    stand.prober.setAnswer(({ timeoutMs }) => {
      stand.now += Math.min(100, timeoutMs);
      return timeoutMs < 100 ? new Error("no answer in time") : { durationMs: 90 };
    });
    expect(await run()).toMatchObject({ result: "passed", durationMs: 450, detail: expect.stringContaining("5 requests in 450 ms") });
    expect(stand.prober.asked.map(({ timeoutMs }) => timeoutMs)).toEqual([450, 350, 250, 150, 50]);
  });

  it("does not go on after the time of the deployment", async () => {
    const { stand, run } = await loaded({ concurrency: 1, requests: 1_000, durationMs: 100_000 }, [check("/a")]);
    stand.deadline = stand.now + 500;
    stand.prober.setAnswer(() => {
      stand.now += 100;
      return {};
    });
    expect((await run())?.durationMs).toBeLessThanOrEqual(500);
  });

  it("ends when its deployment does, and then says nothing", async () => {
    const { stand, run } = await loaded({ concurrency: 1 }, [check("/a")]);
    stand.prober.setAnswer(() => {
      stand.isSuperseded = true;
      return { status: 500 };
    });
    expect(await run()).toBeUndefined();
    expect(stand.prober.asked).toHaveLength(1);
  });

  it("repeats nothing that changes something: without a GET it asks the health check", async () => {
    const { stand, run } = await loaded({}, [check("/a", { method: "POST" })], "/health");
    expect(await run()).toMatchObject({ result: "passed" });
    expect(pathsAsked(stand.prober.asked)).toEqual(new Set(["GET /health"]));
  });

  it("passes what there is nothing to ask of, and says so", async () => {
    const { stand, run } = await loaded({}, [check("/a", { method: "POST" })]);
    expect(await run()).toMatchObject({ result: "passed", detail: expect.stringContaining("nothing to load") });
    expect(stand.prober.asked).toEqual([]);
  });

  it("is no obstacle where none is set", async () => {
    const stand = createStand({ validation: { during: ["performance_test"] } });
    const unit = await stand.candidate("orders", "1.0.0", { checks: [check("/a")] });
    expect((await stand.validate(unit, "during")).map(({ validation, result }) => `${validation} ${result}`)).toEqual([
      "step_validation passed",
      "step_validation passed",
    ]);
  });
});
