/** Who waits for a time is woken at that time, not before it and not by chance; and each time is counted from where it begins. */

import { describe, expect, it } from "vitest";
import { reconcile } from "../../src/controller/reconcile.ts";
import { retryDelayMs } from "../../src/controller/perform.ts";
import { PinionError } from "../../src/domain/errors.ts";
import { canary, measure, passes, use } from "../support/progressive.ts";
import { blueGreen, createWorld, environment, running, type World } from "../support/world.ts";

/** When the controller wants to look again; null: when something happens. */
async function wakeAt(world: World): Promise<number | null> {
  world.now += 1;
  return (await reconcile(environment, world.ports))?.wakeAt ?? null;
}

/** Looks once at this time. */
async function at(world: World, now: number): Promise<void> {
  world.now = now - 1;
  await world.pass();
}

async function installed(world: World): Promise<readonly string[]> {
  return (await world.engine.inventory()).installed.map(({ version }) => version).toSorted();
}

async function deployed(world: World, version: string): Promise<void> {
  world.publish("orders", version);
  world.pin("orders", version);
  await passes(world, 10_000);
}

/** What is owed was refused, and is tried again so much later. */
async function postpone(world: World, times: readonly number[]): Promise<void> {
  const { owed } = await world.journal.state(environment);
  expect(owed).toHaveLength(times.length);
  for (const [index, { id, action }] of owed.entries()) {
    const stuck = { action, code: "engine/unreachable", detail: "no answer", retry: "later" as const, attempts: 1 };
    await world.journal.refused(environment, id, stuck, world.now + (times[index] ?? 0));
  }
}

describe("a version that is kept warm", () => {
  it("has its time from when it lost the traffic, each its own, and is removed then", async () => {
    const world = await running();
    use(world, { ...blueGreen, warm: { count: 5, maxAgeMs: 60_000 } });
    world.now += 500_000;
    await deployed(world, "1.2.0");
    await deployed(world, "1.3.0");
    const [newest, middle] = (await world.state("orders"))?.knownGood ?? [];
    if (!newest || !middle) throw new Error("nothing was found good");
    expect(newest.at - middle.at).toBeGreaterThanOrEqual(10_000);
    expect(await installed(world)).toEqual(["1.0.0", "1.2.0", "1.3.0"]);

    expect(await wakeAt(world)).toBe(middle.at + 60_000);
    await at(world, middle.at + 59_999);
    expect(await installed(world)).toEqual(["1.0.0", "1.2.0", "1.3.0"]);
    await at(world, middle.at + 60_000);
    expect(await installed(world)).toEqual(["1.2.0", "1.3.0"]);
    expect(await wakeAt(world)).toBe(newest.at + 60_000);
    await at(world, newest.at + 59_999);
    expect(await installed(world)).toEqual(["1.2.0", "1.3.0"]);
    await at(world, newest.at + 60_000);
    expect(await installed(world)).toEqual(["1.3.0"]);
    expect(await wakeAt(world)).toBeNull();
  });

  it("without an age stays for as long as there is room, the newest first", async () => {
    const world = await running();
    use(world, { ...blueGreen, warm: { count: 1, maxAgeMs: null } });
    await deployed(world, "1.2.0");
    await deployed(world, "1.3.0");
    await passes(world, 10_000_000);
    expect(await installed(world)).toEqual(["1.2.0", "1.3.0"]);
    expect(await wakeAt(world)).toBeNull();
  });
});

describe("a healing that failed", () => {
  it("is left alone for five minutes, and tried again then", async () => {
    const world = await running();
    const digest = world.digest("orders", "1.0.0");
    world.engine.editByHand(digest, "node answer changed");
    world.engine.refuse(digest, { code: "engine/refused", detail: "no" });
    await world.settle();
    const failedAt = (await world.state("orders"))?.refused?.at ?? 0;
    expect(await world.status("orders")).toMatchObject({ health: "Degraded", phase: "Failed" });
    const heals = async () => (await world.journal.history({})).filter(({ kind }) => kind === "self-heal").length;
    expect(await heals()).toBe(1);

    expect(await wakeAt(world)).toBe(failedAt + 300_000);
    world.engine.refuse(digest, null);
    await at(world, failedAt + 299_999);
    expect(await heals()).toBe(1);
    await at(world, failedAt + 300_000);
    expect(await heals()).toBe(2);
    await world.settle();
    expect(await world.status("orders")).toMatchObject({ sync: "Synced", health: "Healthy" });
  });
});

describe("what was taken out", () => {
  it("is looked at when its time is over, not at the next occasion", async () => {
    const world = await running();
    world.spec = { ...world.spec, allowEmpty: true, pruneDelayMs: 60_000 };
    world.pin("orders", null);
    await world.settle();
    const takenOutAt = (await world.state("orders"))?.takenOutAt ?? 0;
    await passes(world, 20_000);
    expect(await wakeAt(world)).toBe(takenOutAt + 60_000);
    await at(world, takenOutAt + 59_999);
    expect(await installed(world)).toEqual(["1.0.0"]);
    await at(world, takenOutAt + 60_000);
    expect(await installed(world)).toEqual([]);
  });
});

describe("a deadline", () => {
  it("is a time to look at, and the end at that very moment", async () => {
    const world = await running();
    world.spec = { ...world.spec, deploymentTimeoutMs: 30_000 };
    world.engine.keepUnready(world.digest("orders", "1.1.0"), true);
    world.pin("orders", "1.1.0");
    await world.pass();
    const rollout = (await world.state("orders"))?.rollout;
    if (!rollout) throw new Error("nothing is under way");
    expect(rollout.deadline).toBe(rollout.startedAt + 30_000);
    await world.pass();
    await postpone(world, [1e9]);
    expect(await wakeAt(world)).toBe(rollout.deadline);
    await at(world, rollout.deadline - 1);
    expect((await world.state("orders"))?.rollout?.state.kind).not.toBe("rejected");
    await at(world, rollout.deadline);
    expect((await world.state("orders"))?.rollout?.state).toMatchObject({ kind: "rejected", trigger: "timeout" });
  });

  it("of one process does not wait for that of another", async () => {
    const world = createWorld();
    for (const process of ["early", "late"]) world.publish(process, "1.0.0");
    world.spec = { ...world.spec, deploymentTimeoutMs: 30_000 };
    for (const process of ["early", "late"]) {
      world.engine.keepUnready(world.digest(process, "1.0.0"), true);
      world.pin(process, "1.0.0");
      await world.pass();
      world.now += 5_000;
    }
    const deadlines = await Promise.all(["early", "late"].map(async (process) => (await world.state(process))?.rollout?.deadline ?? 0));
    const [early = 0, late = 0] = deadlines;
    expect(early).toBeLessThan(late);
    await world.pass();
    await postpone(world, [1e9, 1e9]);
    expect(await wakeAt(world)).toBe(early);
  });
});

describe("a cool-down", () => {
  const automatic = (world: World, coolDownMs: number) => {
    const { rollback } = world.spec;
    world.spec = { ...world.spec, rollback: { ...rollback, automatic: { ...rollback.automatic, coolDownMs } } };
  };

  it("is over when it says, not before and not later", async () => {
    const world = await running();
    use(world, canary);
    automatic(world, 100_000);
    measure(world, 0);
    world.pin("orders", "1.1.0");
    await world.settle();
    measure(world, 60);
    await passes(world, 1_000);
    const rolledBackAt = (await world.state("orders"))?.rolledBackAt ?? 0;
    expect(world.reverts).toHaveLength(1);

    const tryAt = async (version: string, now: number) => {
      world.publish("orders", version);
      measure(world, 0);
      world.pin("orders", version);
      await world.settle();
      measure(world, 60);
      await at(world, now);
      await world.settle();
    };
    await tryAt("1.2.0", rolledBackAt + 99_999);
    expect(world.reverts).toHaveLength(1);
    await tryAt("1.3.0", rolledBackAt + 100_000);
    expect(world.reverts).toHaveLength(2);
  });

  it.each([
    ["found good", blueGreen, { "1.1.0": 100 }],
    ["under way", canary, { "1.0.0": 80, "1.1.0": 20 }],
  ] as const)("is not begun by what a person takes back, though it was %s", async (_, strategy, traffic) => {
    const world = await running();
    use(world, strategy);
    world.pin("orders", "1.1.0");
    await world.settle();
    expect(world.traffic("orders")).toEqual(traffic);
    expect(await world.command({ kind: "recover", process: "orders" })).toMatchObject({ kind: "done" });
    await world.settle();
    expect((await world.state("orders"))?.rolledBackAt).toBeNull();
  });
});

describe("what is refused", () => {
  it("is tried again at the earliest of all times", async () => {
    const world = createWorld();
    for (const process of ["one", "two", "three"]) world.publish(process, "1.0.0");
    for (const process of ["one", "two", "three"]) {
      world.engine.keepUnready(world.digest(process, "1.0.0"), true);
      world.pin(process, "1.0.0");
    }
    for (let pass = 0; pass < 3; pass++) await world.pass();
    const from = world.now;
    await postpone(world, [9_000, 4_000, 7_000]);
    expect(await wakeAt(world)).toBe(from + 4_000);
    const tries = () => world.engine.calls.filter(({ call }) => call === "ensureInstalled").length;
    const before = tries();
    await at(world, from + 3_999);
    expect(tries()).toBe(before);
    await at(world, from + 4_000);
    expect(tries()).toBe(before + 1);
  });

  it("waits longer each time: up to 30 s, traffic and triggers never longer than 1 s", async () => {
    expect([0, 1, 2, 6, 7, 50].map((attempts) => retryDelayMs(attempts))).toEqual([250, 500, 1_000, 16_000, 30_000, 30_000]);
    const world = await running();
    world.pin("orders", "1.1.0");
    const { router } = world;
    const refuse = () => Promise.reject(new PinionError("router/unreachable", "the gateway is being started again"));
    world.ports = { ...world.ports, router: { ...router, ensureRoutes: refuse } };
    for (let pass = 0; pass < 40; pass++) {
      world.now += 2_000;
      await world.pass();
    }
    const { owed } = await world.journal.state(environment);
    const waits = owed.filter(({ action, stuck }) => action.kind === "ensure-weights" && stuck !== null);
    expect(waits).toHaveLength(1);
    expect(waits[0]?.stuck?.attempts).toBeGreaterThan(5);
    expect(waits[0]?.notBefore).toBeLessThanOrEqual(world.now + 1_000);
  });
});
