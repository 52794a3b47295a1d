/** Paths of a version that has all the traffic, and is followed by another before it was found good. */

import { beforeEach, describe, expect, it } from "vitest";
import type { StrategySpec } from "../../src/domain/desired/environment.ts";
import { PinionError } from "../../src/domain/errors.ts";
import { commit, installed, type Move, settleWatched } from "../support/moved-paths.ts";
import { canary } from "../support/progressive.ts";
import { environment, sha256, type World } from "../support/world.ts";

const swap: Move = { before: { alpha: ["/apple"], beta: ["/banana"] }, after: { alpha: ["/banana"], beta: ["/apple"] } };
const taken: Move = { before: { alpha: ["/alpha"], beta: ["/beta"] }, after: { alpha: ["/alpha", "/banana"], beta: ["/beta"] } };

/** Settles, and tells which processes two of had one path between two passes. */
async function settleOwned(world: World, paths: readonly string[]): Promise<{ missed: readonly string[]; shared: readonly string[] }> {
  const since = world.router.calls.length;
  const missed = await settleWatched(world, paths);
  const table = new Map<string, readonly string[]>();
  const shared: string[] = [];
  for (const call of world.router.calls.slice(since)) {
    if (call.call !== "ensureRoutes") continue;
    for (const { process, shares } of call.routes)
      table.set(
        process,
        shares.flatMap(({ endpoints }) => endpoints.map(({ path }) => path)),
      );
    for (const path of paths) {
      const owners = [...table].filter(([, own]) => own.includes(path)).map(([process]) => process);
      if (owners.length > 1) shared.push(`${path}: ${owners.join(" and ")}`);
    }
  }
  return { missed, shared };
}

/** All paths have changed owner, and nobody has found anything good yet. */
async function confirming(move: Move): Promise<World> {
  const world = await installed(move);
  commit(world, move);
  for (let pass = 0; (await world.state("alpha"))?.rollout?.state.kind !== "post-deployment"; pass += 1) {
    if (pass > 40) throw new Error("it never comes to that");
    await world.pass();
  }
  return world;
}

it("are not taken back from those who have them by now", async () => {
  const world = await confirming(swap);
  world.publish("alpha", "3.0.0", { paths: ["/banana", "/pear"] });
  world.pin("alpha", "3.0.0");
  for (let pass = 0; pass < 20; pass += 1) {
    await world.pass();
    expect(world.traffic("alpha")).not.toHaveProperty("1.0.0");
    expect((await world.router.routes(environment)).flatMap(({ shares }) => shares).length).toBe(2);
  }
  expect(world.traffic("alpha")).toEqual({ "3.0.0": 100 });
});

it("are kept until those who are pinned to have them from now on are ready", async () => {
  const world = await confirming(taken);
  const next: Move = { before: taken.after, after: { alpha: ["/alpha"], beta: ["/beta", "/banana"] } };
  world.publish("alpha", "3.0.0", { paths: next.after["alpha"] ?? [] });
  world.pin("alpha", "3.0.0");
  commit(world, { before: { beta: ["/beta"] }, after: { beta: next.after["beta"] ?? [] } });
  expect(await settleOwned(world, ["/alpha", "/banana", "/beta"])).toEqual({ missed: [], shared: [] });
  expect([world.traffic("alpha"), world.traffic("beta")]).toEqual([{ "3.0.0": 100 }, { "2.0.0": 100 }]);
});

it("are given up at once where nobody waits for them", async () => {
  const world = await confirming(taken);
  world.publish("alpha", "3.0.0", { paths: ["/alpha"] });
  world.pin("alpha", "3.0.0");
  await world.pass();
  await world.pass();
  expect(world.traffic("alpha")).toEqual({ "1.0.0": 100 });
});

it("are not taken back by a recovery that was ordered while nobody could say who has them", async () => {
  const world = await installed(swap);
  commit(world, swap);
  await world.settle();
  world.isGitDown = true;
  const { ports } = world;
  world.ports = { ...ports, router: { ...world.router, routes: () => Promise.reject(new PinionError("router/unreachable", "no answer")) } };
  expect(await world.command({ kind: "recover", process: "alpha" })).toMatchObject({ kind: "done" });
  world.ports = ports;
  expect(await settleOwned(world, ["/apple", "/banana"])).toEqual({ missed: [], shared: [] });
  expect(world.traffic("alpha")).toEqual({ "2.0.0": 100 });
  expect((await world.status("alpha"))?.reason.text).toContain("waits until beta gives up GET /apple");
});

describe("of a canary that shares the traffic", () => {
  const sharing: StrategySpec = {
    ...canary,
    checks: [],
    steps: [
      { kind: "weight", weight: 20 },
      { kind: "pause", durationMs: null },
    ],
  };
  const shares = { "1.0.0": 80, "2.0.0": 20 };
  const all = ["/alpha", "/banana", "/beta"];
  let world: World;

  /** Alpha 2.0.0 alone answers /banana; beta 2.0.0, which is to have it, does not answer yet. */
  beforeEach(async () => {
    world = await installed(taken, sharing);
    commit(world, taken);
    for (let pass = 0; pass < 10; pass += 1) await world.pass();
    expect(world.traffic("alpha")).toEqual(shares);
    world.publish("beta", "2.0.0", { paths: ["/beta", "/banana"] });
    world.pin("beta", "2.0.0");
    world.engine.keepUnready(world.digest("beta", "2.0.0"), true);
  });

  async function settle(): Promise<void> {
    expect(await settleOwned(world, all)).toEqual({ missed: [], shared: [] });
  }

  it("are kept until their taker is ready, where the version before it is pinned again", async () => {
    world.pin("alpha", "1.0.0");
    await settle();
    expect(world.traffic("alpha")).toEqual(shares);
    expect((await world.status("alpha"))?.reason).toMatchObject({ code: "HandingOver" });
    world.engine.keepUnready(world.digest("beta", "2.0.0"), false);
    await settle();
    expect([world.traffic("alpha"), world.traffic("beta")]).toEqual([{ "1.0.0": 100 }, { "2.0.0": 100 }]);
  });

  it.each([
    ["is misspelt", null, "btea"],
    ["cannot be used", "9.9.9", "beta"],
  ])("are kept until their taker is ready, also while its pin %s", async (_, version, other) => {
    world.pin("alpha", "1.0.0");
    await settle();
    world.pin("beta", version);
    if (other !== "beta") world.pin(other, "2.0.0");
    await settle();
    expect(world.traffic("alpha")).toEqual(shares);
    world.engine.keepUnready(world.digest("beta", "2.0.0"), false);
    await settle();
    expect([world.traffic("alpha"), world.traffic("beta")]).toEqual([{ "1.0.0": 100 }, { "2.0.0": 100 }]);
  });

  it("are kept until their taker is ready, where another version follows", async () => {
    world.publish("alpha", "3.0.0", { paths: ["/alpha"] });
    world.pin("alpha", "3.0.0");
    await settle();
    expect(world.traffic("alpha")).toEqual(shares);
    world.engine.keepUnready(world.digest("beta", "2.0.0"), false);
    await settle();
    expect([world.traffic("alpha"), world.traffic("beta")]).toEqual([{ "3.0.0": 100 }, { "2.0.0": 100 }]);
  });

  it("follow their instances meanwhile", async () => {
    world.pin("alpha", "1.0.0");
    await settle();
    world.engine.crash("one");
    await settle();
    world.engine.comeBack("one");
    await settle();
    expect(world.traffic("alpha")).toEqual(shares);
    const [route] = (await world.router.routes(environment)).filter(({ process }) => process === "alpha");
    expect(route?.shares.map(({ targets }) => targets.length)).toEqual([2, 2]);
  });

  it("are given up where the version before it is pinned again and their taker has failed", async () => {
    world.pin("alpha", "1.0.0");
    await settle();
    await world.command({ kind: "abort", process: "beta" });
    await world.settle();
    expect(world.traffic("alpha")).toEqual({ "1.0.0": 100 });
    expect(await world.status("alpha")).toMatchObject({ sync: "Synced", health: "Healthy" });
    world.engine.keepUnready(world.digest("beta", "2.0.0"), false);
    await world.command({ kind: "retry", process: "beta" });
    await world.settle();
    expect(world.traffic("beta")).toEqual(shares);
  });

  it("are given up at once by a version that is in quarantine", async () => {
    const definition = (await world.state("alpha"))?.rollout?.definition ?? sha256("");
    world.pin("alpha", "1.0.0");
    await settle();
    world.condemnAs({ process: "alpha", version: "2.0.0", digest: definition });
    await world.settle();
    expect(world.traffic("alpha")).toEqual({ "1.0.0": 100 });
  });
});
