/** A rollback that a run could not record any more: a version that already has all the traffic has arrived, however late that is known. */

import { beforeEach, expect, it } from "vitest";
import { fill } from "../support/full-disk.ts";
import { errorRate, measure, passes, use } from "../support/progressive.ts";
import { blueGreen, running, type World } from "../support/world.ts";

const bakeMs = 60_000;

let world: World;

/** The recorded state of what is under way. */
async function under(): Promise<string | undefined> {
  return (await world.state("orders"))?.rollout?.state.kind;
}

beforeEach(async () => {
  world = await running();
  use(world, blueGreen, bakeMs, [errorRate]);
  measure(world, 0);
  world.pin("orders", "1.1.0");
  await world.settle();
  world.pin("orders", "1.0.0");
  await world.pass();
  expect([await under(), world.traffic("orders")]).toEqual(["installing", { "1.1.0": 100 }]);
  fill(world, "full");
  for (let pass = 0; pass < 3; pass += 1) await world.pass().catch(() => undefined);
  expect([await under(), world.traffic("orders")]).toEqual(["installing", { "1.0.0": 100 }]);
  world.restart();
});

it("keeps the traffic although its instance did not answer until its time was over", async () => {
  world.engine.setInstance("a", "starting");
  fill(world, "free");
  await passes(world, world.spec.deploymentTimeoutMs + 1_000);
  expect(world.traffic("orders")).toEqual({ "1.0.0": 100 });
  world.engine.setInstance("a", "ready");
  await passes(world, 1_000);
  expect([world.traffic("orders"), (await world.status("orders"))?.phase]).toEqual([{ "1.0.0": 100 }, "Succeeded"]);
});

it("keeps it also where nobody could be asked who has it until its time was over", async () => {
  world.router.setUnreachable("the router does not answer");
  fill(world, "free");
  await passes(world, world.spec.deploymentTimeoutMs + 1_000);
  world.router.setUnreachable(null);
  await passes(world, 1_000);
  expect([world.traffic("orders"), (await world.status("orders"))?.phase]).toEqual([{ "1.0.0": 100 }, "Succeeded"]);
});

it("goes on from there as after any switch, also in time", async () => {
  fill(world, "free");
  await world.pass();
  expect(await under()).toBe("switching");
  await world.settle();
  expect([world.traffic("orders"), (await world.status("orders"))?.phase]).toEqual([{ "1.0.0": 100 }, "Succeeded"]);
});
