/** What was refused for good is tried again when `main` says something else, and by the deployment that begins then. */

import { describe, expect, it } from "vitest";
import { deadEndOf } from "../../src/domain/decision/dead-end.ts";
import { evaluate } from "../../src/domain/decision/evaluate.ts";
import { errorRate, measure, use } from "../support/progressive.ts";
import { blueGreen, environment, running, type World } from "../support/world.ts";

const process = "orders";

async function targets(world: World): Promise<readonly string[]> {
  const [route] = await world.router.routes(environment);
  return route?.shares.filter(({ version }) => version === "1.0.0").flatMap((share) => share.targets.map(({ instance }) => instance)) ?? [];
}

async function placed(world: World): Promise<readonly string[]> {
  const { installed } = await world.engine.inventory();
  return installed.find(({ version }) => version === "1.0.0")?.placements.map(({ instance }) => instance) ?? [];
}

/** One of two instances has lost it, and it could not be put back with the variables of then. */
async function lostOnOne(): Promise<World> {
  const world = await running({ instances: ["one", "two"] });
  const { variables } = world.spec;
  const digest = world.digest(process, "1.0.0");
  world.spec = { ...world.spec, variables: { currency: "EUR" } };
  world.pin(process, "9.9.9");
  await world.settle();
  world.engine.forget(digest, "two");
  await world.settle();
  expect((await world.status(process))?.reason).toMatchObject({ code: "NotRestored" });
  world.spec = { ...world.spec, variables };
  return world;
}

describe("what could not be put back", () => {
  it("is put back once the variables are what they were, while another pin is held", async () => {
    const world = await lostOnOne();
    world.pin(process, "9.9.8");
    await world.settle();
    expect(await placed(world)).toEqual(["one", "two"]);
    expect(await targets(world)).toEqual(["one", "two"]);
  });

  it("is put back once it is pinned again: what was refused before says nothing about the deployment that begins", async () => {
    const world = await lostOnOne();
    const { inventory } = world.engine;
    // The commit comes in the middle of a pass: what was owed is tried before, and a decision is made after it.
    world.engine.inventory = async () => {
      world.engine.inventory = inventory;
      world.pin(process, "1.0.0");
      return inventory.call(world.engine);
    };
    await world.settle();
    expect(await placed(world)).toEqual(["one", "two"]);
    expect(await world.status(process)).toMatchObject({ sync: "Synced", health: "Healthy" });
  });
});

it("a watched version that cannot be put back on one instance is served, and fires its schedules, where the other comes back", async () => {
  const world = await running({ instances: ["one", "two"] });
  use(world, blueGreen, 60_000, [errorRate]);
  measure(world, 0);
  world.pin(process, "1.1.0");
  for (let passes = 0; passes < 50 && (await world.state(process))?.rollout?.state.kind !== "baking"; passes += 1) await world.pass();
  world.spec = { ...world.spec, variables: { currency: "EUR" } };
  world.pin(process, "9.9.9");
  const digest = world.state(process).then((state) => state?.rollout?.candidate?.digest ?? "sha256-none");
  world.engine.forget(await digest, "two");
  await world.settle();
  world.engine.crash("one");
  await world.pass();
  world.engine.comeBack("one");
  await world.settle();
  const runs = (await world.engine.inventory()).installed.find(({ version }) => version === "1.1.0");
  const [route] = await world.router.routes(environment);
  expect(runs?.placements).toHaveLength(1);
  expect(route?.shares[0]?.targets.map(({ url }) => url)).toEqual(runs?.placements.map(({ address }) => address));
  expect(runs?.armed).toBe(true);
});

describe("a good version that was lost, with its route, and could not be put back in time", () => {
  async function lost(): Promise<World> {
    const world = await running();
    const digest = world.digest(process, "1.0.0");
    world.engine.keepUnready(digest, true);
    for (let passes = 0; passes < 200 && !(await world.state(process))?.refused; passes += 1) {
      await world.pass();
      world.now += 10_000;
    }
    world.engine.removeByHand(digest);
    world.router.lose(environment, process, "whole");
    expect((await world.state(process))?.refused).toMatchObject({ code: "NotRestored" });
    world.engine.keepUnready(digest, false);
    return world;
  }

  it("is put back by itself when the pause is over, and gets its traffic back", async () => {
    const world = await lost();
    for (let passes = 0; passes < 60; passes += 1) {
      await world.settle();
      world.now += 10_000;
    }
    expect(world.traffic(process)).toEqual({ "1.0.0": 100 });
    expect(await world.status(process)).toMatchObject({ sync: "Synced", health: "Healthy" });
  });

  it("is not tried again before that, says when, and can still come", async () => {
    const world = await lost();
    await world.settle();
    expect((await world.status(process))?.reason).toMatchObject({ code: "NotRestored" });
    const { processes } = await world.journal.state(environment);
    const wanted = world.ports.wanted(environment);
    expect(wanted && deadEndOf(process, { ...wanted, processes })).toBeNull();
    const gates = wanted && evaluate(process, { ...wanted, state: await world.journal.state(environment), instances: [], now: world.now });
    expect(gates?.gates.find(({ gate }) => gate === "refused-before")?.until).toBeGreaterThan(world.now);
  });
});
