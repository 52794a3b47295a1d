/** A controller that was stopped, in a paused machine, or away between two runs: nobody is rejected and nothing is late by that. */

import { beforeEach, describe, expect, it } from "vitest";

import type { StrategySpec } from "../../src/domain/desired/environment.ts";
import type { Check } from "../../src/domain/desired/version.ts";
import { canary, errorRate, measure, passes, use } from "../support/progressive.ts";
import { waitingOrder } from "../support/waiting-command.ts";
import { blueGreen, running, type World } from "../support/world.ts";

let world: World;

beforeEach(async () => {
  world = await running();
});

/** Time passes without anybody, and then the loop goes on. */
async function standStill(ms: number): Promise<void> {
  world.now += ms;
  world.awake.stoodStill(ms);
  await world.settle();
}

describe("time in which nobody ran", () => {
  it.each([45_000, 7_200_000])("%i ms of it end no step of a canary, no deployment and no watch", async (ms) => {
    use(world, { ...canary, steps: canary.steps.slice(0, 2), maxDurationMs: 60_000 }, 20_000, [errorRate]);
    measure(world, 0);
    world.pin("orders", "1.1.0");
    await world.settle();
    await standStill(ms);
    expect(world.traffic("orders")).toEqual({ "1.0.0": 80, "1.1.0": 20 });
    await passes(world, 5_000);
    expect(world.traffic("orders")).toEqual({ "1.1.0": 100 });
    expect((await world.state("orders"))?.rollout?.state.kind).toBe("baking");
    await standStill(ms);
    await passes(world, 19_000);
    expect((await world.state("orders"))?.rollout?.state.kind).toBe("baking");
    await passes(world, 1_000);
    expect((await world.journal.history({ limit: 1 }))[0]).toMatchObject({ phase: "Succeeded", version: "1.1.0" });
    expect(world.reverts).toEqual([]);
  });

  it("is counted once, whatever is looked at in between", async () => {
    use(world, { ...canary, maxDurationMs: 60_000 });
    world.readings = () => ({ candidate: { kind: "none", why: "no request in 10 s" } });
    world.pin("orders", "1.1.0");
    await world.settle();
    const before = (await world.state("orders"))?.rollout?.deadline ?? 0;
    await standStill(100_000);
    await passes(world, 1_000);
    await passes(world, 1_000);
    expect((await world.state("orders"))?.rollout?.deadline).toBe(before + 100_000);
    await passes(world, 60_000);
    expect((await world.journal.history({ limit: 1 }))[0]).toMatchObject({ phase: "Aborted" });
  });

  it("is counted once in a freeze too", async () => {
    use(world, { ...canary, maxDurationMs: 60_000 });
    measure(world, 0, 1);
    world.pin("orders", "1.1.0");
    await world.settle();
    const before = (await world.state("orders"))?.rollout?.deadline ?? 0;
    await world.command({ kind: "freeze" });
    await passes(world, 10_000);
    await standStill(100_000);
    await world.command({ kind: "unfreeze" });
    const movedBy = ((await world.state("orders"))?.rollout?.deadline ?? 0) - before;
    expect([movedBy >= 110_000, movedBy < 111_000]).toEqual([true, true]);
  });

  it("is counted also where an environment is unfrozen and frozen again in one pass", async () => {
    use(world, { ...canary, maxDurationMs: 60_000 });
    measure(world, 0, 1);
    world.pin("orders", "1.1.0");
    await world.settle();
    const before = (await world.state("orders"))?.rollout?.deadline ?? 0;
    await world.command({ kind: "freeze" });
    await passes(world, 10_000);
    await waitingOrder(world, "unfreeze");
    await world.command({ kind: "freeze" });
    await passes(world, 20_000);
    await world.command({ kind: "unfreeze" });
    const movedBy = ((await world.state("orders"))?.rollout?.deadline ?? 0) - before;
    expect([movedBy >= 30_000, movedBy < 31_000]).toEqual([true, true]);
  });

  it("stands still for what is paused too", async () => {
    use(world, { ...canary, maxDurationMs: 60_000 });
    measure(world, 0, 1);
    world.pin("orders", "1.1.0");
    await world.settle();
    const before = (await world.state("orders"))?.rollout?.deadline ?? 0;
    await world.command({ kind: "pause", process: "orders" });
    await passes(world, 10_000);
    await standStill(100_000);
    await world.command({ kind: "resume", process: "orders" });
    const movedBy = ((await world.state("orders"))?.rollout?.deadline ?? 0) - before;
    expect([movedBy >= 110_000, movedBy < 111_000]).toEqual([true, true]);
  });
});

describe("a check that was under way while it stood still", () => {
  it.each<StrategySpec>([blueGreen, { kind: "recreate" }])("rejects nobody, and is asked again ($kind)", async (strategy) => {
    use(world, strategy);
    let asked = 0;
    world.prober.setAnswer(async () => {
      asked += 1;
      if (asked > 1) return {};
      world.now += 45_000;
      world.awake.stoodStill(45_000);
      throw new Error("no answer within 1000 ms");
    });
    world.publish("orders", "1.2.0", { checks: [check("answers")] });
    world.pin("orders", "1.2.0");
    await world.settle();
    await passes(world, 10_000);
    expect(asked).toBeGreaterThan(1);
    expect(world.traffic("orders")).toEqual({ "1.2.0": 100 });
  });

  it("takes no time from those after it", async () => {
    world.prober.setAnswer(async ({ url }) => {
      if (url.endsWith("/first")) {
        world.now += 700_000;
        world.awake.stoodStill(700_000);
      }
      return {};
    });
    world.publish("orders", "1.2.0", { checks: [check("first"), check("second")] });
    world.pin("orders", "1.2.0");
    await world.settle();
    expect(world.traffic("orders")).toEqual({ "1.2.0": 100 });
    const [newest] = await world.journal.history({ limit: 1 });
    expect(newest?.validations.filter(({ result }) => result !== "passed")).toEqual([]);
  });
});

function check(name: string): Check {
  return {
    name,
    kind: "smoke",
    request: { method: "GET", path: `/${name}`, headers: {} },
    expect: { status: 200, headers: {} },
    timeoutMs: 1_000,
  };
}
