import { describe, expect, it } from "vitest";
import { PinionError } from "../../src/domain/errors.ts";
import type { CanarySpec } from "../../src/domain/desired/environment.ts";
import { canary, measure, passes, use } from "../support/progressive.ts";
import { environment, running, smokeTest, type World } from "../support/world.ts";

/** Most of the traffic is on a version that nobody has found good yet. */
const mostOfIt: CanarySpec = {
  ...canary,
  steps: [
    { kind: "weight", weight: 80 },
    { kind: "pause", durationMs: null },
  ],
};

async function mostlyOnCandidate(): Promise<World> {
  const world = await running();
  use(world, mostOfIt);
  measure(world, 0);
  world.pin("orders", "1.1.0");
  await world.settle();
  expect(world.traffic("orders")).toEqual({ "1.0.0": 20, "1.1.0": 80 });
  world.publish("orders", "1.2.0");
  return world;
}

async function rolloutIs(world: World, state: string): Promise<void> {
  for (let passes = 0; (await world.state("orders"))?.rollout?.state.kind !== state; passes += 1) {
    if (passes > 20) throw new Error(`it is never ${state}`);
    await world.pass();
  }
}

describe("a newer commit", () => {
  it("waits until the traffic of a rejected version is back", async () => {
    const world = await mostlyOnCandidate();
    const { ports } = world;
    const ensureRoutes = () => Promise.reject(new PinionError("router/unreachable", "it takes no routes"));
    world.ports = { ...ports, router: { ...world.router, ensureRoutes } };
    await world.command({ kind: "abort", process: "orders" });
    world.pin("orders", "1.2.0");
    for (let pass = 0; pass < 5; pass++) await world.pass();
    expect((await world.state("orders"))?.rollout).toMatchObject({ candidate: { version: "1.1.0" }, state: { kind: "rejected" } });
    world.ports = ports;
    await passes(world, 60_000);
    const [newest, aborted] = await world.journal.history({});
    expect([newest?.version, newest?.from, aborted?.version, aborted?.phase]).toEqual(["1.2.0", "1.0.0", "1.1.0", "Aborted"]);
  });

  it("takes the place of what it puts an end to, where only one may be under way", async () => {
    const world = await mostlyOnCandidate();
    world.spec = { ...world.spec, maxConcurrentDeployments: 1 };
    await world.settle();
    world.pin("orders", "1.2.0");
    await world.pass();
    expect((await world.state("orders"))?.rollout?.candidate?.version).toBe("1.2.0");
  });

  it("that a gate holds back takes the traffic from a version that had most of it and was never found good", async () => {
    const world = await mostlyOnCandidate();
    await world.command({ kind: "freeze" });
    world.pin("orders", "1.2.0");
    await world.settle();
    expect(world.traffic("orders")).toEqual({ "1.0.0": 100 });
  });

  it("also when the router does not take it at once", async () => {
    const world = await mostlyOnCandidate();
    await world.command({ kind: "freeze" });
    const { router } = world.ports;
    let refusals = 3;
    world.ports = {
      ...world.ports,
      router: {
        ...router,
        publicAddress: (name) => router.publicAddress(name),
        routes: (name) => router.routes(name),
        traffic: (name) => router.traffic(name),
        ensureRoutes: (name, routes) => (refusals-- > 0 ? Promise.reject(new Error("not now")) : router.ensureRoutes(name, routes)),
      },
    };
    world.pin("orders", "1.2.0");
    for (let seconds = 0; seconds < 5; seconds += 1) await passes(world, 1_000);
    expect(world.traffic("orders")).toEqual({ "1.0.0": 100 });
  });

  it("that comes while the engine cannot be asked still goes from the stable version", async () => {
    const world = await mostlyOnCandidate();
    world.engine.setReachable(false);
    world.pin("orders", "1.2.0");
    await world.settle();
    world.engine.setReachable(true);
    await passes(world, 31_000);
    expect((await world.state("orders"))?.rollout).toMatchObject({ candidate: { version: "1.2.0" }, stable: { version: "1.0.0" } });
    expect(world.traffic("orders")).toEqual({ "1.0.0": 20, "1.2.0": 80 });
  });

  it("is not held up by a way back to a version that does not answer any more", async () => {
    const world = await running();
    const publicly = world.router.publicAddress(environment);
    world.publish("orders", "1.2.0");
    world.prober.setAnswer(({ url }) => (url.startsWith(publicly) && "1.1.0" in world.traffic("orders") ? { status: 500 } : {}));
    world.pin("orders", "1.1.0");
    await rolloutIs(world, "post-deployment");
    world.engine.keepUnready(world.digest("orders", "1.0.0"), true);
    await world.settle();
    world.pin("orders", "1.2.0");
    for (let seconds = 0; seconds < 40; seconds += 1) await passes(world, 1_000);
    expect(world.traffic("orders")).toEqual({ "1.2.0": 100 });
  });

  it("is not held up by a first version that cannot be taken out again", async () => {
    const world = await running();
    const { engine } = world;
    world.publish("stock", "1.0.0", { checks: [smokeTest("/stock")] });
    world.publish("stock", "1.1.0", { checks: [smokeTest("/stock")] });
    const bad = world.digest("stock", "1.0.0").slice(7, 15);
    world.prober.setAnswer(({ url }) => (url.includes(bad) ? { status: 500 } : {}));
    world.ports = {
      ...world.ports,
      engine: () => ({
        kind: engine.kind,
        inventory: () => engine.inventory(),
        ensureInstalled: (units, on) => engine.ensureInstalled(units, on),
        ensureArmed: (armed) => engine.ensureArmed(armed),
        ensureRemoved: () => Promise.reject(new PinionError("engine/unreachable", "it does not let go")),
      }),
    };
    world.pin("stock", "1.0.0");
    await world.settle();
    world.pin("stock", "1.1.0");
    await passes(world, 31_000);
    expect(world.traffic("stock")).toEqual({ "1.1.0": 100 });
  });

  it("that a gate holds back takes all the traffic from a version that had all of it, but not its validations", async () => {
    const world = await running();
    world.publish("orders", "1.2.0");
    world.pin("orders", "1.1.0");
    await rolloutIs(world, "post-deployment");
    expect(world.traffic("orders")).toEqual({ "1.1.0": 100 });
    await world.journal.recordCommand({
      id: "f",
      environment,
      by: { name: "Ada", email: null },
      why: "",
      at: world.now,
      spec: { kind: "freeze" },
    });
    world.pin("orders", "1.2.0");
    await world.settle();
    expect(world.traffic("orders")).toEqual({ "1.0.0": 100 });
  });
});
