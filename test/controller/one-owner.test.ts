/** A path has one owner, whatever people pin while it changes hands. */

import { describe, expect, it } from "vitest";
import type { StrategySpec } from "../../src/domain/desired/environment.ts";
import { PinionError } from "../../src/domain/errors.ts";
import { canary } from "../support/progressive.ts";
import { commit, installed, type Move, settleWatched } from "../support/moved-paths.ts";
import { partOf } from "../support/thorough.ts";
import { blueGreen, environment, type World } from "../support/world.ts";

const move: Move = {
  before: { alpha: ["/apple", "/banana"], beta: ["/beta"] },
  after: { alpha: ["/apple"], beta: ["/beta", "/banana"] },
};
const delayed: StrategySpec = { ...blueGreen, switchTrafficDelayMs: 1_000 };
const rolling: StrategySpec = { kind: "rolling", batchSize: 1, batchDelayMs: 0, maxUnavailable: 1, healthCheckIntervalMs: 100 };

/** More passes than a deployment takes here. */
const cuts = Array.from({ length: 16 }, (_, passes) => passes);

/** Paths that two processes serve. */
async function sharedPaths({ router }: World): Promise<readonly string[]> {
  const routes = await router.routes(environment);
  const served = routes.flatMap(({ shares }) => [
    ...new Set(shares.flatMap(({ weight, endpoints }) => (weight > 0 ? endpoints.map(({ path }) => path) : []))),
  ]);
  return served.filter((path, index) => served.indexOf(path) !== index);
}

async function passes(world: World, count: number): Promise<void> {
  for (let pass = 0; pass < count; pass += 1) {
    await world.pass();
    world.now += 100;
    expect(await sharedPaths(world)).toEqual([]);
  }
}

describe.each([
  ["blue-green", blueGreen],
  ["blue-green with a delay", delayed],
  ["canary", canary],
  ["rolling", rolling],
] as const)("a path that another is to take over under %s", (_name, strategy) => {
  it.each(partOf(cuts))("has one owner when its giver's pin goes back after %i passes", async (cut) => {
    const world = await installed(move, strategy);
    commit(world, move);
    await passes(world, cut);
    world.pin("alpha", "1.0.0");
    await passes(world, 60);
  });

  it.each(partOf(cuts))("has one owner when its taker's pin is broken after %i passes", async (cut) => {
    const world = await installed(move, strategy);
    commit(world, move);
    await passes(world, cut);
    world.pin("beta", "9.9.9");
    await passes(world, 60);
  });

  it.each(partOf(cuts))("has one owner when both pins are broken after %i passes", async (cut) => {
    const world = await installed(move, strategy);
    commit(world, move);
    await passes(world, cut);
    world.pin("alpha", "9.9.9");
    world.pin("beta", "9.9.9");
    await passes(world, 60);
  });

  it.each(partOf(cuts))("has one owner when a person takes its giver back after %i passes", async (cut) => {
    const world = await installed(move, strategy);
    commit(world, move);
    await passes(world, cut);
    await world.command({ kind: "recover", process: "alpha" });
    await passes(world, 60);
  });
});

describe("a path has one owner", () => {
  it.each(partOf(cuts))("when one of three that change over cannot, after %i passes", async (cut) => {
    const round: Move = {
      before: { alpha: ["/apple"], beta: ["/banana"], gamma: ["/cherry", "/gamma"] },
      after: { alpha: ["/banana", "/cherry"], beta: ["/apple"], gamma: ["/gamma"] },
    };
    const world = await installed(round);
    commit(world, round);
    await passes(world, cut);
    world.pin("gamma", "1.0.0");
    await passes(world, 60);
  });

  it.each(partOf(cuts))("when who had it gets it back, and the router takes no routes just then, after %i passes", async (cut) => {
    const world = await installed(move, { ...blueGreen, keepOldVersion: true });
    world.publish("alpha", "2.0.0", { paths: ["/apple"] });
    world.pin("alpha", "2.0.0");
    await passes(world, 4);
    world.publish("beta", "2.0.0", { paths: ["/beta", "/banana"] });
    world.pin("beta", "2.0.0");
    await passes(world, cut);
    const { ports } = world;
    const closed = { ...ports.router, ensureRoutes: () => Promise.reject(new PinionError("router/unreachable", "no answer")) };
    world.ports = { ...ports, router: closed };
    await world.command({ kind: "recover", process: "alpha" });
    world.now += 10_000;
    await passes(world, 2);
    world.ports = ports;
    world.now += 10_000;
    await passes(world, 60);
  });

  it.each(partOf(cuts))("when one goes back to it, and another is to take it over, after %i passes", async (cut) => {
    const world = await installed({
      before: { alpha: ["/apple"], beta: ["/beta", "/banana"], gamma: ["/gamma"] },
      after: {},
    });
    world.publish("alpha", "2.0.0", { paths: ["/apple", "/banana"] });
    world.publish("beta", "2.0.0", { paths: ["/beta"] });
    world.publish("gamma", "2.0.0", { paths: ["/gamma", "/banana"] });
    for (const process of ["alpha", "beta"]) world.pin(process, "2.0.0");
    await passes(world, 60);
    expect(await sharedPaths(world)).toEqual([]);
    expect(world.traffic("alpha")).toEqual({ "2.0.0": 100 });
    world.pin("gamma", "2.0.0");
    await passes(world, cut);
    for (const process of ["alpha", "beta"]) world.pin(process, "1.0.0");
    await passes(world, 60);
    expect([world.traffic("alpha"), world.traffic("beta"), world.traffic("gamma")]).toEqual([
      { "1.0.0": 100 },
      { "1.0.0": 100 },
      { "1.0.0": 100 },
    ]);
  });
});

describe("a process that goes back, without checks, and must wait for one of its paths", () => {
  const back: Move = {
    before: { giver: ["/giver"], owner: ["/owner"], taker: ["/taker", "/apple", "/banana"] },
    after: { giver: ["/giver", "/banana"], owner: ["/owner", "/apple"], taker: ["/taker"] },
  };

  it("takes none of the others over either, and nobody gives those up to nobody", async () => {
    const world = await installed(back);
    commit(world, back);
    expect(await settleWatched(world, ["/apple", "/banana"])).toEqual([]);
    for (const process of ["giver", "taker"]) world.pin(process, "1.0.0");
    expect(await settleWatched(world, ["/apple", "/banana"])).toEqual([]);
    expect([world.traffic("giver"), world.traffic("taker")]).toEqual([{ "2.0.0": 100 }, { "2.0.0": 100 }]);
    world.pin("owner", "1.0.0");
    expect(await settleWatched(world, ["/apple", "/banana"])).toEqual([]);
    expect([world.traffic("giver"), world.traffic("taker")]).toEqual([{ "1.0.0": 100 }, { "1.0.0": 100 }]);
  });
});

describe("a newcomer that wants a path of a process that is deployed just then", () => {
  it.each(["a-newcomer", "z-newcomer"])("does not hold that up, also where it is recreated: %s", async (newcomer) => {
    const world = await installed({ before: { owner: ["/apple"] }, after: {} }, { kind: "recreate" });
    commit(world, { before: { owner: ["/old"] }, after: { owner: ["/apple"], [newcomer]: ["/apple"] } });
    for (let passes = 0; passes < 40; passes += 1) {
      await world.pass();
      world.now += 100;
    }
    expect(world.traffic("owner")).toEqual({ "2.0.0": 100 });
    expect(world.traffic(newcomer)).toEqual({});
  });
});
