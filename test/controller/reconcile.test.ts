import { describe, expect, it } from "vitest";
import { blueGreen, environment, running, type World } from "../support/world.ts";

async function steps(world: World): Promise<readonly string[]> {
  const [newest] = await world.journal.history({ environment, limit: 1 });
  return newest?.steps.map((step) => step.state) ?? [];
}

describe("a first deployment", () => {
  it("ends Synced and Healthy with all traffic on the pinned version", async () => {
    const world = await running();
    expect(world.traffic("orders")).toEqual({ "1.0.0": 100 });
    expect(await world.status("orders")).toMatchObject({
      desired: "1.0.0",
      sync: "Synced",
      health: "Healthy",
      phase: "Succeeded",
      actual: [{ version: "1.0.0", weight: 100 }],
    });
  });

  it("remembers the version as known good", async () => {
    const world = await running();
    expect((await world.state("orders"))?.knownGood.map((unit) => unit.version)).toEqual(["1.0.0"]);
  });

  it("records what was validated in each phase", async () => {
    const world = await running();
    const [deployment] = await world.journal.history({});
    expect(deployment?.validations.map(({ phase, validation, result }) => `${phase} ${validation} ${result}`)).toEqual([
      "pre process_validation passed",
      "pre environment_validation passed",
      "pre dependency_validation passed",
      "during step_validation passed",
      "during step_validation passed",
      "during smoke_test passed",
      "post service_availability passed",
      "post smoke_test passed",
      "post monitoring_setup passed",
    ]);
  });

  it("comes to rest: a pass over a settled environment writes nothing", async () => {
    const world = await running();
    const before = world.journal.calls.length;
    await world.pass();
    expect(world.journal.calls.length).toBe(before);
  });
});

describe("a pin that moves", () => {
  it("is deployed by blue-green, step by step", async () => {
    const world = await running();
    world.pin("orders", "1.1.0");
    await world.settle();
    expect(await steps(world)).toEqual([
      "started",
      "validating",
      "installing",
      "checking",
      "switching",
      "post-deployment",
      "draining",
      "Succeeded",
    ]);
    expect(world.traffic("orders")).toEqual({ "1.1.0": 100 });
  });

  it("keeps the old version warm when told to", async () => {
    const world = await running();
    world.pin("orders", "1.1.0");
    await world.settle();
    expect((await world.status("orders"))?.actual).toEqual([
      { version: "1.1.0", weight: 100 },
      { version: "1.0.0", weight: 0 },
    ]);
  });

  it("removes the old version when not told to keep it", async () => {
    const world = await running();
    world.spec = {
      ...world.spec,
      strategy: { ...blueGreen, switchTrafficDelayMs: 0, keepOldVersion: false },
    };
    world.pin("orders", "1.1.0");
    await world.settle();
    expect((await world.status("orders"))?.actual).toEqual([{ version: "1.1.0", weight: 100 }]);
  });

  it("waits out switchTrafficDelay with the traffic still on the old version", async () => {
    const world = await running();
    world.spec = {
      ...world.spec,
      strategy: { ...blueGreen, switchTrafficDelayMs: 5_000, keepOldVersion: true },
    };
    world.pin("orders", "1.1.0");
    await world.settle();
    expect(world.traffic("orders")).toEqual({ "1.0.0": 100 });
    world.now += 5_000;
    await world.settle();
    expect(world.traffic("orders")).toEqual({ "1.1.0": 100 });
  });

  it("lets what is in flight on the old version finish before it is removed", async () => {
    const world = await running();
    world.spec = {
      ...world.spec,
      strategy: { ...blueGreen, switchTrafficDelayMs: 0, keepOldVersion: false },
    };
    world.engine.setInFlight(world.digest("orders", "1.0.0"), 3);
    world.pin("orders", "1.1.0");
    await world.settle();
    expect(await steps(world)).toContain("draining");
    expect((await world.status("orders"))?.actual).toHaveLength(2);
    world.engine.setInFlight(world.digest("orders", "1.0.0"), 0);
    await world.settle();
    expect((await world.status("orders"))?.actual).toHaveLength(1);
  });

  it("drains no longer than drainTimeout", async () => {
    const world = await running();
    world.spec = {
      ...world.spec,
      strategy: { ...blueGreen, switchTrafficDelayMs: 0, keepOldVersion: false },
    };
    world.engine.setInFlight(world.digest("orders", "1.0.0"), 3);
    world.pin("orders", "1.1.0");
    await world.settle();
    world.now += world.spec.drainTimeoutMs;
    await world.settle();
    expect(await steps(world)).toContain("removing");
  });
});

describe("a version that fails its smoke test", () => {
  async function bad(): Promise<World> {
    const world = await running();
    const candidate = world.digest("orders", "1.1.0").slice(7, 15);
    world.prober.setAnswer(({ url }) => (url.includes(candidate) ? { status: 500, body: "no total" } : {}));
    world.pin("orders", "1.1.0");
    await world.settle();
    return world;
  }

  it("never gets traffic and is taken out again", async () => {
    const world = await bad();
    expect(
      world.router.calls.filter(
        (call) => call.call === "ensureRoutes" && call.routes.some((route) => route.shares.some((share) => share.version === "1.1.0")),
      ),
    ).toEqual([]);
    expect((await world.status("orders"))?.actual).toEqual([{ version: "1.0.0", weight: 100 }]);
  });

  it("says why, and is not tried again until the pin changes", async () => {
    const world = await bad();
    expect(await world.status("orders")).toMatchObject({ sync: "OutOfSync", health: "Degraded", phase: "Failed" });
    expect((await world.status("orders"))?.reason.text).toBe(
      'smoke_test "answers" failed: GET /orders: expected status 200, got 500: no total; `pinion retry production/orders` tries it again',
    );
    const deployments = (await world.journal.history({})).length;
    world.now += 3_600_000;
    await world.settle();
    expect(await world.journal.history({})).toHaveLength(deployments);
  });

  it("is Synced again when the pin goes back", async () => {
    const world = await bad();
    world.pin("orders", "1.0.0");
    await world.settle();
    expect(await world.status("orders")).toMatchObject({ desired: "1.0.0", sync: "Synced", health: "Healthy" });
  });
});

describe("a pin that goes back to a known-good version", () => {
  it("takes the fast path: no checks, no delay, no installation when it is warm", async () => {
    const world = await running();
    world.pin("orders", "1.1.0");
    await world.settle();
    world.spec = {
      ...world.spec,
      strategy: { ...blueGreen, switchTrafficDelayMs: 60_000, keepOldVersion: true },
    };
    const asked = world.prober.asked.length;
    world.pin("orders", "1.0.0");
    await world.settle();
    expect(world.traffic("orders")).toEqual({ "1.0.0": 100 });
    expect(await steps(world)).toEqual(["started", "installing", "switching", "draining", "Succeeded"]);
    expect(world.prober.asked.length).toBe(asked);
  });
});

describe("the newest commit wins", () => {
  it("supersedes a rollout of another version, which never gets traffic", async () => {
    const world = await running();
    world.publish("orders", "1.2.0");
    world.engine.keepUnready(world.digest("orders", "1.1.0"), true);
    world.pin("orders", "1.1.0");
    await world.pass();
    await world.pass();
    world.pin("orders", "1.2.0");
    await world.settle();
    expect(world.traffic("orders")).toEqual({ "1.2.0": 100 });
    expect((await world.journal.history({})).map(({ version, phase }) => `${version} ${phase}`)).toEqual([
      "1.2.0 Succeeded",
      "1.1.0 Superseded",
      "1.0.0 Succeeded",
    ]);
    expect((await world.status("orders"))?.actual.map((share) => share.version)).toEqual(["1.2.0", "1.0.0"]);
  });

  it("lets a revert pass a rollout that is stuck", async () => {
    const world = await running();
    world.engine.keepUnready(world.digest("orders", "1.1.0"), true);
    world.pin("orders", "1.1.0");
    await world.pass();
    world.pin("orders", "1.0.0");
    await world.settle();
    expect(await world.status("orders")).toMatchObject({ sync: "Synced", health: "Healthy", actual: [{ version: "1.0.0", weight: 100 }] });
  });
});

describe("what is bad degrades itself only", () => {
  it("a broken pin is Degraded with the finding, its old version keeps the traffic, others go on", async () => {
    const world = await running();
    world.publish("billing", "2.0.0");
    world.pin("billing", "2.0.0");
    world.pin("orders", "9.9.9");
    await world.settle();
    expect(await world.status("orders")).toMatchObject({
      sync: "OutOfSync",
      health: "Degraded",
      actual: [{ version: "1.0.0", weight: 100 }],
    });
    expect((await world.status("orders"))?.reason.text).toContain("orders has no version 9.9.9");
    expect(await world.status("billing")).toMatchObject({ sync: "Synced", health: "Healthy" });
  });

  it("a flow that the engine refuses fails with the engine's words", async () => {
    const world = await running();
    world.engine.refuse(world.digest("orders", "1.1.0"), { code: "engine/unknown-node-type", detail: 'unknown node type "frobnicate"' });
    world.pin("orders", "1.1.0");
    await world.settle();
    expect(await world.status("orders")).toMatchObject({
      health: "Degraded",
      phase: "Failed",
      reason: { text: 'unknown node type "frobnicate"; `pinion retry production/orders` tries it again' },
    });
    expect(world.traffic("orders")).toEqual({ "1.0.0": 100 });
  });

  it("an unreachable engine is Unknown, never Healthy", async () => {
    const world = await running();
    world.engine.setReachable(false);
    await world.settle();
    expect(await world.status("orders")).toMatchObject({
      sync: "Unknown",
      health: "Degraded",
      reason: { text: "no instance of the engine answers" },
    });
    world.engine.setReachable(true);
    await world.settle();
    expect(await world.status("orders")).toMatchObject({ sync: "Synced", health: "Healthy" });
  });

  it("a router that is down delays a rollout, which ends well when it is back", async () => {
    const world = await running();
    world.router.setUnreachable("the gateway does not answer");
    world.pin("orders", "1.1.0");
    await world.settle();
    world.router.setUnreachable(null);
    world.now += 60_000;
    await world.settle();
    expect(await world.status("orders")).toMatchObject({ desired: "1.1.0", sync: "Synced" });
  });
});
