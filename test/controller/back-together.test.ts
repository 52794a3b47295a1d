import { describe, expect, it } from "vitest";
import { type Move, moved, outlast, settleWatched, spoil, writes } from "../support/moved-paths.ts";
import { blueGreen, type World } from "../support/world.ts";

const swap: Move = { before: { alpha: ["/apple"], beta: ["/banana"] }, after: { alpha: ["/banana"], beta: ["/apple"] } };
const move: Move = {
  before: { alpha: ["/apple", "/banana"], beta: ["/beta"] },
  after: { alpha: ["/apple"], beta: ["/beta", "/banana"] },
};
const rename: Move = { before: { alpha: ["/apple"], other: ["/other"] }, after: { gamma: ["/apple"], other: ["/other"] } };
const round: Move = {
  before: { a: ["/one"], b: ["/two"], c: ["/three"] },
  after: { a: ["/two"], b: ["/three"], c: ["/one"] },
};
const coldOnce = { ...blueGreen, keepOldVersion: false };
const told = async (world: World, wanted: string): Promise<readonly (string | null)[]> =>
  (await world.journal.pendingEvents(1_000)).filter(({ kind }) => kind === wanted).map(({ process }) => process);
const reasonOf = async (world: World, process: string): Promise<string> => (await world.status(process))?.reason.text ?? "";

describe.each([
  ["moved", move, ["/apple", "/banana", "/beta"]],
  ["swapped", swap, ["/apple", "/banana"]],
] as const)("when paths are %s, and a version is rolled back", (_how, change, paths) => {
  it.each(["alpha", "beta"])("%s takes its partner along, in one write and one commit, and rejects that one alone", async (bad) => {
    const world = await moved(change);
    const partner = bad === "alpha" ? "beta" : "alpha";
    const since = world.router.calls.length;
    spoil(world, bad);
    world.isGitDown = true;
    expect(await settleWatched(world, paths)).toEqual([]);
    expect(writes(world, since)[0]).toEqual(["alpha", "beta"]);
    expect([world.traffic("alpha"), world.traffic("beta")]).toEqual([{ "1.0.0": 100 }, { "1.0.0": 100 }]);
    expect(await reasonOf(world, partner)).toContain(`goes back together with ${bad}`);
    expect((await world.state(partner))?.quarantined).toEqual([]);

    world.isGitDown = false;
    world.now += 60_000;
    expect(await settleWatched(world, paths)).toEqual([]);
    expect(world.reverts).toMatchObject([{ process: bad, along: [{ process: partner, from: "2.0.0", to: "1.0.0" }] }]);
    for (const process of ["alpha", "beta"])
      expect(await world.status(process)).toMatchObject({ desired: "1.0.0", sync: "Synced", health: "Healthy", phase: "Succeeded" });
  });

  it("its partner goes back too when that one's watch is over, as long as its version before is warm", async () => {
    const world = await moved(change);
    await outlast(world, "alpha", ["beta"]);
    expect((await world.state("beta"))?.rollout?.state.kind).toBe("baking");
    const since = world.router.calls.length;
    spoil(world, "beta");
    expect(await settleWatched(world, paths)).toEqual([]);
    expect(writes(world, since)[0]).toEqual(["alpha", "beta"]);
    expect([world.traffic("alpha"), world.traffic("beta")]).toEqual([{ "1.0.0": 100 }, { "1.0.0": 100 }]);
    for (const process of ["alpha", "beta"]) expect(await world.status(process)).toMatchObject({ sync: "Synced", health: "Healthy" });
    expect(new Set(await told(world, "rolled-back"))).toEqual(new Set(["alpha", "beta"]));
    expect((await told(world, "started")).filter((process) => process === "alpha")).toHaveLength(2);
  });
});

describe("a version whose paths changed owner", () => {
  it("takes all along with whom they went round", async () => {
    const world = await moved(round);
    const since = world.router.calls.length;
    spoil(world, "b");
    expect(await settleWatched(world, ["/one", "/two", "/three"])).toEqual([]);
    expect(writes(world, since)[0]).toEqual(["a", "b", "c"]);
    expect(world.reverts).toHaveLength(1);
    for (const process of ["a", "b", "c"]) expect(await world.status(process)).toMatchObject({ desired: "1.0.0", sync: "Synced" });
  });

  it("stays, swapped, where its partner cannot go back any more, until a person reverts both", async () => {
    const world = await moved(swap, coldOnce);
    await outlast(world, "beta", ["alpha"]);
    spoil(world, "alpha");
    expect(await settleWatched(world, ["/apple", "/banana"])).toEqual([]);
    expect([world.traffic("alpha"), world.traffic("beta")]).toEqual([{ "2.0.0": 100 }, { "2.0.0": 100 }]);
    expect(await reasonOf(world, "alpha")).toContain("not rolled back: beta has GET /apple, which it would get back");
    for (const kind of ["recover", "rollback"] as const) {
      const result = await world.command({ kind, process: "alpha", to: null });
      expect(result).toMatchObject({ kind: "refused", why: "beta has GET /apple, which it would get back: revert both in one commit" });
    }
    expect(world.reverts).toEqual([]);
    world.pin("alpha", "1.0.0");
    world.pin("beta", "1.0.0");
    expect(await settleWatched(world, ["/apple", "/banana"])).toEqual([]);
    expect([world.traffic("alpha"), world.traffic("beta")]).toEqual([{ "1.0.0": 100 }, { "1.0.0": 100 }]);
  });

  it("goes back alone, moved, where the one that gave it the path cannot, and says who had it", async () => {
    const world = await moved(move, coldOnce);
    await outlast(world, "alpha", ["beta"]);
    spoil(world, "beta");
    expect(await settleWatched(world, ["/apple", "/beta"])).toEqual([]);
    expect([world.traffic("alpha"), world.traffic("beta")]).toEqual([{ "2.0.0": 100 }, { "1.0.0": 100 }]);
    expect(world.reverts[0]?.why).toContain("no process serves GET /banana any more: alpha 1.0.0 did");
    expect(world.reverts[0]?.along).toBeUndefined();
  });

  it.each(["watched", "over"])("goes back alone when its partner has changed again since: %s", async (when) => {
    const world = await moved(move);
    await outlast(world, "alpha", ["beta"]);
    world.publish("alpha", "3.0.0", { paths: ["/apple"] });
    world.pin("alpha", "3.0.0");
    spoil(world, "", ["beta"]);
    const isThere = async (): Promise<boolean> => {
      const rollout = (await world.state("alpha"))?.rollout;
      return world.traffic("alpha")["3.0.0"] === 100 && (when === "watched" ? rollout?.state.kind === "baking" : rollout === null);
    };
    for (let passes = 0; !(await isThere()); passes += 1) {
      expect(passes).toBeLessThan(100);
      world.now += 500;
      await world.pass();
    }
    spoil(world, "beta");
    expect(await settleWatched(world, ["/apple", "/beta"])).toEqual([]);
    expect([world.traffic("alpha"), world.traffic("beta")]).toEqual([{ "3.0.0": 100 }, { "1.0.0": 100 }]);
    expect(world.reverts[0]?.why).toContain("no process serves GET /banana any more");
  });

  it.each(["watched", "over"])("goes back alone when what its partner ran before is in quarantine: %s", async (when) => {
    const world = await moved(move);
    if (when === "over") await outlast(world, "alpha", ["beta"]);
    const digest = (await world.state("alpha"))?.knownGood.find(({ version }) => version === "1.0.0")?.definition;
    if (!digest) throw new Error("1.0.0 was never found good");
    world.condemnAs({ process: "alpha", version: "1.0.0", digest });
    spoil(world, "beta");
    expect(await settleWatched(world, ["/apple", "/beta"])).toEqual([]);
    expect([world.traffic("alpha"), world.traffic("beta")]).toEqual([{ "2.0.0": 100 }, { "1.0.0": 100 }]);
  });

  it("goes back alone when another keeps what its partner would need", async () => {
    const change: Move = {
      before: { alpha: ["/a", "/banana"], beta: ["/beta"], delta: ["/delta"] },
      after: { alpha: ["/x"], beta: ["/beta", "/banana"], delta: ["/delta", "/a"] },
    };
    const world = await moved(change, coldOnce);
    await outlast(world, "delta", ["alpha", "beta"]);
    spoil(world, "beta");
    expect(await settleWatched(world, ["/x", "/a", "/beta", "/delta"])).toEqual([]);
    expect([world.traffic("alpha"), world.traffic("beta")]).toEqual([{ "2.0.0": 100 }, { "1.0.0": 100 }]);
    expect(world.reverts[0]?.why).toContain("no process serves GET /banana any more: alpha 1.0.0 did");
  });

  it("does not go back by halves while what it goes back to does not answer", async () => {
    const world = await moved(swap);
    const since = world.router.calls.length;
    world.engine.keepUnready(world.digest("beta", "1.0.0"), true);
    spoil(world, "beta");
    expect(await settleWatched(world, ["/apple", "/banana"])).toEqual([]);
    expect(writes(world, since)).toEqual([]);
    world.engine.keepUnready(world.digest("beta", "1.0.0"), false);
    world.now += 10_000;
    expect(await settleWatched(world, ["/apple", "/banana"])).toEqual([]);
    expect(writes(world, since)[0]).toEqual(["alpha", "beta"]);
  });

  it("has a commit of its own when its partner is rejected too", async () => {
    const world = await moved(swap);
    world.readings = () => ({ candidate: { kind: "value", value: 50, requests: 100, coveredMs: 10_000 } });
    expect(await settleWatched(world, ["/apple", "/banana"])).toEqual([]);
    expect(world.reverts.map(({ process, along }) => ({ process, along }))).toEqual([
      { process: "alpha", along: undefined },
      { process: "beta", along: undefined },
    ]);
    for (const process of ["alpha", "beta"]) expect((await world.state(process))?.quarantined).toHaveLength(1);
  });
});

describe("when a process takes over the paths of one that is taken out, and is rolled back", () => {
  const merge: Move = { before: { alpha: ["/apple"], beta: ["/beta"] }, after: { beta: ["/beta", "/apple"] } };

  it("both serve as before, and no commit puts its pin back alone, since that would take the other out", async () => {
    const world = await moved(merge);
    const since = world.router.calls.length;
    spoil(world, "beta");
    expect(await settleWatched(world, ["/apple", "/beta"])).toEqual([]);
    expect(writes(world, since)[0]).toEqual(["alpha", "beta"]);
    expect([world.traffic("alpha"), world.traffic("beta")]).toEqual([{ "1.0.0": 100 }, { "1.0.0": 100 }]);
    expect(world.reverts).toEqual([]);
    expect(await reasonOf(world, "alpha")).toContain("revert the commit that removed its pin");
    world.now += 3_600_000;
    expect(await settleWatched(world, ["/apple", "/beta"])).toEqual([]);
    world.pin("alpha", "1.0.0");
    world.pin("beta", "1.0.0");
    expect(await settleWatched(world, ["/apple", "/beta"])).toEqual([]);
    for (const process of ["alpha", "beta"]) expect(await world.status(process)).toMatchObject({ sync: "Synced", health: "Healthy" });
  });

  it("a person's rollback of it is refused, and a recovery takes the traffic back", async () => {
    const world = await moved(merge);
    expect(await world.command({ kind: "rollback", process: "beta", to: null })).toMatchObject({
      kind: "refused",
      why: expect.stringContaining("alpha was taken out") as unknown,
    });
    const result = await world.command({ kind: "recover", process: "beta" });
    expect(result).toMatchObject({ kind: "done", why: expect.stringContaining("alpha serves its paths again") as unknown });
    expect(await settleWatched(world, ["/apple", "/beta"])).toEqual([]);
    expect([world.traffic("alpha"), world.traffic("beta")]).toEqual([{ "1.0.0": 100 }, { "1.0.0": 100 }]);
    expect(world.reverts).toEqual([]);
  });
});

describe("when a renamed process is rolled back", () => {
  const paths = ["/apple", "/other"];

  it("what it was before serves again, and waits for a person", async () => {
    const world = await moved(rename);
    const since = world.router.calls.length;
    spoil(world, "gamma");
    expect(await settleWatched(world, paths)).toEqual([]);
    expect(writes(world, since)[0]).toEqual(["alpha", "gamma"]);
    expect([world.traffic("alpha"), world.traffic("gamma")]).toEqual([{ "1.0.0": 100 }, {}]);
    expect(await world.status("gamma")).toMatchObject({ health: "Degraded", phase: "RolledBack" });
    expect(await reasonOf(world, "gamma")).toContain("alpha serves its paths again");
    expect(await reasonOf(world, "alpha")).toContain("waits for gamma, with which GET /apple changes owner: its deployment failed");
    expect(await reasonOf(world, "alpha")).toContain("revert the commit that removed its pin");
    expect(world.reverts).toEqual([]);
    expect(await told(world, "rolled-back")).toEqual(["gamma"]);
    world.now += 3_600_000;
    expect(await settleWatched(world, paths)).toEqual([]);
    expect(world.traffic("alpha")).toEqual({ "1.0.0": 100 });
  });

  it("a revert of that commit brings it back for good", async () => {
    const world = await moved(rename);
    spoil(world, "gamma");
    await settleWatched(world, paths);
    world.pin("alpha", "1.0.0");
    world.pin("gamma", null);
    expect(await settleWatched(world, paths)).toEqual([]);
    expect(await world.status("alpha")).toMatchObject({ sync: "Synced", health: "Healthy" });
    expect(await world.status("gamma")).toBeNull();
  });

  it("is kept warm again when nobody wants either of them", async () => {
    const world = await moved(rename);
    spoil(world, "gamma");
    await settleWatched(world, paths);
    world.now += 3_600_000;
    world.pin("gamma", null);
    await world.settle();
    expect((await world.status("alpha"))?.actual).toEqual([{ version: "1.0.0", weight: 0 }]);
  });

  it("a version of it that works takes the paths over again", async () => {
    const world = await moved(rename);
    spoil(world, "gamma");
    await settleWatched(world, paths);
    spoil(world, "");
    world.publish("gamma", "2.0.1", { paths: ["/apple"] });
    world.pin("gamma", "2.0.1");
    expect(await settleWatched(world, paths)).toEqual([]);
    expect([world.traffic("alpha"), world.traffic("gamma")]).toEqual([{}, { "2.0.1": 100 }]);
  });

  it("it stays when nothing that served before is warm any more", async () => {
    const world = await moved(rename);
    world.spec = { ...world.spec, pruneDelayMs: 0 };
    world.pin("other", "1.0.0");
    await world.settle();
    spoil(world, "gamma");
    expect(await settleWatched(world, paths)).toEqual([]);
    expect(world.traffic("gamma")).toEqual({ "2.0.0": 100 });
    expect(await reasonOf(world, "gamma")).toContain("not rolled back: there is no version to go back to");
  });
});

describe.each([
  ["moved", move, ["/apple", "/banana", "/beta"]],
  ["swapped", swap, ["/apple", "/banana"]],
] as const)("a person who takes a version back whose paths were %s", (_how, change, paths) => {
  it.each([
    ["recover", "watched"],
    ["recover", "over"],
    ["rollback", "watched"],
    ["rollback", "over"],
  ] as const)("gets its partner back with it: %s, %s", async (kind, when) => {
    const world = await moved(change);
    if (when === "over") expect(await settleWatched(world, paths)).toEqual([]);
    if (when === "over") world.now += 20_000;
    if (when === "over") expect(await settleWatched(world, paths)).toEqual([]);
    expect((await world.state("beta"))?.rollout === null).toBe(when === "over");
    const since = world.router.calls.length;
    const result = await world.command({ kind, process: "beta", to: null });
    expect(result).toMatchObject({ kind: "done", why: expect.stringContaining("alpha goes back together with it") as unknown });
    expect(await settleWatched(world, paths)).toEqual([]);
    expect(writes(world, since)[0]).toEqual(["alpha", "beta"]);
    expect(world.reverts).toMatchObject([{ process: "beta", along: [{ process: "alpha", from: "2.0.0", to: "1.0.0" }] }]);
    for (const process of ["alpha", "beta"])
      expect(await world.status(process)).toMatchObject({ desired: "1.0.0", sync: "Synced", health: "Healthy" });
    expect(world.traffic("alpha")).toEqual({ "1.0.0": 100 });
  });
});
