/** A version that nobody calls is not rejected: what happens without a verdict is the user's word, and nobody says "healthy". */

import { beforeEach, describe, expect, it } from "vitest";
import type { OnInconclusive, StrategySpec } from "../../src/domain/desired/environment.ts";
import type { MetricCheck } from "../../src/domain/analysis/metrics.ts";
import type { Deployment } from "../../src/domain/journal/state.ts";
import { canary, errorRate, measure, passes, use } from "../support/progressive.ts";
import { blueGreen, running, type World } from "../support/world.ts";

const rolling: StrategySpec = { kind: "rolling", batchSize: 1, batchDelayMs: 1_000, maxUnavailable: 1, healthCheckIntervalMs: 200 };
const recreate: StrategySpec = { kind: "recreate" };
const quiet = "no request in 10 s";
const depth: MetricCheck = { ...errorRate, name: "queue depth", metric: "custom_metric", source: "prometheus" };

let world: World;

beforeEach(async () => {
  world = await running({ instances: ["one", "two"] });
  world.readings = () => ({ candidate: { kind: "none", why: quiet } });
});

function judgedBy(checks: readonly MetricCheck[], onInconclusive: OnInconclusive | null = null): void {
  world.spec = { ...world.spec, analysis: { ...world.spec.analysis, checks, onInconclusive } };
}

async function deploy(): Promise<void> {
  world.pin("orders", "1.1.0");
  await world.settle();
}

async function untilOver(): Promise<void> {
  for (let tries = 0; (await world.state("orders"))?.rollout && tries < 60; tries += 1) await passes(world, 60_000);
}

async function last(): Promise<Deployment | undefined> {
  return (await world.journal.history({ limit: 1 }))[0];
}

async function expectNothingRejected(): Promise<void> {
  expect(world.reverts).toEqual([]);
  expect(await world.state("orders")).toMatchObject({ quarantined: [], revert: null });
}

describe("without a verdict", () => {
  it.each<[string, StrategySpec]>([
    ["rolling", rolling],
    ["blue-green", blueGreen],
    ["recreate", recreate],
  ])("%s goes on by default, and says that nobody has judged it", async (_name, strategy) => {
    use(world, strategy);
    judgedBy([errorRate]);
    await deploy();
    await untilOver();
    expect(world.traffic("orders")).toEqual({ "1.1.0": 100 });
    expect(await last()).toMatchObject({ phase: "Succeeded", version: "1.1.0" });
    expect((await last())?.reason.text ?? "").not.toMatch(/healthy/u);
    const steps = (await world.journal.history({ limit: 1 }))[0]?.steps.map(({ why }) => why) ?? [];
    expect(steps.filter((why) => why.includes("not judged")).join()).toContain(quiet);
    await expectNothingRejected();
  });

  it("a canary goes back by default, waits for a person, and can be tried again", async () => {
    use(world, canary);
    await deploy();
    await untilOver();
    expect(world.traffic("orders")).toEqual({ "1.0.0": 100 });
    expect(await last()).toMatchObject({ phase: "Aborted", trigger: "inconclusive" });
    expect((await world.status("orders"))?.reason.text).toMatch(/not judged: .*no request in 10 s; back to 1.0.0, without a revert/u);
    expect((await world.status("orders"))?.reason.text).toMatch(/A person must decide; `pinion retry production\/orders` tries it again$/u);
    expect((await world.status("orders"))?.reason.text).toContain("`pinion retry production/orders`");
    await expectNothingRejected();
    measure(world, 0);
    expect(await world.command({ kind: "retry", process: "orders" })).toMatchObject({ kind: "done" });
    await world.settle();
    await passes(world, 5_000);
    expect(world.traffic("orders")).toEqual({ "1.0.0": 50, "1.1.0": 50 });
  });

  it.each<[string, StrategySpec]>([
    ["rolling", rolling],
    ["blue-green", blueGreen],
    ["recreate", recreate],
  ])("%s goes back where abort is wanted", async (_name, strategy) => {
    use(world, strategy);
    judgedBy([errorRate], "abort");
    await deploy();
    await untilOver();
    expect(world.traffic("orders")).toEqual({ "1.0.0": 100 });
    expect(await last()).toMatchObject({ phase: "Aborted", trigger: "inconclusive" });
    await expectNothingRejected();
  });

  it("a canary goes on where proceed is wanted, a strategy's own word before the environment's", async () => {
    use(world, { ...canary, onInconclusive: "proceed" });
    judgedBy([], "abort");
    await deploy();
    await passes(world, 5_000);
    expect(world.traffic("orders")).toEqual({ "1.0.0": 50, "1.1.0": 50 });
    const steps = (await world.journal.history({ limit: 1 }))[0]?.steps.map(({ why }) => why) ?? [];
    expect(steps.at(-2)).toContain(`not judged at 20 %: error_rate: ${quiet}`);
  });

  it.each<[string, StrategySpec]>([
    ["a canary", canary],
    ["rolling", rolling],
  ])("%s is paused with `pause`; a person who promotes or resumes it gives it its full time again", async (name, strategy) => {
    use(world, strategy);
    judgedBy(name === "rolling" ? [errorRate] : [], "pause");
    await deploy();
    const before = world.traffic("orders");
    await passes(world, 3_600_000);
    await passes(world, 3_600_000);
    expect(world.traffic("orders")).toEqual(before);
    expect(await world.status("orders")).toMatchObject({ health: "Suspended", phase: "Running" });
    expect((await world.status("orders"))?.reason.text).toContain("onInconclusive: pause");
    expect(
      await world.command({ kind: name === "rolling" ? "resume" : "promote", process: "orders", isFull: false } as never),
    ).toMatchObject({ kind: "done" });
    await world.settle();
    if (name === "rolling") measure(world, 0);
    await passes(world, 5_000);
    expect(world.traffic("orders")).not.toEqual(before);
    await expectNothingRejected();
  });

  it("rolling goes on with the next batch when a person promotes it, and waits for their word again", async () => {
    world = await running({ instances: ["one", "two", "three"] });
    world.readings = () => ({ candidate: { kind: "none", why: quiet } });
    use(world, rolling);
    judgedBy([errorRate], "pause");
    await deploy();
    await passes(world, 3_600_000);
    const paused = { state: { kind: "pausing", done: ["one"] }, paused: { by: { name: "Pinion" } } };
    expect((await world.state("orders"))?.rollout).toMatchObject(paused);
    const full = await world.command({ kind: "promote", process: "orders", isFull: true });
    expect(full).toMatchObject({ kind: "refused", why: expect.stringContaining("promote it without --full") as string });
    expect(await world.command({ kind: "promote", process: "orders", isFull: false })).toMatchObject({ kind: "done" });
    await world.settle();
    expect((await world.state("orders"))?.rollout).toMatchObject({ state: { kind: "pausing", done: ["one", "two"] }, paused: null });
    await passes(world, 3_600_000);
    expect((await world.state("orders"))?.rollout?.state).toMatchObject({ kind: "pausing", done: ["one", "two"] });
    await world.command({ kind: "promote", process: "orders", isFull: false });
    await world.settle();
    await passes(world, errorRate.windowMs);
    expect(world.traffic("orders")).toEqual({ "1.1.0": 100 });
    await expectNothingRejected();
  });

  it("blue-green stays where pause is wanted, until a person takes it as good", async () => {
    use(world, blueGreen);
    judgedBy([errorRate], "pause");
    await deploy();
    await passes(world, 3_600_000);
    expect(world.traffic("orders")).toEqual({ "1.1.0": 100 });
    expect(await world.status("orders")).toMatchObject({
      health: "Suspended",
      reason: { code: "PersonMustDecide", text: expect.stringMatching(/not judged: .* A person must decide/u) as string },
    });
    await world.command({ kind: "promote", process: "orders", isFull: false });
    await world.settle();
    expect(await last()).toMatchObject({
      phase: "Succeeded",
      reason: { text: expect.stringContaining("accepted as good by a person") as string },
    });
  });

  it("a first version stays where it cannot go back", async () => {
    world.publish("fresh", "1.0.0");
    use(world, blueGreen);
    judgedBy([errorRate], "abort");
    world.pin("fresh", "1.0.0");
    await world.settle();
    await passes(world, 3_600_000);
    expect(world.traffic("fresh")).toEqual({ "1.0.0": 100 });
    expect((await world.status("fresh"))?.reason.text).toContain("A person must decide");
  });
});

describe("a watch", () => {
  it.each([blueGreen, recreate])("that saw no request says so ($kind)", async (strategy) => {
    use(world, strategy, 20_000, [errorRate]);
    await deploy();
    await passes(world, 20_000);
    await untilOver();
    const reason = `has all traffic; not judged: error_rate: ${quiet}`;
    expect((await last())?.reason.text).toContain(reason);
    expect((await world.state("orders"))?.knownGood[0]).toMatchObject({ unjudged: `error_rate: ${quiet}` });
    const result = await world.command({ kind: "rollback", process: "orders", to: null });
    expect(result).toMatchObject({ kind: "done" });
  });

  it("of several triggers of which one is not measured is not healthy, and still takes back by the others", async () => {
    const triggers = [depth, errorRate];
    use(world, blueGreen, 20_000, triggers);
    world.readings = ({ check }) => ({
      candidate:
        check === depth || check.name === depth.name
          ? { kind: "none", why: "no source" }
          : { kind: "value", value: 0, requests: 50, coveredMs: 10_000 },
    });
    await deploy();
    await passes(world, 20_000);
    await untilOver();
    expect((await last())?.reason.text).toContain("not judged: queue depth: no source");
    world.publish("orders", "1.2.0");
    world.readings = ({ check }) => ({
      candidate:
        check.name === depth.name ? { kind: "none", why: "no source" } : { kind: "value", value: 60, requests: 50, coveredMs: 10_000 },
    });
    world.pin("orders", "1.2.0");
    await world.settle();
    expect(world.traffic("orders")).toEqual({ "1.1.0": 100 });
    expect(world.reverts).toMatchObject([{ from: "1.2.0", trigger: "error_rate" }]);
  });

  it("of recreate takes a bad version back", async () => {
    use(world, recreate, 20_000, [errorRate]);
    measure(world, 100);
    await deploy();
    await passes(world, 1_000);
    expect(world.traffic("orders")).toEqual({ "1.0.0": 100 });
    expect(world.reverts).toMatchObject([{ from: "1.1.0", to: "1.0.0", trigger: "error_rate" }]);
  });
});
