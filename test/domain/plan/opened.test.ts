/** What is foreseen of a deployment that gives paths to others, or takes them over. */

import { describe, expect, it } from "vitest";
import { commit, installed, type Move } from "../../support/moved-paths.ts";
import { blueGreen, environment, type World } from "../../support/world.ts";

const swap: Move = { before: { alpha: ["/apple"], beta: ["/banana"] }, after: { alpha: ["/banana"], beta: ["/apple"] } };
const rename: Move = { before: { alpha: ["/apple"], other: ["/other"] }, after: { gamma: ["/apple"], other: ["/other"] } };

/** The actions of the plan that is kept with the newest deployment of each; null: none is kept. */
async function kept({ journal }: World, ...processes: readonly string[]): Promise<readonly (readonly string[] | null)[]> {
  return Promise.all(
    processes.map(async (process) => {
      const [last] = await journal.history({ environment, process, limit: 1 });
      const [whole] = await journal.history({ id: last?.id ?? "" });
      return whole?.deploymentPlan?.steps.map(({ action }) => action) ?? null;
    }),
  );
}

async function passes(world: World, count: number): Promise<void> {
  for (let done = 0; done < count; done += 1) {
    await world.pass();
    world.now += 100;
  }
}

const together = ["validate", "install", "check", "hand-over", "switch", "confirm", "drain"];
const alone = together.filter((action) => action !== "hand-over");
const first = together.filter((action) => action !== "drain");

describe("the plan that is kept with a deployment", () => {
  it("hands over where paths are swapped", async () => {
    const world = await installed(swap, blueGreen, { hasPlans: true });
    commit(world, swap);
    await world.settle();
    expect(await kept(world, "alpha", "beta")).toEqual([together, together]);
  });

  it("hands over to an heir, also when the giver is taken out", async () => {
    const world = await installed(rename, blueGreen, { hasPlans: true });
    commit(world, rename);
    await passes(world, 40);
    expect(await kept(world, "gamma", "alpha", "other")).toEqual([
      first,
      ["clear", "wait", "remove"],
      alone.filter((one) => one !== "drain"),
    ]);
  });

  it("hands over to those that have not begun yet", async () => {
    const world = await installed(swap, blueGreen, { hasPlans: true });
    world.spec = { ...world.spec, maxConcurrentDeployments: 1 };
    commit(world, swap);
    await passes(world, 2);
    expect((await world.state("beta"))?.rollout).toBeNull();
    expect(await kept(world, "alpha")).toEqual([together]);
  });

  it("hands over to those that wait for another, which gives paths to nobody", async () => {
    const world = await installed({ before: { ...swap.before, called: ["/called"] }, after: swap.after }, blueGreen, { hasPlans: true });
    world.publish("called", "2.0.0", { paths: ["/called"] });
    world.pin("called", "2.0.0");
    const dependencies = [{ type: "workflow" as const, name: "called", version: "^2.0.0", required: true }];
    world.publish("alpha", "2.0.0", { paths: ["/banana"] });
    world.publish("beta", "2.0.0", { paths: ["/apple"], dependencies });
    for (const process of ["alpha", "beta"]) world.pin(process, "2.0.0");
    await passes(world, 1);
    expect((await world.state("beta"))?.rollout).toBeNull();
    expect(await kept(world, "alpha", "called")).toEqual([together, alone]);
  });

  it("foresees no standstill of those with whom it hands over", async () => {
    const world = await installed(swap, blueGreen, { hasPlans: true });
    world.spec = { ...world.spec, maxConcurrentDeployments: 1 };
    commit(world, swap);
    await passes(world, 2);
    expect(await world.command({ kind: "pause", process: "alpha" })).toMatchObject({ kind: "done" });
    expect((await world.state("beta"))?.rollout).toBeNull();
    world.spec = { ...world.spec, maxConcurrentDeployments: null };
    commit(world, swap);
    await passes(world, 2);
    expect((await world.state("alpha"))?.rollout?.paused).not.toBeNull();
    expect(await kept(world, "beta")).toEqual([together]);
  });
});
