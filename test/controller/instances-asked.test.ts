import { describe, expect, it } from "vitest";
import { createInstancesAsked } from "../../src/controller/instances-asked.ts";
import { createWorld, environment } from "../support/world.ts";

/** Asks about a world's engine, and counts its inventories. */
function glancing() {
  const world = createWorld();
  const { engine, clock } = world.ports;
  let inventories = 0;
  let isDown = false;
  const inventory = (name: string) => () => {
    inventories += 1;
    return isDown ? Promise.reject(new Error("it is gone")) : engine(name).inventory();
  };
  const ask = createInstancesAsked({ clock, engine: (name) => ({ ...engine(name), inventory: inventory(name) }) });
  return { world, ask, inventories: () => inventories, goDown: () => void (isDown = true) };
}

describe("instances that are glanced at", () => {
  it("cost one inventory a second, however many look", async () => {
    const { world, ask, inventories } = glancing();
    await Promise.all([ask(environment), ask(environment)]);
    world.now += 999;
    await ask(environment);
    expect(inventories()).toBe(1);
    world.now += 1;
    await ask(environment);
    expect(inventories()).toBe(2);
  });

  it("are down, with the reason, when nobody answers", async () => {
    const { world, ask, goDown } = glancing();
    expect(await ask(environment)).toMatchObject([{ state: "ready" }]);
    goDown();
    world.now += 1_000;
    expect(await ask(environment)).toEqual([{ id: "all", state: "down", why: "it is gone" }]);
  });
});
