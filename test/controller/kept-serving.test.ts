import { describe, expect, it } from "vitest";
import { canary, errorRate, measure, passes, use } from "../support/progressive.ts";
import { blueGreen, environment, running, smokeTest, type World } from "../support/world.ts";

const process = "orders";

/** `placed` runs and serves; the next pin is held. */
interface Holding {
  readonly what: string;
  hold(world: World): Promise<void>;
}

const held: readonly Holding[] = [
  {
    what: "does not exist",
    hold: async (world) => {
      world.pin(process, "9.9.9");
      await world.settle();
    },
  },
  {
    what: "is gone beside an error",
    hold: async (world) => {
      world.pin(process, null);
      world.pin("ordrs", "1.0.0");
      await world.settle();
    },
  },
  {
    what: "was refused",
    hold: async (world) => {
      const digest = world.digest(process, "1.1.0").slice(7, 15);
      world.prober.setAnswer(({ url }) => (url.includes(digest) ? { status: 500 } : {}));
      world.pin(process, "1.1.0");
      await world.settle();
    },
  },
  {
    what: "is in quarantine",
    hold: async (world) => {
      world.pin(process, "1.1.0");
      world.rejectUnlessHeld(process);
      await world.settle();
    },
  },
  {
    what: "waits in a freeze",
    hold: async (world) => {
      await world.command({ kind: "freeze" });
      world.pin(process, "1.1.0");
      await world.settle();
    },
  },
  {
    what: "is under way and paused",
    hold: async (world) => {
      world.engine.keepUnready(world.digest(process, "1.1.0"), true);
      world.pin(process, "1.1.0");
      for (let passes = 0; passes < 4; passes += 1) await world.pass();
      await world.command({ kind: "pause", process });
    },
  },
];

async function targets(world: World): Promise<readonly string[]> {
  const [route] = await world.router.routes(environment);
  return route?.shares.filter(({ version }) => version === "1.0.0").flatMap((share) => share.targets.map(({ instance }) => instance)) ?? [];
}

async function placed(world: World): Promise<readonly string[]> {
  const { installed } = await world.engine.inventory();
  return installed.find(({ version }) => version === "1.0.0")?.placements.map(({ instance }) => instance) ?? [];
}

describe.each(held)("what serves while a pin $what", ({ hold }) => {
  it("is put back where an instance has lost it", async () => {
    const world = await running({ instances: ["one", "two"] });
    await hold(world);
    world.engine.forget(world.digest(process, "1.0.0"), "two");
    for (let passes = 0; passes < 8; passes += 1) await world.pass();
    expect([await placed(world), await targets(world)]).toEqual([
      ["one", "two"],
      ["one", "two"],
    ]);
  });

  it("is put back when it is gone altogether", async () => {
    const world = await running();
    await hold(world);
    world.engine.removeByHand(world.digest(process, "1.0.0"));
    for (let passes = 0; passes < 8; passes += 1) await world.pass();
    expect([await placed(world), await targets(world)]).toEqual([["one"], ["one"]]);
  });

  it("fires its schedules again where they were stopped", async () => {
    const world = await running();
    await hold(world);
    await world.engine.ensureArmed(new Map([[process, null]]));
    for (let passes = 0; passes < 8; passes += 1) await world.pass();
    const { installed } = await world.engine.inventory();
    expect(installed.filter(({ armed }) => armed).map((unit) => `${unit.process} ${unit.version}`)).toEqual([`${process} 1.0.0`]);
  });

  it("stays as a person left it where selfHeal is off", async () => {
    const world = await running();
    await hold(world);
    world.spec = { ...world.spec, selfHeal: false };
    world.engine.removeByHand(world.digest(process, "1.0.0"));
    for (let passes = 0; passes < 8; passes += 1) await world.pass();
    expect(await placed(world)).toEqual([]);
  });
});

describe("what cannot be put back", () => {
  async function lost(): Promise<World> {
    const world = await running();
    const digest = world.digest(process, "1.0.0");
    world.spec = { ...world.spec, variables: { currency: "EUR" } };
    world.pin(process, "9.9.9");
    await world.settle();
    world.engine.removeByHand(digest);
    return world;
  }

  it("is shown, with why", async () => {
    const world = await lost();
    await world.settle();
    const status = await world.status(process);
    expect(status).toMatchObject({ health: "Degraded" });
    expect(status?.reason.text).toMatch(/1\.0\.0 cannot be restored: .*variables of production have changed/);
  });

  it("is told, also while the version that is pinned waits for its turn", async () => {
    const world = await running();
    world.publish("billing", "1.0.0");
    world.spec = { ...world.spec, maxConcurrentDeployments: 1 };
    world.engine.keepUnready(world.digest("billing", "1.0.0"), true);
    world.pin("billing", "1.0.0");
    await world.settle();
    world.pin(process, "1.1.0");
    await world.settle();
    expect((await world.status(process))?.reason.code).toBe("WaitsForTurn");
    const digest = world.digest(process, "1.0.0");
    world.engine.refuse(digest, { code: "engine/refused", detail: "the engine does not take it" });
    world.engine.removeByHand(digest);
    await world.settle();
    const status = await world.status(process);
    expect(status?.reason).toMatchObject({ code: "NotRestored", text: expect.stringMatching(/^1 of at most 1 deployments are running/u) });
    const told = await world.journal.pendingEvents(100);
    expect(told.filter((event) => event.process === process && event.kind === "held")).toMatchObject([{ why: status?.reason.text }]);
  });

  it("does not hold up the version that fixes it", async () => {
    const world = await lost();
    world.publish(process, "1.2.0", { checks: [smokeTest("/orders")] });
    world.pin(process, "1.2.0");
    await world.settle();
    expect(await world.status(process)).toMatchObject({ desired: "1.2.0", sync: "Synced", health: "Healthy" });
    expect((await world.journal.state(environment)).owed).toEqual([]);
  });

  it("keeps no deployment by recreate from ending that is given up", async () => {
    const world = await running();
    world.spec = { ...world.spec, strategy: { kind: "recreate" }, variables: { currency: "EUR" } };
    world.engine.keepUnready(world.digest(process, "1.1.0"), true);
    world.pin(process, "1.1.0");
    for (let passes = 0; (await world.state(process))?.rollout?.state.kind !== "installing"; passes += 1) {
      if (passes > 20) throw new Error("it is never installed");
      await world.pass();
    }
    world.restart();
    await world.command({ kind: "abort", process });
    for (let seconds = 0; seconds < 10; seconds += 1) await passes(world, 1_000);
    expect((await world.state(process))?.rollout).toBeNull();
    expect((await world.status(process))?.reason.text).toContain("1.0.0 cannot be restored");
  });

  it("is owed no more once its pin is gone", async () => {
    const world = await lost();
    await world.settle();
    expect((await world.journal.state(environment)).owed).toHaveLength(1);
    world.spec = { ...world.spec, allowEmpty: true };
    world.pin(process, null);
    await world.settle();
    expect((await world.journal.state(environment)).owed).toEqual([]);
    expect(await world.state(process)).toBeUndefined();
  });

  it("is missed by no canary: that goes on alone", async () => {
    const world = await running();
    const digest = world.digest(process, "1.0.0");
    use(world, canary);
    world.spec = { ...world.spec, variables: { currency: "EUR" } };
    measure(world, 0);
    world.pin(process, "1.1.0");
    for (let passes = 0; (await world.state(process))?.rollout?.state.kind !== "shifting"; passes += 1) {
      if (passes > 20) throw new Error("it never gets traffic");
      await world.pass();
    }
    world.engine.removeByHand(digest);
    await world.settle();
    expect(world.traffic(process)).toEqual({ "1.1.0": 100 });
    expect(await world.status(process)).toMatchObject({ desired: "1.1.0", sync: "Synced", health: "Healthy" });
    expect((await world.status(process))?.reason.text).not.toContain("kept warm");
  });

  it("holds up no revert: that may be what fixes it", async () => {
    const world = await running();
    const digest = world.digest(process, "1.0.0");
    use(world, blueGreen, 60_000, [errorRate]);
    measure(world, 0);
    world.pin(process, "1.1.0");
    await world.settle();
    world.isGitDown = true;
    measure(world, 50);
    await world.settle();
    world.spec = { ...world.spec, variables: { currency: "EUR" } };
    world.engine.removeByHand(digest);
    await world.settle();
    world.restart();
    measure(world, 0);
    world.isGitDown = false;
    for (let seconds = 0; seconds < 120; seconds += 1) await passes(world, 1_000);
    expect(world.reverts).toMatchObject([{ from: "1.1.0", to: "1.0.0" }]);
    expect(await world.status(process)).toMatchObject({ desired: "1.0.0", sync: "Synced", health: "Healthy" });
  });

  it("rejects nothing that is on its way meanwhile", async () => {
    const world = await running();
    const digest = world.digest(process, "1.0.0");
    world.spec = { ...world.spec, variables: { currency: "EUR" } };
    world.pin(process, "1.1.0");
    await world.pass();
    expect((await world.state(process))?.rollout?.state.kind).toBe("validating");
    world.engine.removeByHand(digest);
    await world.settle();
    expect(await world.status(process)).toMatchObject({ desired: "1.1.0", sync: "Synced", health: "Healthy" });
  });
});

describe("what cannot be put back on one of its instances", () => {
  async function reached(world: World): Promise<readonly string[]> {
    const [route] = await world.router.routes(environment);
    return route?.shares.flatMap((share) => share.targets.map(({ url }) => url)) ?? [];
  }

  async function answering(world: World): Promise<readonly string[]> {
    return (await world.engine.inventory()).installed.flatMap(({ placements }) => placements.map(({ address }) => address));
  }

  it("is served by the others only", async () => {
    const world = await running({ instances: ["one", "two"] });
    const digest = world.digest(process, "1.0.0");
    world.pin(process, "9.9.9");
    await world.settle();
    world.engine.refuse(digest, { code: "engine/refused", detail: "no such node" });
    world.engine.forget(digest, "two");
    for (let passes = 0; passes < 4; passes += 1) await world.pass();
    expect(await answering(world)).toHaveLength(1);
    expect(await reached(world)).toEqual(await answering(world));
  });

  it("is followed to where the others come back", async () => {
    const world = await running({ instances: ["one", "two"] });
    const digest = world.digest(process, "1.0.0");
    world.spec = { ...world.spec, variables: { currency: "EUR" } };
    world.pin(process, "9.9.9");
    await world.settle();
    world.engine.forget(digest, "two");
    await world.pass();
    world.engine.crash("one");
    world.engine.comeBack("one");
    for (let passes = 0; passes < 4; passes += 1) await world.pass();
    expect(await answering(world)).toHaveLength(1);
    expect(await reached(world)).toEqual(await answering(world));
    expect((await world.engine.inventory()).installed).toMatchObject([{ version: "1.0.0", armed: true }]);
  });
});

describe("a process that nobody serves any more", () => {
  it.each(held.slice(0, 2))("gets its last good version back while its pin $what", async ({ hold }) => {
    const world = await running();
    await hold(world);
    world.engine.removeByHand(world.digest(process, "1.0.0"));
    await world.router.ensureRoutes(environment, [{ process, timeoutMs: 1_000, sticky: null, shares: [] }]);
    await world.settle();
    expect(world.traffic(process)).toEqual({ "1.0.0": 100 });
  });

  it("is not brought back once its pin is gone", async () => {
    const world = await running();
    world.spec = { ...world.spec, pruneDelayMs: 300_000, allowEmpty: true };
    world.pin(process, null);
    await world.settle();
    world.engine.removeByHand(world.digest(process, "1.0.0"));
    await world.settle();
    expect(await placed(world)).toEqual([]);
  });
});
