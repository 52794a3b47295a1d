import { beforeEach, describe, expect, it } from "vitest";
import type { StrategySpec } from "../../src/domain/desired/environment.ts";
import { commit, installed, type Move, settleWatched, writes } from "../support/moved-paths.ts";
import { blueGreen, environment, type World } from "../support/world.ts";

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

const moves: readonly (readonly [string, Move])[] = [
  ["is moved", { before: { alpha: ["/apple", "/banana"], beta: ["/beta"] }, after: { alpha: ["/apple"], beta: ["/beta", "/banana"] } }],
  ["goes along in a rename", { before: { alpha: ["/apple"], other: ["/other"] }, after: { gamma: ["/apple"], other: ["/other"] } }],
  ["is swapped", { before: { alpha: ["/apple"], beta: ["/banana"] }, after: { alpha: ["/banana"], beta: ["/apple"] } }],
  ["goes round among three", { before: { a: ["/one"], b: ["/two"], c: ["/three"] }, after: { a: ["/two"], b: ["/three"], c: ["/one"] } }],
];

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

/** The pin is gone, beside an error. */
function misspell(world: World, process: string): void {
  const file = `environments/${environment}/pins.yaml`;
  const found = { file, line: 1, column: 1, pointer: "/pins", code: "pin/unknown", severity: "error", hint: "" } as const;
  world.findings = [{ ...found, message: "there is no such process" }];
  world.pin(process, null);
}

const phaseOf = async (world: World, process: string) => (await world.state(process))?.rollout?.state.kind ?? null;

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

  it("takes its place again when what waits for others stops answering and is installed again", async () => {
    const world = await installed(swap);
    world.spec = { ...world.spec, maxConcurrentDeployments: 1 };
    commit(world, swap);
    for (let passes = 0; (await phaseOf(world, "alpha")) !== "handing-over" && passes < 20; passes += 1) await world.pass();
    world.engine.keepUnready(world.digest("alpha", "2.0.0"), true);
    await world.pass();
    expect([await phaseOf(world, "alpha"), await phaseOf(world, "beta")]).toEqual(["installing", null]);
    world.engine.keepUnready(world.digest("alpha", "2.0.0"), false);
    expect(await settleWatched(world, ["/apple", "/banana"])).toEqual([]);
    for (const process of ["alpha", "beta"]) expect(await world.status(process)).toMatchObject({ sync: "Synced" });
  });

  describe("where only one deployment may run at once, while the second of two has the place", () => {
    let world: World;
    const underWay = async () => {
      const phases = await Promise.all(["alpha", "beta"].map((process) => phaseOf(world, process)));
      return phases.filter((phase) => phase !== null && ["validating", "installing", "checking"].includes(phase)).length;
    };

    beforeEach(async () => {
      world = await installed(swap);
      world.spec = { ...world.spec, maxConcurrentDeployments: 1 };
      commit(world, swap);
      for (let passes = 0; (await phaseOf(world, "beta")) === null && passes < 40; passes += 1) await world.pass();
      expect(await phaseOf(world, "alpha")).toBe("handing-over");
    });

    it("the first is not installed again before the place is free", async () => {
      world.engine.keepUnready(world.digest("alpha", "2.0.0"), true);
      await world.pass();
      expect(await underWay()).toBe(1);
      expect((await world.status("alpha"))?.reason.code).toBe("WaitsForTurn");
      world.engine.keepUnready(world.digest("alpha", "2.0.0"), false);
      expect(await settleWatched(world, ["/apple", "/banana"])).toEqual([]);
      for (const process of ["alpha", "beta"]) expect(await world.status(process)).toMatchObject({ sync: "Synced" });
    });

    it("the first is not installed again before the place is free where its pin is misspelt either", async () => {
      misspell(world, "alpha");
      world.engine.keepUnready(world.digest("alpha", "2.0.0"), true);
      await world.pass();
      expect(await underWay()).toBe(1);
    });

    it("no other version of the first begins when it is taken back", async () => {
      world.publish("alpha", "3.0.0", { paths: ["/banana"] });
      world.pin("alpha", "3.0.0");
      await world.command({ kind: "recover", process: "alpha" });
      expect(await underWay()).toBe(1);
    });
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
    expect((await world.status("beta"))?.reason.text).toContain("waits until alpha gives up GET /banana, which it serves");
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
    expect((await world.status("alpha"))?.reason.text).toContain(
      "waits for gamma, with which GET /apple changes owner: its deployment failed; `pinion retry production/gamma`",
    );
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

  it.each<readonly [string, (world: World) => void]>([
    ["a pin that cannot run comes", (world) => world.pin("other", "9.9.9")],
    ["its pin is misspelt", (world) => misspell(world, "other")],
  ])("is not taken from its owner by what is under way when %s meanwhile", async (_what, hurt) => {
    const world = await installed(rename);
    world.publish("other", "2.0.0", { paths: ["/other", "/apple"] });
    world.publish("alpha", "2.0.0", { paths: ["/alpha"] });
    world.engine.keepUnready(world.digest("alpha", "2.0.0"), true);
    world.pin("alpha", "2.0.0");
    world.pin("other", "2.0.0");
    await world.settle();
    expect((await world.state("other"))?.rollout?.state.kind).toBe("handing-over");
    hurt(world);
    expect(await settleWatched(world, ["/apple", "/other"])).toEqual([]);
    expect(world.traffic("other")).toEqual({ "1.0.0": 100 });
    world.engine.keepUnready(world.digest("alpha", "2.0.0"), false);
    expect(await settleWatched(world, ["/apple", "/other"])).toEqual([]);
    expect([world.traffic("alpha"), world.traffic("other")]).toEqual([{ "2.0.0": 100 }, { "2.0.0": 100 }]);
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

  it("is moved from a process to its caller, where each version of the one fits each of the other", async () => {
    const move: Move = {
      before: { billing: ["/billing", "/invoices"], orders: ["/orders"] },
      after: { billing: ["/billing"], orders: ["/orders", "/invoices"] },
    };
    const world = await installed(move);
    commit(world, move);
    world.publish("orders", "2.0.0", {
      paths: ["/orders", "/invoices"],
      dependencies: [{ type: "workflow", name: "billing", version: ">=1.0.0", required: true }],
    });
    world.pin("orders", "2.0.0");
    expect(await settleWatched(world, ["/billing", "/invoices", "/orders"])).toEqual([]);
    expect([world.traffic("billing"), world.traffic("orders")]).toEqual([{ "2.0.0": 100 }, { "2.0.0": 100 }]);
  });
});
