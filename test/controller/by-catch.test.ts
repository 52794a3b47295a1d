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

function failing(world: World, processes: readonly string[]): void {
  world.readings = ({ process }) => ({
    candidate: { kind: "value", value: processes.includes(process) ? 50 : 0, requests: 100, coveredMs: 10_000 },
  });
}

async function passesUntil(world: World, isSo: () => Promise<boolean>): Promise<void> {
  for (let passes = 0; !(await isSo()); passes += 1) {
    if (passes > 100) throw new Error("it is never so");
    await world.pass();
    world.now += 100;
  }
}

/** The smoke test of commands fails while billing 2.1.0 is there, and billing is then taken back by a person's command. */
async function failedBesideARollback(world: World): Promise<void> {
  world.pin("billing", "2.1.0");
  await world.settle();
  world.pin("orders", "1.1.0");
  world.prober.setAnswer(({ url }) => (url.includes("orders") ? { status: 502 } : {}));
  for (let passes = 0; passes < 30 && (await world.state("orders"))?.rollout?.state.kind !== "checking"; passes += 1) await world.pass();
  expect(await world.command({ kind: "rollback", process: "billing", to: null })).toMatchObject({ kind: "done" });
}

describe("a version that fails while what it calls is being rolled back", () => {
  it("is tried again once when that is healthy, and says so", async () => {
    const world = await caller();
    world.isGitDown = true;
    await failedBesideARollback(world);
    await world.settle();
    expect(await world.status("orders")).toMatchObject({ phase: "Failed" });
    expect((await world.status("orders"))?.reason.text).toContain(
      "billing, which it calls, was being rolled back then: it is tried again once",
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
  async function bothFail(world: World): Promise<void> {
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
  }

  async function areWatched(world: World): Promise<boolean> {
    const states = await Promise.all(["billing", "orders"].map((process) => world.state(process)));
    return states.every((state) => state?.rollout?.state.kind === "baking");
  }

  it("is neither reverted nor put into quarantine, and is tried again once when that is healthy", async () => {
    const world = await caller();
    await bothFail(world);
    world.isGitDown = true;
    await world.settle();
    expect([world.traffic("billing"), world.traffic("orders")]).toEqual([{ "2.0.0": 100 }, { "1.0.0": 100 }]);
    expect((await world.state("billing"))?.quarantined).toHaveLength(1);
    expect(await world.state("orders")).toMatchObject({ quarantined: [], revert: null });
    expect((await world.status("orders"))?.reason.text).toContain(
      "billing, which it calls, was being rolled back then: it is tried again once",
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

  it("is good no more until it has shown it again, whatever it was before", async () => {
    const world = await caller();
    for (const version of ["1.1.0", "1.0.0"]) {
      world.pin("orders", version);
      await world.settle();
    }
    await bothFail(world);
    world.isGitDown = true;
    await world.settle();
    expect((await world.state("orders"))?.knownGood.map(({ version }) => version)).toEqual(["1.0.0"]);
  });

  it("is rejected like any other when it fails again", async () => {
    const world = await caller();
    await bothFail(world);
    await world.settle();
    world.now += 60_000;
    await world.settle();
    expect(world.traffic("orders")).toEqual({ "1.0.0": 100 });
    expect(world.reverts.map(({ process }) => process).toSorted()).toEqual(["billing", "orders"]);
  });
});

describe("a version that is rejected seconds before what it calls", () => {
  /** Both are being watched; only the caller answers with errors so far. */
  async function callerFails(world: World, bakeMs = 90_000, before: () => Promise<void> = () => Promise.resolve()): Promise<void> {
    use(world, blueGreen, bakeMs, [errorRate]);
    measure(world, 0);
    world.pin("billing", "2.1.0");
    world.pin("orders", "1.1.0");
    await passesUntil(world, async () => {
      const states = await Promise.all(["billing", "orders"].map((process) => world.state(process)));
      return states.every((state) => state?.rollout?.state.kind === "baking");
    });
    await before();
    failing(world, ["orders"]);
    await passesUntil(world, async () => (await world.state("orders"))?.rollout === null);
    await world.pass();
  }

  it("waits with its revert, and is tried again once when that is healthy", async () => {
    const world = await caller();
    await callerFails(world);
    expect([world.traffic("orders"), world.reverts]).toEqual([{ "1.0.0": 100 }, []]);
    expect((await world.state("orders"))?.quarantined).toHaveLength(1);
    expect((await world.status("orders"))?.reason.text).toContain(
      "git lags runtime: the revert to 1.0.0 waits for up to 1 min: billing, which it calls, is being judged too",
    );
    failing(world, ["orders", "billing"]);
    world.now += 5_000;
    await passesUntil(world, async () => (await world.state("billing"))?.revert !== null);
    expect(await world.state("orders")).toMatchObject({ quarantined: [], revert: null, rolledBackAt: null });
    expect((await world.status("orders"))?.reason.code).toBe("AwaitsDependency");
    failing(world, []);
    await world.settle();
    world.now += 120_000;
    await world.settle();
    expect(world.reverts.map(({ process }) => process)).toEqual(["billing"]);
    expect(world.traffic("orders")).toMatchObject({ "1.1.0": 100 });
  });

  it("waits with its revert also where that cannot go back before its cool-down is over", async () => {
    const world = await caller();
    use(world, blueGreen, 90_000, [errorRate]);
    measure(world, 50);
    world.pin("billing", "2.1.0");
    await world.settle();
    expect(world.traffic("billing")).toEqual({ "2.0.0": 100 });
    world.publish("billing", "2.2.0");
    measure(world, 0);
    world.pin("billing", "2.2.0");
    world.pin("orders", "1.1.0");
    await passesUntil(world, async () => (await world.state("orders"))?.rollout?.state.kind === "baking");
    failing(world, ["orders"]);
    await passesUntil(world, async () => (await world.state("orders"))?.rollout === null);
    expect((await world.state("orders"))?.revert?.doubt?.about).toEqual(["billing"]);
  });

  it("waits for nobody where a person's rollback of it waits for git already", async () => {
    const world = await caller();
    await callerFails(world, 90_000, async () => {
      world.isGitDown = true;
      await world.command({ kind: "rollback", process: "orders", to: null });
    });
    failing(world, ["orders", "billing"]);
    world.now += 5_000;
    await passesUntil(world, async () => (await world.state("billing"))?.revert !== null);
    world.isGitDown = false;
    failing(world, []);
    await world.settle();
    world.now += 120_000;
    await world.settle();
    expect(world.reverts.map(({ process }) => process).toSorted()).toEqual(["billing", "orders"]);
    expect(world.traffic("orders")).toEqual({ "1.0.0": 100 });
  });

  it("is tried again at once when a person wants it", async () => {
    const world = await caller();
    await callerFails(world);
    expect(await world.command({ kind: "retry", process: "orders" })).toMatchObject({ kind: "done" });
    expect(await world.state("orders")).toMatchObject({ quarantined: [], revert: null });
  });

  it.each([
    ["that is found good", 30_000, 35_000],
    ["the time for it is over", 90_000, 61_000],
  ])("is reverted as ever once %s", async (_, bakeMs, afterMs) => {
    const world = await caller();
    await callerFails(world, bakeMs);
    world.now += afterMs;
    await world.settle();
    expect(world.reverts.map(({ process }) => process)).toEqual(["orders"]);
    expect((await world.status("orders"))?.desired).toBe("1.0.0");
  });
});

describe("a version that fails beside a dependency that does not go back", () => {
  it("is reverted at once where that has nothing to go back to, whatever becomes of it", async () => {
    const world = createWorld();
    world.publish("billing", "2.0.0");
    for (const version of ["1.0.0", "1.1.0"]) world.publish("orders", version, { dependencies: needsBilling });
    use(world, blueGreen, 300_000, [errorRate]);
    measure(world, 0);
    world.pin("billing", "2.0.0");
    world.pin("orders", "1.0.0");
    await world.settle();
    world.pin("orders", "1.1.0");
    await passesUntil(world, async () => (await world.state("orders"))?.rollout?.candidate?.version === "1.1.0");
    await passesUntil(world, async () => (await world.state("orders"))?.rollout?.state.kind === "baking");
    failing(world, ["billing", "orders"]);
    await passesUntil(world, async () => (await world.state("orders"))?.rollout === null);
    expect((await world.status("billing"))?.reason.code).toBe("PersonMustDecide");
    expect((await world.state("orders"))?.quarantined).toHaveLength(1);
    await world.settle();
    expect(world.reverts.map(({ process }) => process)).toEqual(["orders"]);
  });

  it("stays so where its revert only waits for somebody to merge it", async () => {
    const world = await caller();
    world.pin("billing", "2.1.0");
    await world.settle();
    world.spec = { ...world.spec, rollback: { ...world.spec.rollback, manual: { enabled: true, approvalRequired: true } } };
    expect(await world.command({ kind: "rollback", process: "billing", to: null })).toMatchObject({ kind: "done" });
    await world.settle();
    expect((await world.state("billing"))?.revert?.outcome?.kind).toBe("proposed");
    world.prober.setAnswer(({ url }) => (url.includes("orders") ? { status: 502 } : {}));
    world.pin("orders", "1.1.0");
    await world.settle();
    expect((await world.status("orders"))?.reason.code).toBe("DeploymentFailed");
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
