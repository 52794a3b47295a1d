import { describe, expect, it, onTestFinished } from "vitest";
import { setTimeout as sleep } from "node:timers/promises";
import { createController } from "../../src/controller/controller.ts";
import type { Source } from "../../src/controller/source.ts";
import { createWorld, environment, type World } from "../support/world.ts";

/** A controller over a fake world, whose sleeps end only when it is rung, and whose passes take so long. */
function controlled(world: World, passMs = 0) {
  let polls = 0;
  const opened: string[] = [];
  const asked: { leaveAloneUntil: number | null; hasCommit: boolean } = { leaveAloneUntil: null, hasCommit: true };
  let passes = 0;
  const wanted: typeof world.ports.wanted = (name) => {
    passes += 1;
    world.now += passMs;
    return world.ports.wanted(name);
  };
  const source: Source = {
    status: () => ({
      url: "",
      branch: "main",
      commit: "c1",
      subject: "",
      author: "",
      committedAt: 0,
      fetchedAt: 0,
      state: "ok",
      code: null,
      reason: "",
      since: 0,
      lastPollAt: 0,
      lastGoodPollAt: 0,
      nextPollAt: 0,
    }),
    snapshot: () => null,
    wanted: (name) => world.ports.wanted(name),
    environments: () => [environment],
    version: (process, version) => world.ports.manifests.version(process, version),
    recover: async () => undefined,
    poll: async () => {
      polls += 1;
      const { hasCommit } = asked;
      asked.hasCommit = false;
      return hasCommit;
    },
    failures: () => 0,
    leaveAloneUntil: () => asked.leaveAloneUntil,
    announce: () => undefined,
  };
  const untilAborted = (signal: AbortSignal | undefined) =>
    new Promise<void>((resolve) => signal?.addEventListener("abort", () => resolve(), { once: true }));
  const sleeps: number[] = [];
  const sleepUntilAborted = (ms: number, signal?: AbortSignal) => {
    sleeps.push(ms);
    return untilAborted(signal);
  };
  const clock = { now: () => (world.now += 1), sleep: sleepUntilAborted };
  const controller = createController({
    source,
    ports: { ...world.ports, wanted },
    clock,
    log: world.ports.log,
    resyncIntervalMs: 10_000,
    nextPollAt: () => world.now + 30_000,
    storeFailure: () => null,
    onEnvironment: (name) => void opened.push(name),
  });
  onTestFinished(() => controller.stop());
  return { controller, opened, asked, sleeps, polls: () => polls, passes: () => passes };
}

async function eventually(isSo: () => Promise<boolean> | boolean): Promise<void> {
  for (let tries = 0; !(await isSo()); tries += 1) {
    if (tries > 2_000) throw new Error("it never came true");
    await sleep(1);
  }
}

describe("the loops", () => {
  it("get an environment's engine ready and deploy what is pinned", async () => {
    const world = createWorld();
    world.publish("orders", "1.0.0");
    world.pin("orders", "1.0.0");
    const { controller, opened } = controlled(world);
    controller.start();
    await eventually(async () => {
      controller.wake(environment);
      return (await world.status("orders"))?.sync === "Synced";
    });
    expect(opened).toEqual([environment]);
    expect((await controller.queries.overview()).environments[0]).toMatchObject({
      name: environment,
      processes: [{ process: "orders", sync: "Synced" }],
    });
  });

  it("poll again when told to", async () => {
    const { controller, polls } = controlled(createWorld());
    controller.start();
    await eventually(() => polls() === 1);
    controller.commands.refresh();
    await eventually(() => polls() === 2);
    expect(polls()).toBe(2);
  });

  it("try a pass that failed again soon", async () => {
    const world = createWorld();
    const quiet = () => undefined;
    const state = () => Promise.reject(new Error("the journal cannot be read"));
    world.ports = { ...world.ports, log: { info: quiet, warn: quiet, error: quiet }, journal: { ...world.ports.journal, state } };
    const { controller, sleeps } = controlled(world);
    controller.start();
    await eventually(() => sleeps.some((ms) => ms >= 1_000 && ms <= 5_000));
    expect(sleeps.filter((ms) => ms < 1_000)).toEqual([]);
  });

  it("rest after a long pass, whatever is seen meanwhile, until a commit changes the environment", async () => {
    const world = createWorld();
    const { controller, asked, sleeps, passes } = controlled(world, 200);
    controller.start();
    await eventually(() => sleeps.some((ms) => ms >= 200 && ms <= 500));
    const before = passes();
    controller.wake(environment);
    for (let turn = 0; turn < 20; turn += 1) await sleep(0);
    expect(passes()).toBe(before);

    world.publish("orders", "1.0.0");
    world.pin("orders", "1.0.0");
    asked.hasCommit = true;
    controller.commands.refresh();
    await eventually(async () => (await world.status("orders"))?.desired === "1.0.0");
  });

  it("leave a server alone for as long as it asks", async () => {
    const world = createWorld();
    const { controller, asked, sleeps } = controlled(world);
    asked.leaveAloneUntil = world.now + 3_600_000;
    controller.start();
    await eventually(() => sleeps.some((ms) => ms > 3_500_000));
    expect(sleeps.some((ms) => ms > 3_500_000)).toBe(true);
  });

  it.each([
    [300, 300],
    [2_000, 500],
  ])("leave time to other work after a pass of %i ms", async (passMs, restMs) => {
    const world = createWorld();
    const { engine } = world.ports;
    const inventory = (name: string) => () => {
      world.now += passMs;
      return engine(name, "node-red").inventory();
    };
    world.ports = { ...world.ports, engine: (name) => ({ ...engine(name, "node-red"), inventory: inventory(name) }) };
    const { controller, sleeps } = controlled(world);
    controller.start();
    await eventually(() => sleeps.some((ms) => ms >= restMs && ms <= Math.min(500, restMs + 50)));
    expect(sleeps.filter((ms) => ms < 10_000 && ms > 500)).toEqual([]);
  });

  it("go on after a pass that failed", async () => {
    const world = createWorld();
    world.publish("orders", "1.0.0");
    world.pin("orders", "1.0.0");
    const errors: unknown[] = [];
    world.ports = { ...world.ports, log: { ...world.ports.log, error: (fields) => void errors.push(fields) } };
    let broken = true;
    const { engine } = world.ports;
    world.ports = {
      ...world.ports,
      engine: (name) =>
        broken ? { ...engine(name, "node-red"), inventory: () => Promise.resolve(null as never) } : engine(name, "node-red"),
    };
    const { controller } = controlled(world);
    controller.start();
    await eventually(() => errors.length > 0);
    broken = false;
    await eventually(async () => {
      controller.wake(environment);
      return (await world.status("orders"))?.sync === "Synced";
    });
    expect(errors.length).toBeGreaterThan(0);
  });
});
