import { describe, expect, it } from "vitest";
import { PinionError } from "../../src/domain/errors.ts";
import { environment, running, type World } from "../support/world.ts";

async function rolloutIs(world: World, state: string): Promise<void> {
  for (let passes = 0; (await world.state("orders"))?.rollout?.state.kind !== state; passes += 1) {
    if (passes > 20) throw new Error(`it is never ${state}`);
    await world.pass();
  }
}

describe("what waits to be tried again", () => {
  it("holds back what comes after it: no triggers before the traffic, and no passes without a pause", async () => {
    const world = await running();
    const candidate = world.digest("orders", "1.1.0");
    world.pin("orders", "1.1.0");
    await rolloutIs(world, "checking");
    const { ensureRoutes } = world.router;
    const failing = () => Promise.reject(new PinionError("router/unreachable", "the gateway does not answer"));
    Object.assign(world.router, { ensureRoutes: failing });
    await world.settle();
    expect((await world.state("orders"))?.rollout?.state.kind).toBe("switching");
    expect(world.engine.calls.filter((call) => call.call === "ensureArmed" && call.armed.get("orders") === candidate)).toEqual([]);
    Object.assign(world.router, { ensureRoutes });
    world.now += 60_000;
    await world.settle();
    expect(await world.status("orders")).toMatchObject({ desired: "1.1.0", sync: "Synced", health: "Healthy" });
  });

  it("gives no traffic to what nobody can say whose paths it has", async () => {
    const world = await running();
    world.pin("orders", "1.1.0");
    await rolloutIs(world, "checking");
    world.router.setUnreachable("the gateway does not answer");
    await world.settle();
    expect((await world.state("orders"))?.rollout?.state.kind).toBe("checking");
    world.router.setUnreachable(null);
    world.now += 60_000;
    await world.settle();
    expect(await world.status("orders")).toMatchObject({ desired: "1.1.0", sync: "Synced", health: "Healthy" });
  });

  it("does not hold back other processes", async () => {
    const world = await running();
    world.publish("billing", "2.0.0");
    world.engine.keepUnready(world.digest("billing", "2.0.0"), true);
    world.pin("billing", "2.0.0");
    world.pin("orders", "1.1.0");
    await world.settle();
    expect(world.traffic("orders")).toEqual({ "1.1.0": 100 });
  });
});

describe("a validation that could not be asked", () => {
  it("is forgotten once it was asked again", async () => {
    const world = await running();
    world.pin("orders", "1.1.0");
    await rolloutIs(world, "installing");
    const { manifests } = world.ports;
    let failures = 0;
    const version: typeof manifests.version = (process, wanted) =>
      failures++ === 0 ? Promise.reject(new PinionError("git/object-missing", "gone for a moment")) : manifests.version(process, wanted);
    world.ports = { ...world.ports, manifests: { version } };
    await world.settle();
    world.now += 60_000;
    await world.settle();
    expect(failures).toBeGreaterThan(1);
    expect(await world.status("orders")).toMatchObject({ desired: "1.1.0", sync: "Synced", phase: "Succeeded" });
  });

  it("because environment.yaml is broken for a while, fails no version", async () => {
    const world = await running();
    world.pin("orders", "1.1.0");
    await rolloutIs(world, "installing");
    const { wanted, validations } = world.ports;
    let isBroken = false;
    world.ports = {
      ...world.ports,
      wanted: (name) => {
        const good = wanted(name);
        return good && isBroken ? { ...good, desired: null, environment: { ...good.environment, spec: null } } : good;
      },
      validations: {
        // The commit that breaks it comes after the decision to check, and before the checks.
        ensure: (name, owed, ports) => {
          isBroken = owed.action.phase === "during" && owed.stuck === null;
          validations.ensure(name, owed, ports);
        },
        idle: () => validations.idle(),
      },
    };
    await world.settle();
    expect((await world.state("orders"))?.rollout?.state.kind).toBe("checking");
    isBroken = false;
    world.now += 60_000;
    await world.settle();
    expect(await world.status("orders")).toMatchObject({ desired: "1.1.0", sync: "Synced", phase: "Succeeded" });
  });

  it("because the router went away in the middle of it, fails no version", async () => {
    const world = await running();
    let isDown = false;
    world.prober.setAnswer(({ url }) => {
      if (isDown || !url.startsWith(world.router.publicAddress(environment))) return {};
      isDown = true;
      world.router.setUnreachable("the gateway does not answer");
      return new Error("connection refused");
    });
    world.pin("orders", "1.1.0");
    await world.settle();
    expect(isDown).toBe(true);
    expect((await world.state("orders"))?.rollout?.state.kind).toBe("post-deployment");
    world.router.setUnreachable(null);
    world.now += 60_000;
    await world.settle();
    expect(await world.journal.history({ environment, limit: 1 })).toMatchObject([{ version: "1.1.0", phase: "Succeeded" }]);
  });
});
