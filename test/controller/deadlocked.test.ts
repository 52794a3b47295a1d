/** Deployments of one commit that wait for each other: said at once, by all of them, and over as soon as a person undoes one of them. */

import { describe, expect, it } from "vitest";
import { deadEndOf } from "../../src/domain/decision/dead-end.ts";
import { evaluate } from "../../src/domain/decision/evaluate.ts";
import { installed, settleWatched } from "../support/moved-paths.ts";
import { environment, type World } from "../support/world.ts";

const before = { alpha: ["/apple", "/banana"], beta: ["/beta"] };

/** `beta` takes /banana over from `alpha`, and one of them calls the other: any version of it, or only the new one. */
async function moving(caller: "alpha" | "beta", range: string): Promise<World> {
  const world = await installed({ before, after: {} });
  const needs = (process: string) => (process === caller ? { dependencies: [workflow(caller === "alpha" ? "beta" : "alpha", range)] } : {});
  world.publish("alpha", "2.0.0", { paths: ["/apple"], ...needs("alpha") });
  world.publish("beta", "2.0.0", { paths: ["/beta", "/banana"], ...needs("beta") });
  world.pin("alpha", "2.0.0");
  world.pin("beta", "2.0.0");
  return world;
}

const workflow = (name: string, version: string) => ({ type: "workflow", name, version, required: true }) as const;
const watched = ["/apple", "/banana", "/beta"];
const both = ["alpha", "beta"] as const;
const standing = async (world: World) => {
  const wanted = world.ports.wanted(environment);
  if (!wanted) throw new Error("no such environment");
  return { ...wanted, state: await world.journal.state(environment), processes: (await world.journal.state(environment)).processes };
};

describe.each(both)("a path that moves between processes of which %s calls the other's new version", (caller) => {
  it("is said to wait for ever by both, in status and by one event each, and what runs serves on", async () => {
    const world = await moving(caller, "^2.0.0");
    expect(await settleWatched(world, watched)).toEqual([]);
    const waits = caller === "alpha" ? "alpha waits for beta 2.0.0, which it calls" : "beta waits for alpha 2.0.0, which it calls";
    for (const process of both) {
      const status = await world.status(process);
      expect(status).toMatchObject({
        sync: "OutOfSync",
        health: "Degraded",
        reason: { code: "Deadlocked", about: "alpha 2.0.0, beta 2.0.0" },
      });
      expect(status?.reason.text).toContain(waits);
      expect(world.traffic(process)).toEqual({ "1.0.0": 100 });
    }
    const events = (await world.journal.pendingEvents(1_000)).filter(({ code }) => code === "Deadlocked");
    expect(events.map(({ kind, process }) => `${kind} ${process ?? ""}`).toSorted()).toEqual(["held alpha", "held beta"]);
  });

  it("is a dead end for who waits, with what to do, until one of them is pinned otherwise", async () => {
    const world = await moving(caller, "^2.0.0");
    await settleWatched(world, watched);
    for (const process of both) {
      const now = await standing(world);
      expect(deadEndOf(process, now)).toContain("wait for each other");
      const changedBy = evaluate(process, { ...now, instances: [], now: world.now })?.changedBy ?? [];
      expect(changedBy[0]).toMatch(/two commits/);
      expect(changedBy.join()).not.toMatch(/opens by itself/);
    }
    world.pin(caller, "1.0.0");
    for (const process of both) expect(deadEndOf(process, await standing(world))).toBeNull();
    await settleWatched(world, watched);
    for (const process of both) expect((await world.status(process))?.reason.code).not.toBe("Deadlocked");
  });

  it("moves when any version of it will do", async () => {
    const world = await moving(caller, ">=1.0.0");
    const codes = new Set<string>();
    for (let passes = 0; passes < 60; passes += 1) {
      await world.pass();
      for (const process of both) codes.add((await world.status(process))?.reason.code ?? "");
      world.now += 100;
    }
    expect(codes).not.toContain("Deadlocked");
    for (const process of both) expect(await world.status(process)).toMatchObject({ sync: "Synced", health: "Healthy" });
  });
});

describe("a process that only calls one of those that wait for each other", () => {
  const withCaller = async (range: string): Promise<World> => {
    const world = await installed({ before: { ...before, delta: ["/delta"], epsilon: ["/epsilon"] }, after: {} });
    world.publish("alpha", "2.0.0", { paths: ["/apple"] });
    world.publish("beta", "2.0.0", { paths: ["/beta", "/banana"], dependencies: [workflow("alpha", "^2.0.0")] });
    world.publish("delta", "2.0.0", { paths: ["/epsilon"], dependencies: [workflow("alpha", range)] });
    world.publish("epsilon", "2.0.0", { paths: ["/delta"] });
    for (const process of ["alpha", "beta", "delta", "epsilon"]) world.pin(process, "2.0.0");
    return world;
  };

  it("is deployed with the version that serves, and hands its own paths over in time", async () => {
    const world = await withCaller(">=1.0.0");
    expect(await settleWatched(world, [...watched, "/delta", "/epsilon"])).toEqual([]);
    for (const process of ["delta", "epsilon"]) expect(await world.status(process)).toMatchObject({ sync: "Synced", health: "Healthy" });
    for (const process of both) expect((await world.status(process))?.reason.code).toBe("Deadlocked");
  });

  it("is told which version it lacks, where what serves is too old", async () => {
    const world = await withCaller("^2.0.0");
    await settleWatched(world, watched);
    expect((await world.status("delta"))?.reason).toMatchObject({ code: "DependencyMissing", about: "alpha" });
    for (const process of both) expect((await world.status(process))?.reason.code).toBe("Deadlocked");
  });
});

describe("a path that moves between processes, over a third that is called", () => {
  it.each([null, 1])("is said to wait for ever by all three, also when so many may run at once: %j", async (maxConcurrentDeployments) => {
    const world = await installed({ before: { ...before, gamma: ["/gamma"] }, after: {} });
    world.spec = { ...world.spec, maxConcurrentDeployments };
    world.publish("alpha", "2.0.0", { paths: ["/apple"] });
    world.publish("beta", "2.0.0", { paths: ["/beta", "/banana"], dependencies: [workflow("gamma", "^2.0.0")] });
    world.publish("gamma", "2.0.0", { paths: ["/gamma"], dependencies: [workflow("alpha", ">=1.0.0")] });
    for (const process of ["alpha", "beta", "gamma"]) world.pin(process, "2.0.0");
    expect(await settleWatched(world, watched)).toEqual([]);
    for (const process of ["alpha", "beta", "gamma"])
      expect((await world.status(process))?.reason).toMatchObject({ code: "Deadlocked", about: "alpha 2.0.0, beta 2.0.0, gamma 2.0.0" });
  });
});
