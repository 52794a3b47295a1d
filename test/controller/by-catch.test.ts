import { describe, expect, it } from "vitest";
import { errorRate, measure, use } from "../support/progressive.ts";
import { blueGreen, createWorld, environment, smokeTest, type World } from "../support/world.ts";

const needsBilling = [{ type: "workflow", name: "billing", version: "^2.0.0", required: true }] as const;

/** orders calls billing; both have their first version here, and a second one each is published. */
async function caller(): Promise<World> {
  const world = createWorld();
  for (const [process, versions] of Object.entries({ billing: ["2.0.0", "2.1.0"], orders: ["1.0.0", "1.1.0"] })) {
    const dependencies = process === "orders" ? needsBilling : [];
    for (const version of versions) world.publish(process, version, { dependencies, checks: [smokeTest(`/${process}`)] });
  }
  world.pin("billing", "2.0.0");
  world.pin("orders", "1.0.0");
  await world.settle();
  return world;
}

/** The smoke test of orders fails while billing 2.1.0 is there, and billing is then taken back by a person's order. */
async function failedBesideARollback(world: World): Promise<void> {
  world.pin("billing", "2.1.0");
  await world.settle();
  world.pin("orders", "1.1.0");
  world.prober.setAnswer(({ url }) => (url.includes("orders") ? { status: 502 } : {}));
  for (let passes = 0; passes < 30 && (await world.state("orders"))?.rollout?.state.kind !== "checking"; passes += 1) await world.pass();
  expect(await world.order({ kind: "rollback", process: "billing", to: null })).toMatchObject({ kind: "done" });
}

describe("a version that fails while what it calls is being rolled back", () => {
  it("is tried again once when that is healthy, and says so", async () => {
    const world = await caller();
    world.isGitDown = true;
    await failedBesideARollback(world);
    await world.settle();
    expect(await world.status("orders")).toMatchObject({ phase: "Failed" });
    expect((await world.status("orders"))?.reason.text).toContain(
      "billing, which it calls, was being rolled back just then: it is tried again once",
    );
    world.prober.setAnswer(() => ({}));
    world.isGitDown = false;
    world.now += 60_000;
    await world.settle();
    expect(await world.status("orders")).toMatchObject({ sync: "Synced", phase: "Succeeded" });
    const tries = (await world.journal.history({ process: "orders" })).filter(({ version }) => version === "1.1.0");
    expect(tries.map(({ phase }) => phase)).toEqual(["Succeeded", "Failed"]);
    expect(tries[0]?.steps[0]?.why).toBe(
      "1.1.0 is tried again: billing, which it calls, was being rolled back when it failed, and is healthy again",
    );
  });

  it("is not tried a third time", async () => {
    const world = await caller();
    await failedBesideARollback(world);
    world.now += 60_000;
    await world.settle();
    const tries = (await world.journal.history({ process: "orders" })).filter(({ version }) => version === "1.1.0");
    expect(tries.map(({ phase }) => phase)).toEqual(["Failed", "Failed"]);
    expect((await world.status("orders"))?.reason.text).toContain(`\`pinion retry ${environment}/orders\` tries it again`);
  });
});

describe("a version that has traffic when what it calls is rolled back", () => {
  /** Both are being watched, and from now on both answer with errors. */
  async function bothFail(): Promise<World> {
    const world = await caller();
    use(world, blueGreen, 60_000, [errorRate]);
    measure(world, 0);
    world.pin("billing", "2.1.0");
    world.pin("orders", "1.1.0");
    for (let passes = 0; !(await areWatched(world)); passes += 1) {
      if (passes > 50) throw new Error("they are never watched");
      await world.pass();
      world.now += 100;
    }
    measure(world, 50);
    return world;
  }

  async function areWatched(world: World): Promise<boolean> {
    const states = await Promise.all(["billing", "orders"].map((process) => world.state(process)));
    return states.every((state) => state?.rollout?.state.kind === "watching");
  }

  it("is neither reverted nor put into quarantine, and is tried again once when that is healthy", async () => {
    const world = await bothFail();
    world.isGitDown = true;
    await world.settle();
    expect([world.traffic("billing"), world.traffic("orders")]).toEqual([{ "2.0.0": 100 }, { "1.0.0": 100 }]);
    expect((await world.state("billing"))?.quarantined).toHaveLength(1);
    expect(await world.state("orders")).toMatchObject({ quarantined: [], revert: null });
    expect((await world.status("orders"))?.reason.text).toContain(
      "billing, which it calls, was being rolled back just then: it is tried again once",
    );
    world.isGitDown = false;
    measure(world, 0);
    world.now += 60_000;
    await world.settle();
    world.now += 120_000;
    await world.settle();
    expect(world.reverts.map(({ process }) => process)).toEqual(["billing"]);
    expect(world.traffic("orders")).toMatchObject({ "1.1.0": 100 });
  });

  it("is condemned like any other when it fails again", async () => {
    const world = await bothFail();
    await world.settle();
    world.now += 60_000;
    await world.settle();
    expect(world.traffic("orders")).toEqual({ "1.0.0": 100 });
    expect(world.reverts.map(({ process }) => process).toSorted()).toEqual(["billing", "orders"]);
  });
});

describe("a version that fails for itself", () => {
  it("stays so, and names the command that helps", async () => {
    const world = await caller();
    world.prober.setAnswer(({ url }) => (url.includes("orders") ? { status: 502 } : {}));
    world.pin("orders", "1.1.0");
    await world.settle();
    world.now += 600_000;
    await world.settle();
    expect((await world.status("orders"))?.reason.text).toContain(`\`pinion retry ${environment}/orders\` tries it again`);
    expect((await world.journal.history({ process: "orders" })).filter(({ version }) => version === "1.1.0")).toHaveLength(1);
  });
});
