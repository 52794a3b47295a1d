import { describe, expect, it } from "vitest";
import { environment, running, type World } from "../support/world.ts";

const pruneDelayMs = 300_000;

/** orders and billing run, each in its first version. */
async function two(): Promise<World> {
  const world = await running();
  world.spec = { ...world.spec, pruneDelayMs };
  world.publish("billing", "2.0.0");
  world.pin("billing", "2.0.0");
  await world.settle();
  return world;
}

async function deployments(world: World): Promise<readonly string[]> {
  return (await world.journal.history({})).map(({ kind, process }) => `${kind} ${process}`);
}

describe("a pin that vanishes", () => {
  it("by a slip of the pen takes nothing out: the commit has a broken pin", async () => {
    const world = await two();
    world.pin("orders", null);
    world.pin("ordrs", "1.0.0");
    await world.settle();
    expect(world.traffic("orders")).toEqual({ "1.0.0": 100 });
    expect(await world.status("orders")).toMatchObject({ sync: "OutOfSync", health: "Suspended", desired: null });
    expect((await world.status("orders"))?.reason.text).toMatch(
      /^no longer pinned, but production has errors \(.*ordrs.*\): nothing is taken out/u,
    );
  });

  it("in the same commit as a broken pin of another process takes nothing out either", async () => {
    const world = await two();
    world.pin("orders", null);
    world.pin("billing", "9.9.9");
    await world.settle();
    expect(world.traffic("orders")).toEqual({ "1.0.0": 100 });
    expect(world.traffic("billing")).toEqual({ "2.0.0": 100 });
  });

  it("comes back with the commit that fixes the slip, as if nothing had been", async () => {
    const world = await two();
    const before = await deployments(world);
    world.pin("orders", null);
    world.pin("ordrs", "1.0.0");
    await world.settle();
    world.pin("ordrs", null);
    world.pin("orders", "1.0.0");
    await world.settle();
    expect(await world.status("orders")).toMatchObject({ sync: "Synced", health: "Healthy", phase: "Succeeded" });
    expect(await deployments(world)).toEqual(before);
  });

  it("is believed from the first commit without errors in which it is still missing", async () => {
    const world = await two();
    world.pin("orders", null);
    world.pin("billing", "9.9.9");
    await world.settle();
    world.pin("billing", "2.0.0");
    await world.settle();
    expect(world.traffic("orders")).toEqual({});
  });
});

describe("what is taken out", () => {
  it("gets no traffic any more and stays warm for pruneDelay, then is removed and forgotten", async () => {
    const world = await two();
    world.pin("orders", null);
    await world.settle();
    expect(world.traffic("orders")).toEqual({});
    expect(await world.status("orders")).toMatchObject({
      sync: "Synced",
      health: "Healthy",
      desired: null,
      actual: [{ version: "1.0.0", weight: 0 }],
      reason: {
        text: "taken out of production: no longer pinned; 1.0.0 is kept warm for a while, so that a revert brings it back at once",
      },
    });
    world.now += pruneDelayMs - 1_000;
    await world.settle();
    expect(await installed(world)).toEqual(["1.0.0"]);
    world.now += 1_000;
    await world.settle();
    expect(await installed(world)).toEqual([]);
    expect(await world.state("orders")).toBeUndefined();
  });

  it("stays warm for as long again when it had its traffic back in between", async () => {
    const world = await two();
    const before = (await world.router.routes("production")).find(({ process }) => process === "orders");
    if (!before) throw new Error("orders is not served");
    world.pin("orders", null);
    await world.settle();
    world.now += pruneDelayMs - 1_000;
    await world.router.ensureRoutes("production", [before]);
    await world.settle();
    expect(world.traffic("orders")).toEqual({});
    world.now += pruneDelayMs - 1_000;
    await world.settle();
    expect(await installed(world)).toEqual(["1.0.0"]);
    world.now += 1_000;
    await world.settle();
    expect(await installed(world)).toEqual([]);
  });

  it("names the error that keeps it warm for longer", async () => {
    const world = await two();
    world.pin("orders", null);
    await world.settle();
    world.pin("billing", "9.9.9");
    await world.settle();
    world.now += pruneDelayMs;
    await world.settle();
    expect(await installed(world)).toEqual(["1.0.0"]);
    expect((await world.status("orders"))?.reason.text).toMatch(
      /^taken out of production: no longer pinned; 1\.0\.0 is kept warm and not removed: production has errors \(.*9\.9\.9.*\): nothing is taken out/u,
    );
  });

  it("comes back at once when the commit is reverted, without new checks", async () => {
    const world = await two();
    world.pin("orders", null);
    await world.settle();
    world.now += pruneDelayMs - 1_000;
    world.prober.setAnswer(() => new Error("nobody answers"));
    world.pin("orders", "1.0.0");
    await world.settle();
    expect(world.traffic("orders")).toEqual({ "1.0.0": 100 });
    expect(await world.status("orders")).toMatchObject({ sync: "Synced", health: "Healthy", phase: "Succeeded" });
  });

  it("is counted anew when it is taken out again", async () => {
    const world = await two();
    world.pin("orders", null);
    await world.settle();
    world.now += pruneDelayMs - 1_000;
    world.pin("orders", "1.0.0");
    await world.settle();
    world.pin("orders", null);
    await world.settle();
    world.now += pruneDelayMs - 1_000;
    await world.settle();
    expect(await installed(world)).toEqual(["1.0.0"]);
  });

  it("survives a restart of the controller", async () => {
    const world = await two();
    world.pin("orders", null);
    await world.settle();
    world.now += pruneDelayMs / 2;
    world.restart();
    await world.settle();
    expect(await installed(world)).toEqual(["1.0.0"]);
    world.now += pruneDelayMs / 2;
    await world.settle();
    expect(await installed(world)).toEqual([]);
  });

  it("is not removed while the environment has errors", async () => {
    const world = await two();
    world.pin("orders", null);
    await world.settle();
    world.pin("billing", "9.9.9");
    world.now += 2 * pruneDelayMs;
    await world.settle();
    expect(await installed(world)).toEqual(["1.0.0"]);
  });

  it("is not brought back by a later commit with errors, although an instance loses it", async () => {
    const world = await two();
    world.pin("orders", null);
    await world.settle();
    world.pin("billing", "9.9.9");
    await world.settle();
    world.engine.removeByHand(world.digest("orders", "1.0.0"));
    await world.settle();
    expect([world.traffic("orders"), await installed(world)]).toEqual([{}, []]);
  });

  it("is not brought back by a commit with errors that comes while it is being taken out", async () => {
    const world = await two();
    world.pin("orders", null);
    while (world.traffic("orders")["1.0.0"] !== undefined) await world.pass();
    world.pin("billing", "9.9.9");
    await world.settle();
    expect([world.traffic("orders"), await installed(world)]).toEqual([{}, ["1.0.0"]]);
  });

  it("is removed at once without a delay", async () => {
    const world = await two();
    world.spec = { ...world.spec, pruneDelayMs: 0 };
    world.pin("orders", null);
    await world.settle();
    expect(await world.state("orders")).toBeUndefined();
  });

  it("is told of by an event", async () => {
    const world = await two();
    world.pin("orders", null);
    await world.settle();
    const told = (await world.journal.pendingEvents(100)).map(({ kind, process, version, from }) => ({ kind, process, version, from }));
    expect(told).toContainEqual({ kind: "taken-out", process: "orders", version: null, from: "1.0.0" });
  });
});

async function installed(world: World): Promise<readonly string[]> {
  const inventory = await world.ports.engine(environment, "node-red").inventory();
  return inventory.installed.filter(({ process }) => process === "orders").map(({ version }) => version);
}
