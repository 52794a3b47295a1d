import { describe, expect, it } from "vitest";
import type { ProcessId } from "../../src/domain/names.ts";
import type { StrategySpec } from "../../src/domain/environment.ts";
import { errorRate, measure, use } from "../support/progressive.ts";
import { blueGreen, createWorld, environment, type World } from "../support/world.ts";

const canary: StrategySpec = {
  kind: "canary",
  steps: [
    { kind: "weight", weight: 10 },
    { kind: "pause", durationMs: 1_000 },
    { kind: "weight", weight: 100 },
  ],
  checks: [],
  maxDurationMs: 600_000,
  keepOldVersion: true,
  warm: { count: 1, maxAgeMs: null },
};
const rolling: StrategySpec = { kind: "rolling", batchSize: 1, batchDelayMs: 0, maxUnavailable: 1, healthCheckIntervalMs: 100 };

type Paths = Readonly<Record<string, readonly string[]>>;

/** What runs, and the commit that changes it. Versions are 1.0.0 before and 2.0.0 after. */
interface Move {
  readonly before: Paths;
  readonly after: Paths;
}

const moves: readonly (readonly [string, Move])[] = [
  ["is moved", { before: { alpha: ["/apple", "/banana"], beta: ["/beta"] }, after: { alpha: ["/apple"], beta: ["/beta", "/banana"] } }],
  ["goes along in a rename", { before: { alpha: ["/apple"], other: ["/other"] }, after: { gamma: ["/apple"], other: ["/other"] } }],
  ["is swapped", { before: { alpha: ["/apple"], beta: ["/banana"] }, after: { alpha: ["/banana"], beta: ["/apple"] } }],
  ["goes round among three", { before: { a: ["/one"], b: ["/two"], c: ["/three"] }, after: { a: ["/two"], b: ["/three"], c: ["/one"] } }],
];

async function installed({ before }: Move, strategy: StrategySpec = blueGreen): Promise<World> {
  const world = createWorld({ instances: ["one", "two"] });
  world.spec = { ...world.spec, strategy, pruneDelayMs: 60_000 };
  for (const [process, paths] of Object.entries(before)) {
    world.publish(process, "1.0.0", { paths });
    world.pin(process, "1.0.0");
  }
  await world.settle();
  return world;
}

function commit(world: World, { before, after }: Move): void {
  for (const process of Object.keys(before)) if (!(process in after)) world.pin(process, null);
  for (const [process, paths] of Object.entries(after)) {
    if (before[process]?.join() === paths.join()) continue;
    world.publish(process, "2.0.0", { paths });
    world.pin(process, "2.0.0");
  }
}

/** Passes until all rests; every path must be answered after every write of the table. */
async function settleWatched(world: World, paths: readonly string[]): Promise<readonly string[]> {
  const missed: string[] = [];
  for (let quiet = 0, passes = 0; quiet < 3 && passes < 200; passes += 1) {
    quiet = (await world.pass()) ? quiet + 1 : 0;
    for (const path of paths) if (world.router.receive(environment, "GET", path) === null) missed.push(path);
    world.now += 100;
  }
  return missed;
}

/** The processes of each write of the table since then. */
function writes(world: World, since: number): readonly (readonly string[])[] {
  return world.router.calls
    .slice(since)
    .flatMap((call) => (call.call === "ensureRoutes" ? [call.routes.map(({ process }) => process).toSorted()] : []));
}

describe.each([
  ["blue-green", blueGreen],
  ["canary", canary],
  ["rolling", rolling],
] as const)("a path that changes its owner under %s", (_name, strategy) => {
  it.each(moves)("%s: every request is answered, and all change over in one write", async (_how, move) => {
    const world = await installed(move, strategy);
    const paths = Object.values(move.before).flat();
    const since = world.router.calls.length;
    commit(world, move);
    expect(await settleWatched(world, paths)).toEqual([]);
    const movers = Object.keys({ ...move.before, ...move.after }).filter((process) => move.before[process] !== move.after[process]);
    const changed = movers.filter((process) => move.before[process]?.join() !== move.after[process]?.join());
    expect(writes(world, since)).toContainEqual(changed.toSorted());
    for (const [process, expected] of Object.entries(move.after)) {
      const route = (await world.router.routes(environment)).find((each) => each.process === process);
      expect(route?.shares.flatMap(({ endpoints }) => endpoints.map(({ path }) => path))).toEqual(expected);
      expect(await world.status(process)).toMatchObject({ sync: "Synced", health: "Healthy" });
    }
  });
});

describe("a path that changes its owner", () => {
  const swap: Move = { before: { alpha: ["/apple"], beta: ["/banana"] }, after: { alpha: ["/banana"], beta: ["/apple"] } };
  const rename: Move = { before: { alpha: ["/apple"], other: ["/other"] }, after: { gamma: ["/apple"], other: ["/other"] } };

  it("is handed over although only one deployment may run at once", async () => {
    const world = await installed(swap);
    world.spec = { ...world.spec, maxConcurrentDeployments: 1 };
    commit(world, swap);
    expect(await settleWatched(world, ["/apple", "/banana"])).toEqual([]);
    expect(await world.status("alpha")).toMatchObject({ sync: "Synced" });
    expect(await world.status("beta")).toMatchObject({ sync: "Synced" });
  });

  it("comes back in one write when the commit is reverted", async () => {
    const world = await installed(swap);
    commit(world, swap);
    await world.settle();
    const since = world.router.calls.length;
    world.pin("alpha", "1.0.0");
    world.pin("beta", "1.0.0");
    expect(await settleWatched(world, ["/apple", "/banana"])).toEqual([]);
    expect(writes(world, since)).toEqual([["alpha", "beta"]]);
  });

  it("is not taken back by the one of them whose pin alone goes back", async () => {
    const world = await installed(swap);
    commit(world, swap);
    await world.settle();
    world.pin("beta", "1.0.0");
    expect(await settleWatched(world, ["/apple", "/banana"])).toEqual([]);
    expect(world.traffic("beta")).toEqual({ "2.0.0": 100 });
    expect((await world.status("beta"))?.reason).toContain("waits until alpha gives its paths up");
    world.pin("alpha", "1.0.0");
    expect(await settleWatched(world, ["/apple", "/banana"])).toEqual([]);
    expect(world.traffic("alpha")).toEqual({ "1.0.0": 100 });
    expect(world.traffic("beta")).toEqual({ "1.0.0": 100 });
  });

  it("stays with the old owner, which stays in production, when the newcomer fails its checks", async () => {
    const world = await installed(rename);
    commit(world, rename);
    world.engine.refuse(world.digest("gamma", "2.0.0"), { code: "engine/refused", detail: "no such node" });
    expect(await settleWatched(world, ["/apple"])).toEqual([]);
    expect(world.traffic("alpha")).toEqual({ "1.0.0": 100 });
    expect((await world.status("alpha"))?.reason).toContain("waits for gamma, with which paths change owner: its deployment failed");
    world.pin("gamma", null);
    await world.settle();
    expect(world.traffic("alpha")).toEqual({});
  });

  it("is not taken while the one that has it stays because of an error in the same environment", async () => {
    const world = await installed(rename);
    commit(world, rename);
    world.pin("other", "9.9.9");
    expect(await settleWatched(world, ["/apple", "/other"])).toEqual([]);
    expect(world.traffic("alpha")).toEqual({ "1.0.0": 100 });
    expect(world.traffic("gamma")).toEqual({});
  });

  it("is not handed over by halves when one of them cannot be routed", async () => {
    const world = await installed(swap);
    commit(world, swap);
    const since = world.router.calls.length;
    world.engine.keepUnready(world.digest("beta", "2.0.0"), true);
    expect(await settleWatched(world, ["/apple", "/banana"])).toEqual([]);
    expect(writes(world, since).flat()).toEqual([]);
    world.engine.keepUnready(world.digest("beta", "2.0.0"), false);
    expect(await settleWatched(world, ["/apple", "/banana"])).toEqual([]);
    expect(writes(world, since)[0]).toEqual(["alpha", "beta"]);
  });
});

describe("after a swap", () => {
  const swap: Move = { before: { alpha: ["/apple"], beta: ["/banana"] }, after: { alpha: ["/banana"], beta: ["/apple"] } };

  async function swapped(): Promise<World> {
    const world = createWorld({ instances: ["one", "two"] });
    for (const [process, paths] of Object.entries(swap.before)) {
      world.publish(process, "1.0.0", { paths });
      world.pin(process, "1.0.0");
    }
    await world.settle();
    use(world, blueGreen, 10_000, [errorRate]);
    measure(world, 0);
    commit(world, swap);
    for (let passes = 0; (await world.state("beta"))?.rollout?.state.kind !== "watching"; passes += 1) {
      if (passes > 50) throw new Error("it is never watched");
      await world.pass();
      world.now += 100;
    }
    return world;
  }

  /** From now on this process alone answers with errors. */
  function spoil(world: World, bad: ProcessId): void {
    world.readings = ({ candidate: { process } }) => ({
      candidate: { kind: "value", value: process === bad ? 50 : 0, requests: 100, coveredMs: 10_000 },
    });
  }

  it.each(["alpha", "beta"])("the rollback of %s takes its partner along, in one write, and condemns that one alone", async (bad) => {
    const world = await swapped();
    const since = world.router.calls.length;
    spoil(world, bad);
    expect(await settleWatched(world, ["/apple", "/banana"])).toEqual([]);
    expect(writes(world, since)[0]).toEqual(["alpha", "beta"]);
    expect([world.traffic("alpha"), world.traffic("beta")]).toEqual([{ "1.0.0": 100 }, { "1.0.0": 100 }]);
    expect(world.reverts.map(({ process }) => process)).toEqual([bad]);
    const partner = bad === "alpha" ? "beta" : "alpha";
    expect((await world.state(partner))?.quarantined).toEqual([]);
    expect((await world.status(partner))?.reason).toContain(`goes back together with ${bad}`);
    world.pin(partner, "1.0.0");
    expect(await settleWatched(world, ["/apple", "/banana"])).toEqual([]);
    expect(await world.status(partner)).toMatchObject({ sync: "Synced", health: "Healthy" });
  });

  it("a version stays that would get a path back which another has for good, until a person reverts both", async () => {
    const world = await swapped();
    world.spec = { ...world.spec, analysis: { ...world.spec.analysis, onInconclusive: "pause" } };
    world.readings = ({ candidate: { process } }) => ({
      candidate: process === "alpha" ? { kind: "none", why: "nobody asks" } : { kind: "value", value: 0, requests: 100, coveredMs: 10_000 },
    });
    for (let passes = 0; (await world.state("beta"))?.rollout; passes += 1) {
      if (passes > 100) throw new Error("beta is watched for ever");
      world.now += 1_000;
      await world.pass();
    }
    expect((await world.state("alpha"))?.rollout?.state.kind).toBe("watching");
    spoil(world, "alpha");
    expect(await settleWatched(world, ["/apple", "/banana"])).toEqual([]);
    expect([world.traffic("alpha"), world.traffic("beta")]).toEqual([{ "2.0.0": 100 }, { "2.0.0": 100 }]);
    expect((await world.status("alpha"))?.reason).toContain("not rolled back: beta has a path that it would get back");
    expect(await world.order({ kind: "recover", process: "alpha" })).toMatchObject({
      kind: "refused",
      why: expect.stringContaining("revert both") as unknown,
    });
    expect(world.reverts).toEqual([]);
    world.pin("alpha", "1.0.0");
    world.pin("beta", "1.0.0");
    expect(await settleWatched(world, ["/apple", "/banana"])).toEqual([]);
    expect([world.traffic("alpha"), world.traffic("beta")]).toEqual([{ "1.0.0": 100 }, { "1.0.0": 100 }]);
  });
});
