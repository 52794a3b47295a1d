import { describe, expect, it } from "vitest";
import { createWorld, environment, running } from "../support/world.ts";

describe("drift", () => {
  it("by hand in the engine is shown and healed", async () => {
    const world = await running();
    world.engine.editByHand(world.digest("orders", "1.0.0"), "node answer changed");
    await world.pass();
    expect(await world.status("orders")).toMatchObject({ sync: "OutOfSync", health: "Progressing" });
    await world.settle();
    expect(await world.status("orders")).toMatchObject({ sync: "Synced", health: "Healthy" });
    expect((await world.journal.history({ limit: 1 }))[0]).toMatchObject({
      kind: "self-heal",
      steps: [{ why: "drift: changed by hand in the engine: node answer changed" }, {}, {}],
    });
  });

  it("is only shown when selfHeal is off", async () => {
    const world = await running();
    world.spec = { ...world.spec, selfHeal: false };
    world.engine.editByHand(world.digest("orders", "1.0.0"), "node answer changed");
    await world.settle();
    expect(await world.status("orders")).toMatchObject({ sync: "OutOfSync", health: "Degraded" });
    expect((await world.status("orders"))?.reason.text).toContain("node answer changed");
  });

  it("by removal is healed too", async () => {
    const world = await running();
    world.engine.removeByHand(world.digest("orders", "1.0.0"));
    await world.settle();
    expect(await world.status("orders")).toMatchObject({ sync: "Synced", health: "Healthy", actual: [{ version: "1.0.0", weight: 100 }] });
  });
});

describe("a process that leaves the pins", () => {
  it("is drained and removed, and forgotten", async () => {
    const world = await running();
    world.publish("billing", "2.0.0");
    world.pin("billing", "2.0.0");
    await world.settle();
    world.pin("orders", null);
    await world.settle();
    expect(await world.state("orders")).toBeUndefined();
    expect(world.traffic("orders")).toEqual({});
  });

  it("stays when all pins are gone, unless the environment says allowEmpty", async () => {
    const world = await running();
    world.pin("orders", null);
    await world.settle();
    expect(await world.status("orders")).toMatchObject({ health: "Suspended", actual: [{ version: "1.0.0", weight: 100 }] });
    world.spec = { ...world.spec, allowEmpty: true };
    await world.settle();
    expect(await world.state("orders")).toBeUndefined();
  });

  it("stays while the environment has errors", async () => {
    const world = await running();
    world.publish("billing", "2.0.0");
    world.pin("billing", "2.0.0");
    await world.settle();
    world.findings = [
      {
        file: "environments/production/pins.yaml",
        line: 3,
        column: 1,
        pointer: "",
        code: "pin/syntax",
        severity: "error",
        message: "not a pin",
        hint: "",
      },
    ];
    world.pin("orders", null);
    await world.settle();
    expect(world.traffic("orders")).toEqual({ "1.0.0": 100 });
  });
});

describe("order and limits", () => {
  const needsBilling = [{ type: "workflow", name: "billing", version: "^2.0.0", required: true }] as const;

  it("deploys what is called before its caller", async () => {
    const world = createWorld();
    world.publish("orders", "1.0.0", { dependencies: needsBilling });
    world.publish("billing", "2.0.0");
    world.pin("orders", "1.0.0");
    world.pin("billing", "2.0.0");
    await world.settle();
    const order = (await world.journal.history({})).toReversed().map((deployment) => deployment.process);
    expect(order).toEqual(["billing", "orders"]);
  });

  it("holds a caller whose need is not met, and says so", async () => {
    const world = createWorld();
    world.publish("orders", "1.0.0", { dependencies: needsBilling });
    world.pin("orders", "1.0.0");
    await world.settle();
    expect(await world.status("orders")).toMatchObject({
      sync: "OutOfSync",
      health: "Missing",
      phase: "Pending",
      reason: { text: "needs billing ^2.0.0, which is not serving here" },
    });
  });

  it("runs no more deployments at once than maxConcurrentDeployments", async () => {
    const world = createWorld();
    world.spec = { ...world.spec, maxConcurrentDeployments: 2 };
    for (const process of ["a", "b", "c", "d", "e"]) {
      world.publish(process, "1.0.0");
      world.pin(process, "1.0.0");
    }
    let most = 0;
    for (let passes = 0; passes < 60; passes += 1) {
      await world.pass();
      const { processes } = await world.journal.state(environment);
      most = Math.max(most, [...processes.values()].filter((process) => process.rollout).length);
    }
    expect(most).toBe(2);
    expect((await world.journal.history({})).filter((deployment) => deployment.phase === "Succeeded")).toHaveLength(5);
  });

  it("fails a rollout that is not finished within the deployment timeout", async () => {
    const world = await running();
    world.engine.keepUnready(world.digest("orders", "1.1.0"), true);
    world.pin("orders", "1.1.0");
    await world.settle();
    world.now += world.spec.deploymentTimeoutMs;
    await world.settle();
    expect(await world.status("orders")).toMatchObject({
      phase: "Failed",
      reason: {
        text: "not finished within its deployment timeout; its last state was installing; `pinion retry production/orders` tries it again",
      },
    });
    expect(world.traffic("orders")).toEqual({ "1.0.0": 100 });
  });
});

describe("what the environment says about its routes", () => {
  it("takes effect without a deployment", async () => {
    const world = await running();
    const deployments = (await world.journal.history({})).length;
    world.spec = { ...world.spec, requestTimeoutMs: 1_234, sticky: { kind: "cookie", name: "sid" } };
    await world.settle();
    expect(await world.router.routes(environment)).toMatchObject([{ timeoutMs: 1_234, sticky: { kind: "cookie", name: "sid" } }]);
    expect(await world.journal.history({})).toHaveLength(deployments);
  });

  it("follows an engine instance that comes back at another place", async () => {
    const world = await running();
    world.engine.setInstance("two", "ready");
    await world.settle();
    const [route] = await world.router.routes(environment);
    expect(route?.shares[0]?.targets.map((target) => target.instance)).toEqual(["one", "two"]);
  });
});

describe("an address that another process serves", () => {
  it("is not taken over: the newcomer fails and says whose it is", async () => {
    const world = await running();
    world.publish("billing", "2.0.0", { path: "/orders" });
    world.pin("billing", "2.0.0");
    await world.settle();
    expect(await world.status("billing")).toMatchObject({
      phase: "Failed",
      reason: {
        text: 'step_validation "endpoints" failed: GET /orders is served by orders in this environment; `pinion retry production/billing` tries it again',
      },
    });
    expect(world.traffic("orders")).toEqual({ "1.0.0": 100 });
  });

  it("may be shared when it is the path of the health check", async () => {
    const world = await running();
    world.spec = {
      ...world.spec,
      strategy: {
        kind: "blue-green",
        healthCheckUrl: "/orders",
        healthCheckTimeoutMs: 1_000,
        switchTrafficDelayMs: 0,
        keepOldVersion: true,
        warm: { count: 1, maxAgeMs: null },
      },
    };
    world.publish("billing", "2.0.0", { path: "/orders" });
    world.pin("billing", "2.0.0");
    await world.settle();
    expect(await world.status("billing")).toMatchObject({ sync: "Synced", health: "Healthy" });
  });
});

describe("the phase that is shown", () => {
  it("is that of what is pinned: a failure that was reverted is history", async () => {
    const world = await running();
    world.engine.refuse(world.digest("orders", "1.1.0"), { code: "engine/refused", detail: "no" });
    world.pin("orders", "1.1.0");
    await world.settle();
    world.pin("orders", "1.0.0");
    await world.settle();
    expect(await world.status("orders")).toMatchObject({ sync: "Synced", phase: "Succeeded" });
  });
});

describe("an instance that lacks a version", () => {
  it("gets it also when selfHeal is off: nobody edited anything", async () => {
    const world = await running();
    world.spec = { ...world.spec, selfHeal: false };
    world.engine.setInstance("two", "ready");
    await world.settle();
    expect(await world.status("orders")).toMatchObject({ sync: "Synced", health: "Healthy" });
    expect((await world.journal.history({ limit: 1 }))[0]?.steps[0]?.why).toBe("does not answer on instance two");
  });
});

describe("variables that change", () => {
  it("are rolled out like a new version, and said to be the reason", async () => {
    const world = await running();
    world.spec = { ...world.spec, variables: { currency: "EUR" } };
    await world.settle();
    const [newest] = await world.journal.history({ limit: 1 });
    expect(newest).toMatchObject({ from: "1.0.0", version: "1.0.0", phase: "Succeeded" });
    expect(newest?.steps[0]?.why).toBe("variables, secrets or the address of the environment have changed");
  });
});
