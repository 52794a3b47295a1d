import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Attention } from "../../src/controller/ports.ts";
import type { EnvironmentState } from "../../src/domain/journal/state.ts";
import type { Observation } from "../../src/domain/observed/observation.ts";
import { createComparedAttention } from "../support/compared-attention.ts";
import { fill } from "../support/full-disk.ts";
import { environment, running, type World } from "../support/world.ts";

let world: World;
let looks: string[];

/** Notes when everything is looked at, and when it is over. */
function noting(): Attention {
  const attention = createComparedAttention();
  return {
    ...attention,
    look: (observation: Observation, state: () => Promise<EnvironmentState>) =>
      attention.look(observation, () => {
        looks.push("all");
        return state();
      }),
  };
}

beforeEach(async () => {
  world = await running();
  looks = [];
  world.ports = { ...world.ports, attention: noting() };
  await world.settle();
});

describe("everything is looked at", () => {
  it("at first, and then no more, whatever is deployed", async () => {
    world.pin("orders", "1.1.0");
    await world.settle();
    expect(world.traffic("orders")).toEqual({ "1.1.0": 100 });
    expect(looks).toEqual(["all"]);
  });

  it("once in a while", async () => {
    world.now += 599_000;
    await world.pass();
    expect(looks).toEqual(["all"]);
    world.now += 1_000;
    await world.pass();
    expect(looks).toEqual(["all", "all"]);
  });

  it("where the clock was put back", async () => {
    world.now -= 3_600_000;
    await world.pass();
    expect(looks).toEqual(["all", "all"]);
  });

  it("when the settings change", async () => {
    world.spec = { ...world.spec, requestTimeoutMs: 5 };
    await world.settle();
    expect(looks).toEqual(["all", "all"]);
  });

  it("when a decision could not be recorded, so that what it was about is not lost", async () => {
    world.pin("orders", "1.1.0");
    fill(world, "full");
    await expect(world.pass()).rejects.toThrow("the disk is full");
    fill(world, "free");
    await world.settle();
    expect(world.traffic("orders")).toEqual({ "1.1.0": 100 });
    expect(looks).toEqual(["all", "all"]);
  });
});

describe("who is at rest, and loses something, is noticed without a look at everything", () => {
  afterEach(async () => {
    await world.settle();
    expect(world.traffic("orders")).toEqual({ "1.0.0": 100 });
    expect(looks).toEqual(["all"]);
  });

  it("when the router has forgotten its route", async () => {
    await world.router.ensureRoutes(environment, [{ process: "orders", timeoutMs: 1_000, sticky: null, shares: [] }]);
    expect(world.traffic("orders")).toEqual({});
  });

  it("when somebody has given it another timeout", async () => {
    const [route] = await world.router.routes(environment);
    if (route) await world.router.ensureRoutes(environment, [{ ...route, timeoutMs: 1 }]);
  });

  it("when an instance has forgotten it", () => {
    world.engine.forget(world.digest("orders", "1.0.0"), "one");
  });
});
