/** A canary that shares the traffic already when a path that only the version before it answers gets another owner. */

import { beforeEach, describe, expect, it } from "vitest";
import type { StrategySpec } from "../../src/domain/desired/environment.ts";
import { installed, type Move, settleWatched, writes } from "../support/moved-paths.ts";
import { errorRate, measure, use } from "../support/progressive.ts";
import type { World } from "../support/world.ts";

const canary: StrategySpec = {
  kind: "canary",
  steps: [
    { kind: "weight", weight: 60 },
    { kind: "pause", durationMs: 1_000 },
    { kind: "weight", weight: 100 },
  ],
  checks: [],
  maxDurationMs: 60_000,
  keepOldVersion: true,
  warm: { count: 1, maxAgeMs: null },
};
const move: Move = {
  before: { alpha: ["/apple", "/banana"], beta: ["/beta"] },
  after: { alpha: ["/apple"], beta: ["/beta", "/banana"] },
};
const paths = ["/apple", "/banana", "/beta"];
const shared = { "1.0.0": 40, "2.0.0": 60 };
let world: World;

/** Beta, which is to have the path, is pinned when alpha shares its traffic already, and does not answer yet. */
beforeEach(async () => {
  world = await installed(move, canary);
  use(world, canary, 0, [errorRate]);
  measure(world, 0);
  for (const process of ["alpha", "beta"]) world.publish(process, "2.0.0", { paths: move.after[process] ?? [] });
  world.pin("alpha", "2.0.0");
  for (let pass = 0; pass < 10; pass += 1) await world.pass();
  expect(world.traffic("alpha")).toEqual(shared);
  world.engine.keepUnready(world.digest("beta", "2.0.0"), true);
  world.pin("beta", "2.0.0");
});

async function waiting(): Promise<void> {
  expect(await settleWatched(world, paths)).toEqual([]);
  world.now += 2_000;
  expect(await settleWatched(world, paths)).toEqual([]);
  expect(world.traffic("alpha")).toEqual(shared);
}

it("waits with its share until the taker is ready, and says for whom; then all change over in one write", async () => {
  await waiting();
  expect((await world.status("alpha"))?.reason.text).toContain("hands over: waits for beta, with which GET /banana changes owner");
  const since = world.router.calls.length;
  world.engine.keepUnready(world.digest("beta", "2.0.0"), false);
  expect(await settleWatched(world, paths)).toEqual([]);
  expect(writes(world, since)).toContainEqual(["alpha", "beta"]);
  expect([world.traffic("alpha"), world.traffic("beta")]).toEqual([{ "2.0.0": 100 }, { "2.0.0": 100 }]);
});

it("waits also when a person promotes it to all the traffic", async () => {
  expect(await settleWatched(world, paths)).toEqual([]);
  expect(await world.command({ kind: "promote", process: "alpha", isFull: true })).toMatchObject({ kind: "done" });
  expect(await settleWatched(world, paths)).toEqual([]);
  expect(world.traffic("alpha")).toEqual(shared);
});

it("holds up nobody who may be deployed only alone", async () => {
  world.spec = { ...world.spec, maxConcurrentDeployments: 1 };
  world.pin("beta", "2.0.0");
  await waiting();
  world.engine.keepUnready(world.digest("beta", "2.0.0"), false);
  expect(await settleWatched(world, paths)).toEqual([]);
  expect(world.traffic("beta")).toEqual({ "2.0.0": 100 });
});

it("goes back when its time is over, and is not rejected for that", async () => {
  await waiting();
  world.now += 60_000;
  expect(await settleWatched(world, paths)).toEqual([]);
  expect(world.traffic("alpha")).toEqual({ "1.0.0": 100 });
  expect(world.reverts).toEqual([]);
  expect((await world.state("alpha"))?.quarantined).toEqual([]);
  expect((await world.status("alpha"))?.reason.text).toContain("its paths were not handed over within its maxDuration");
});

it("goes back alone when its metrics reject it in the moment in which the taker is ready", async () => {
  await waiting();
  world.engine.keepUnready(world.digest("beta", "2.0.0"), false);
  world.readings = ({ candidate: { process } }) => ({
    candidate: { kind: "value", value: process === "alpha" ? 60 : 0, requests: 100, coveredMs: 10_000 },
  });
  expect(await settleWatched(world, paths)).toEqual([]);
  expect([world.traffic("alpha"), world.traffic("beta")]).toEqual([{ "1.0.0": 100 }, { "1.0.0": 100 }]);
});

describe("a version that goes from instance to instance", () => {
  const rolling: StrategySpec = { kind: "rolling", batchSize: 1, batchDelayMs: 1_000, maxUnavailable: 1, healthCheckIntervalMs: 100 };

  beforeEach(async () => {
    world = await installed(move, rolling);
    for (const process of ["alpha", "beta"]) world.publish(process, "2.0.0", { paths: move.after[process] ?? [] });
    world.pin("alpha", "2.0.0");
    for (let pass = 0; pass < 20; pass += 1) await world.pass();
    expect(world.traffic("alpha")).toEqual({ "1.0.0": 50, "2.0.0": 50 });
    world.engine.keepUnready(world.digest("beta", "2.0.0"), true);
    world.pin("beta", "2.0.0");
    await waitingHalfway();
  });

  async function waitingHalfway(): Promise<void> {
    expect(await settleWatched(world, paths)).toEqual([]);
    world.now += 2_000;
    expect(await settleWatched(world, paths)).toEqual([]);
    expect(world.traffic("alpha")).toEqual({ "1.0.0": 50, "2.0.0": 50 });
  }

  it("keeps the last instances in rotation with the version before it until the taker is ready", async () => {
    expect((await world.status("alpha"))?.reason.text).toContain("hands over: waits for beta, with which GET /banana changes owner");
    const since = world.router.calls.length;
    world.engine.keepUnready(world.digest("beta", "2.0.0"), false);
    expect(await settleWatched(world, paths)).toEqual([]);
    expect(writes(world, since)).toContainEqual(["alpha", "beta"]);
    expect([world.traffic("alpha"), world.traffic("beta")]).toEqual([{ "2.0.0": 100 }, { "2.0.0": 100 }]);
  });

  it("does not give the path up when its last instance goes down for a while", async () => {
    const state = (await world.state("alpha"))?.rollout?.state;
    const last = state && "batch" in state ? (state.batch[0] ?? "") : "";
    world.engine.crash(last);
    await world.pass();
    expect(await settleWatched(world, paths)).toEqual([]);
    world.now += 2_000;
    expect(await settleWatched(world, paths)).toEqual([]);
    world.engine.comeBack(last);
    await world.settle();
    await waitingHalfway();
    world.engine.keepUnready(world.digest("beta", "2.0.0"), false);
    await world.settle();
    expect([world.traffic("alpha"), world.traffic("beta")]).toEqual([{ "2.0.0": 100 }, { "2.0.0": 100 }]);
  });

  it("goes on alone when nobody is to take the path over any more", async () => {
    world.pin("beta", "1.0.0");
    await world.settle();
    expect(world.traffic("alpha")).toEqual({ "2.0.0": 100 });
  });

  it("goes back when its time is over, and is not rejected for that", async () => {
    world.now += world.spec.deploymentTimeoutMs;
    expect(await settleWatched(world, paths)).toEqual([]);
    expect(world.traffic("alpha")).toEqual({ "1.0.0": 100 });
    expect(world.reverts).toEqual([]);
  });
});
