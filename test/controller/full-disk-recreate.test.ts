/** Going back by `recreate` while nothing can be recorded: a version that is gone has to be installed again first. */

import { beforeEach, describe, expect, it } from "vitest";
import { fill } from "../support/full-disk.ts";
import { errorRate, measure, passes, use } from "../support/progressive.ts";
import { running, type World } from "../support/world.ts";

const bakeMs = 60_000;

let world: World;

/** Passes that cannot record what they decide. */
async function failingPasses(count = 10): Promise<void> {
  for (let pass = 0; pass < count; pass += 1) {
    world.now += 100;
    await world.pass().catch(() => undefined);
  }
}

const installed = async (): Promise<readonly string[]> =>
  (await world.engine.inventory()).installed.filter(({ process }) => process === "orders").map(({ version }) => version);

beforeEach(async () => {
  world = await running();
  use(world, { kind: "recreate" }, bakeMs, [errorRate]);
  measure(world, 0);
  world.publish("stock", "1.0.0");
  world.publish("orders", "1.2.0");
  await world.settle();
  await passes(world, bakeMs);
  world.pin("orders", "1.1.0");
  await world.settle();
  expect([world.traffic("orders"), await installed()]).toEqual([{ "1.1.0": 100 }, ["1.1.0"]]);
});

describe.each(["reserve", "full"] as const)("a version that goes bad, and the one before it is gone (%s)", (disk) => {
  it.each(["1.1.0", "1.2.0"])("loses its callers to that one, whatever else is decided meanwhile (%s is pinned)", async (pinned) => {
    fill(world, disk);
    world.pin("orders", pinned);
    world.pin("stock", "1.0.0");
    await failingPasses(3);
    measure(world, 60);
    await failingPasses();
    expect(world.traffic("orders")).toEqual({ "1.0.0": 100 });
  });

  it("loses its callers to nobody where that one cannot be brought in again, as on a disk with room", async () => {
    world.engine.refuse(world.digest("orders", "1.0.0"), { code: "engine/refused", detail: "its nodes are gone" });
    fill(world, disk);
    measure(world, 60);
    await failingPasses();
    expect(world.traffic("orders")).toEqual({});
  });
});

describe.each(["reserve", "full"] as const)("a version that was good, is gone and is pinned again (%s)", (disk) => {
  beforeEach(() => {
    fill(world, disk);
    world.pin("orders", "1.0.0");
  });

  it("gets its callers back, and the two are never there at once", async () => {
    for (let pass = 0; pass < 10; pass += 1) {
      await failingPasses(1);
      expect((await installed()).length).toBeLessThan(2);
    }
    expect([world.traffic("orders"), await installed()]).toEqual([{ "1.0.0": 100 }, ["1.0.0"]]);
    fill(world, "free");
    await world.settle();
    expect([world.traffic("orders"), await installed()]).toEqual([{ "1.0.0": 100 }, ["1.0.0"]]);
    expect(await world.status("orders")).toMatchObject({ sync: "Synced", health: "Healthy" });
  });

  it("gets them back also from a controller that died in between, whenever that was", async () => {
    for (let pass = 0; pass < 6; pass += 1) {
      await failingPasses(1);
      world.restart();
      fill(world, disk);
    }
    await failingPasses();
    expect(world.traffic("orders")).toEqual({ "1.0.0": 100 });
    fill(world, "free");
    await world.settle();
    expect([world.traffic("orders"), await installed()]).toEqual([{ "1.0.0": 100 }, ["1.0.0"]]);
  });

  it("leaves them to what served before where it cannot be brought in again", async () => {
    world.engine.refuse(world.digest("orders", "1.0.0"), { code: "engine/refused", detail: "its nodes are gone" });
    await failingPasses();
    expect(world.traffic("orders")).toEqual({ "1.1.0": 100 });
  });
});

it("goes back without checks and without delay on a disk with room, too", async () => {
  world.pin("orders", "1.0.0");
  await world.settle();
  const [last] = await world.journal.history({ limit: 1 });
  const states = last?.steps.map(({ state }) => state);
  expect(states).toEqual(["started", "clearing", "removing", "installing", "switching", "Succeeded"]);
});
