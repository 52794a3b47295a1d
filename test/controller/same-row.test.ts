/** What stays as it is is not written again, however its figures and the time go on. */

import { describe, expect, it } from "vitest";
import { canary, errorRate, measure, passes, use } from "../support/progressive.ts";
import { blueGreen, running, type World } from "../support/world.ts";

const process = "orders";

function written(world: World): number {
  return world.journal.calls.filter(({ call }) => call === "record").length;
}

/** Twenty seconds, in which another value is measured each second. */
async function writtenMeanwhile(world: World, measureAt: (second: number) => void): Promise<number> {
  const before = written(world);
  for (let second = 1; second <= 20; second += 1) {
    measureAt(second);
    await passes(world, 1_000);
  }
  return written(world) - before;
}

describe("a version that was found bad and stays", () => {
  /** 1.1.0 was rolled back, and 1.2.0 is as bad within the cool-down. */
  async function badAgain(): Promise<World> {
    const world = await running();
    use(world, blueGreen, 60_000, [errorRate]);
    world.pin(process, "1.1.0");
    await world.settle();
    measure(world, 30);
    await passes(world, 1_000);
    expect(world.traffic(process)).toEqual({ "1.0.0": 100 });
    world.publish(process, "1.2.0");
    measure(world, 0);
    world.pin(process, "1.2.0");
    await world.settle();
    measure(world, 30);
    await passes(world, 1_000);
    return world;
  }

  it("is written once within the cool-down, whatever is measured, and goes back when that is over", async () => {
    const world = await badAgain();
    expect((await world.status(process))?.reason).toMatchObject({ code: "PersonMustDecide", about: "error_rate cool-down" });
    expect((await world.status(process))?.reason.text).toContain("error_rate 30 % of 100 requests in 10 s");
    expect((await world.status(process))?.reason.text).toContain("the last rollback was less than 5 min ago (coolDown)");
    expect(await writtenMeanwhile(world, (second) => measure(world, 30 + second, 100 + second))).toBe(0);
    world.now += 300_000;
    await passes(world, 1_000);
    expect(world.traffic(process)).toEqual({ "1.0.0": 100 });
  });

  it("is written again when it stays for another reason", async () => {
    const world = await badAgain();
    const [good] = (await world.state(process))?.knownGood ?? [];
    if (good?.definition === undefined) throw new Error("the definition of 1.0.0 is not remembered");
    world.condemnAs({ process, version: "1.0.0", digest: good.definition });
    await passes(world, 1_000);
    expect((await world.status(process))?.reason.text).toContain("1.0.0 is in quarantine here");
  });
});

describe("a version that nobody can judge", () => {
  it("is written once while it waits for a verdict, however few requests come", async () => {
    const world = await running();
    use(world, canary);
    measure(world, 0, 3);
    world.pin(process, "1.1.0");
    await world.settle();
    await passes(world, 5_000);
    expect((await world.status(process))?.reason.text).toContain("no verdict yet: error_rate: only 3 requests in 10 s");
    expect(await writtenMeanwhile(world, (second) => measure(world, 0, 1 + (second % 8)))).toBe(0);
  });

  it("is written once while a person must decide", async () => {
    const world = await running();
    use(world, { ...blueGreen, onInconclusive: "pause" });
    world.spec = { ...world.spec, analysis: { ...world.spec.analysis, checks: [errorRate] } };
    measure(world, 0, 3);
    world.pin(process, "1.1.0");
    await world.settle();
    for (let tries = 0; tries < 20; tries += 1) await passes(world, 1_000);
    expect((await world.status(process))?.reason).toMatchObject({ code: "PersonMustDecide" });
    expect(await writtenMeanwhile(world, (second) => measure(world, 0, 1 + (second % 8)))).toBe(0);
  });
});
