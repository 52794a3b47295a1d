import { describe, expect, it } from "vitest";
import { PinionError } from "../../src/domain/errors.ts";
import { environment, running, smokeTest, type World } from "../support/world.ts";

async function rolloutIs(world: World, state: string): Promise<void> {
  for (let passes = 0; (await world.state("orders"))?.rollout?.state.kind !== state; passes += 1) {
    if (passes > 20) throw new Error(`it is never ${state}`);
    await world.pass();
  }
}

function failOn(world: World, version: string): void {
  const digest = world.digest("orders", version).slice(7, 15);
  world.prober.setAnswer(({ url }) => (url.includes(digest) ? { status: 500 } : {}));
}

async function targets(world: World): Promise<readonly string[]> {
  const [route] = await world.router.routes(environment);
  return route?.shares[0]?.targets.map((target) => target.instance) ?? [];
}

describe("a version that is bad", () => {
  it("whose predecessor cannot be put back is given up, says both, and lets the next one pass", async () => {
    const world = await running();
    world.publish("orders", "1.2.0");
    world.spec = { ...world.spec, strategy: { kind: "recreate" }, variables: { currency: "EUR" } };
    failOn(world, "1.1.0");
    world.pin("orders", "1.1.0");
    await world.settle();
    world.now += 60_000;
    await world.settle();
    const status = await world.status("orders");
    expect(status).toMatchObject({ health: "Degraded", phase: "Failed", actual: [] });
    expect(status?.reason.text).toContain('smoke_test "answers" failed');
    expect(status?.reason.text).toContain("1.0.0 cannot be restored");
    world.pin("orders", "1.2.0");
    await world.settle();
    expect(await world.status("orders")).toMatchObject({ desired: "1.2.0", sync: "Synced", health: "Healthy" });
  });

  it("is not taken out before the triggers of its predecessor fire again", async () => {
    const world = await running();
    world.prober.setAnswer(({ url }) => (url.startsWith(world.router.publicAddress(environment)) ? { status: 500 } : {}));
    world.pin("orders", "1.1.0");
    await rolloutIs(world, "post-deployment");
    let failures = 0;
    const { engine } = world.ports;
    const flaky = engine("", "node-red");
    const ensureArmed: typeof flaky.ensureArmed = (armed) =>
      failures++ === 0 ? Promise.reject(new PinionError("engine/unreachable", "no answer in time")) : world.engine.ensureArmed(armed);
    world.ports = {
      ...world.ports,
      engine: () => ({
        kind: "node-red",
        inventory: () => world.engine.inventory(),
        ensureInstalled: (units) => world.engine.ensureInstalled(units),
        ensureRemoved: (units) => world.engine.ensureRemoved(units),
        ensureArmed,
      }),
    };
    await world.settle();
    world.now += 60_000;
    await world.settle();
    const { installed } = await world.engine.inventory();
    expect(installed.map(({ version, armed }) => `${version} ${armed}`)).toEqual(["1.0.0 true"]);
    expect((await world.journal.history({ limit: 1 }))[0]).toMatchObject({ version: "1.1.0", phase: "RolledBack" });
  });
});

describe("a process that cannot become what is pinned", () => {
  it("keeps its traffic on the instances that run it", async () => {
    const world = await running();
    world.engine.setInstance("two", "ready");
    await world.settle();
    world.pin("orders", "9.9.9");
    await world.settle();
    world.engine.setInstance("one", "down");
    await world.settle();
    expect(await targets(world)).toEqual(["two"]);
  });

  it("gets its traffic back when the router has lost its table", async () => {
    const world = await running();
    failOn(world, "1.1.0");
    world.pin("orders", "1.1.0");
    await world.settle();
    await world.router.ensureRoutes(environment, [{ process: "orders", timeoutMs: 1_000, sticky: null, shares: [] }]);
    await world.settle();
    expect(world.traffic("orders")).toEqual({ "1.0.0": 100 });
    expect(await world.status("orders")).toMatchObject({ desired: "1.1.0", health: "Degraded", phase: "Failed" });
  });

  it("has its schedules fire once", async () => {
    const world = await running();
    world.pin("orders", "9.9.9");
    await world.settle();
    await world.engine.ensureArmed(new Map([["orders", null]]));
    await world.settle();
    expect((await world.engine.inventory()).installed).toMatchObject([{ version: "1.0.0", armed: true }]);
  });
});

describe("a rollout that is superseded", () => {
  it("is not called a success when the pin goes back to what serves", async () => {
    const world = await running();
    world.engine.keepUnready(world.digest("orders", "1.1.0"), true);
    world.pin("orders", "1.1.0");
    await world.pass();
    await world.pass();
    world.pin("orders", "1.0.0");
    await world.settle();
    expect((await world.journal.history({ limit: 1 }))[0]).toMatchObject({ version: "1.1.0", phase: "Superseded" });
  });

  it("just after it was given the traffic was never found good: what fails after it goes back to the one before", async () => {
    const world = await running();
    world.publish("orders", "1.2.0", { checks: [smokeTest("/orders")] });
    world.pin("orders", "1.1.0");
    await rolloutIs(world, "post-deployment");
    expect(world.traffic("orders")).toEqual({ "1.1.0": 100 });
    failOn(world, "1.2.0");
    world.pin("orders", "1.2.0");
    await world.settle();
    expect(world.traffic("orders")).toEqual({ "1.0.0": 100 });
  });

  it("while only its predecessor drains, has succeeded: it is known good and kept warm", async () => {
    const world = await running();
    world.publish("orders", "1.2.0", { checks: [smokeTest("/orders")] });
    world.engine.setInFlight(world.digest("orders", "1.0.0"), 1);
    world.pin("orders", "1.1.0");
    await rolloutIs(world, "draining");
    world.pin("orders", "1.2.0");
    await world.settle();
    world.engine.setInFlight(world.digest("orders", "1.0.0"), 0);
    world.now += 60_000;
    await world.settle();
    expect((await world.journal.history({})).map(({ version, phase }) => `${version} ${phase}`)).toEqual([
      "1.2.0 Succeeded",
      "1.1.0 Succeeded",
      "1.0.0 Succeeded",
    ]);
    expect((await world.status("orders"))?.actual.map((share) => share.version)).toEqual(["1.2.0", "1.1.0"]);
  });
});
