import { describe, expect, it } from "vitest";
import { createWorld, type World } from "../support/world.ts";

const needsBilling = [{ type: "workflow", name: "billing", version: ">=1.0.0", required: true }] as const;

/** orders 1.1.0, which calls billing, was found good here; 1.0.0, which calls nobody, has the traffic again. */
async function wentBack(): Promise<World> {
  const world = createWorld();
  for (const process of ["billing", "orders"]) world.publish(process, "1.0.0");
  world.publish("billing", "1.1.0");
  world.publish("orders", "1.1.0", { dependencies: needsBilling });
  world.pin("billing", "1.0.0");
  for (const version of ["1.0.0", "1.1.0", "1.0.0"]) {
    world.pin("orders", version);
    await world.settle();
  }
  return world;
}

describe("a version that was good before and is pinned forwards", () => {
  it("waits for what it needs", async () => {
    const world = await wentBack();
    world.pin("billing", null);
    await world.settle();
    world.pin("orders", "1.1.0");
    await world.settle();
    expect(world.traffic("orders")).toEqual({ "1.0.0": 100 });
    expect((await world.status("orders"))?.reason.code).toBe("DependencyMissing");
    world.pin("billing", "1.0.0");
    await world.settle();
    expect(world.traffic("orders")).toEqual({ "1.1.0": 100 });
  });

  it("waits for its turn", async () => {
    const world = await wentBack();
    world.spec = { ...world.spec, maxConcurrentDeployments: 1 };
    world.pin("billing", "1.1.0");
    await world.pass();
    world.pin("orders", "1.1.0");
    await world.pass();
    expect((await world.state("orders"))?.rollout).toBeNull();
    await world.settle();
    expect(world.traffic("orders")).toEqual({ "1.1.0": 100 });
  });
});

it("a version that was good before goes back without what it needs", async () => {
  const world = await wentBack();
  world.publish("orders", "1.2.0");
  for (const version of ["1.1.0", "1.2.0"]) {
    world.pin("orders", version);
    await world.settle();
  }
  world.pin("billing", null);
  await world.settle();
  world.pin("orders", "1.1.0");
  await world.settle();
  expect(world.traffic("orders")).toEqual({ "1.1.0": 100 });
});
