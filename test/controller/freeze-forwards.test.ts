import { beforeEach, expect, it } from "vitest";
import { running, type World } from "../support/world.ts";

let world: World;

/** 1.1.0 was found good, and 1.0.0 has the traffic again. */
beforeEach(async () => {
  world = await running();
  world.pin("orders", "1.1.0");
  await world.settle();
  world.pin("orders", "1.0.0");
  await world.settle();
  await world.order({ kind: "freeze" });
});

it("a version that was good before is not deployed forwards in a freeze", async () => {
  world.pin("orders", "1.1.0");
  await world.settle();
  expect(world.traffic("orders")).toEqual({ "1.0.0": 100 });
  expect((await world.state("orders"))?.rollout).toBeNull();
  expect((await world.status("orders"))?.reason).toMatch(/frozen by Ada/u);
});

it("goes forwards when the freeze is lifted", async () => {
  world.pin("orders", "1.1.0");
  await world.settle();
  await world.order({ kind: "unfreeze" });
  await world.settle();
  expect(world.traffic("orders")).toEqual({ "1.1.0": 100 });
});
