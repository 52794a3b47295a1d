import { beforeEach, describe, expect, it } from "vitest";
import { fill } from "../support/full-disk.ts";
import { canary, errorRate, measure, passes, use } from "../support/progressive.ts";
import { waitingOrder } from "../support/waiting-command.ts";
import { blueGreen, createWorld, environment, running, type World } from "../support/world.ts";

let world: World;

/** A pass that cannot record what it decides. */
async function failingPass(): Promise<void> {
  await expect(world.pass()).rejects.toThrow("the disk is full");
}

beforeEach(async () => {
  world = await running();
  use(world, canary);
  measure(world, 0);
  world.pin("orders", "1.1.0");
  await world.settle();
  await passes(world, 5_000);
  expect(world.traffic("orders")).toEqual({ "1.0.0": 50, "1.1.0": 50 });
});

describe.each(["reserve", "full"] as const)("a canary that goes bad while the disk is full (%s)", (disk) => {
  beforeEach(async () => {
    fill(world, disk);
    measure(world, 60);
    await failingPass();
  });

  it("loses its traffic in that very pass", () => {
    expect(world.traffic("orders")).toEqual({ "1.0.0": 100 });
  });

  it("does not get it back while the disk stays full, whatever is measured", async () => {
    measure(world, 0, 0);
    for (let pass = 0; pass < 5; pass += 1) {
      world.now += 5_000;
      await world.pass().catch(() => undefined);
      expect(world.traffic("orders")).toEqual({ "1.0.0": 100 });
    }
  });

  it("is told: nothing can be recorded, once", async () => {
    await world.pass().catch(() => undefined);
    fill(world, "free");
    await world.settle();
    const events = (await world.journal.pendingEvents(1_000)).filter(({ kind }) => kind === "store-failing");
    expect(events).toMatchObject([{ why: "nothing can be recorded: journal.db: the disk is full" }]);
  });

  it("wakes the dispatcher, at the latest when there is room again", async () => {
    let rings = 0;
    fill(world, "free");
    world.ports = { ...world.ports, dispatcher: { notify: () => void (rings += 1) } };
    await world.settle();
    expect(rings).toBeGreaterThan(0);
  });

  it("is rejected once when there is room again, with its revert and its quarantine", async () => {
    fill(world, "free");
    await world.settle();
    const ended = (await world.journal.history({ limit: 9 })).filter((one) => one.version === "1.1.0");
    expect(ended).toMatchObject([{ phase: "RolledBack", trigger: "error_rate" }]);
    expect(ended[0]?.steps.filter(({ state }) => state === "rejected")).toHaveLength(1);
    expect(world.reverts).toMatchObject([{ from: "1.1.0", to: "1.0.0" }]);
    expect(await world.state("orders")).toMatchObject({ quarantined: [{ version: "1.1.0" }] });
    expect(world.traffic("orders")).toEqual({ "1.0.0": 100 });
  });
});

describe.each(["reserve", "full"] as const)(
  "a version that goes bad after the one before it was taken out, while the disk is full (%s)",
  (disk) => {
    beforeEach(async () => {
      world = await running();
      use(world, { kind: "recreate" }, 60_000, [errorRate]);
      measure(world, 0);
      world.pin("orders", "1.1.0");
      await world.settle();
      expect((await world.engine.inventory()).installed.map(({ version }) => version)).toEqual(["1.1.0"]);
      fill(world, disk);
      measure(world, 60);
      for (let pass = 0; pass < 5; pass += 1) await world.pass().catch(() => undefined);
    });

    it("loses its traffic to that one, which is installed again", () => {
      expect(world.traffic("orders")).toEqual({ "1.0.0": 100 });
    });

    it("has it installed once, not at every pass", async () => {
      const installs = (): number => world.engine.calls.filter(({ call }) => call === "ensureInstalled").length;
      const before = installs();
      for (let pass = 0; pass < 5; pass += 1) await world.pass().catch(() => undefined);
      expect(installs()).toBe(before);
    });
  },
);

describe("a version that goes bad and is no longer pinned while the disk is full", () => {
  it.each(["1.2.0", null])("loses its traffic although nothing new can begin (%s is pinned)", async (version) => {
    world = await running();
    use(world, blueGreen, 60_000, [errorRate]);
    measure(world, 0);
    world.pin("orders", "1.1.0");
    await world.settle();
    fill(world, "full");
    world.publish("orders", "1.2.0");
    world.publish("stock", "1.0.0");
    world.pin("stock", "1.0.0");
    world.pin("orders", version);
    measure(world, 60);
    for (let pass = 0; pass < 5; pass += 1) await world.pass().catch(() => undefined);
    expect(world.traffic("orders")).toEqual({ "1.0.0": 100 });
    fill(world, "free");
    measure(world, 0);
    await world.settle();
    expect(world.traffic("orders")).toEqual(version === null ? {} : { [version]: 100 });
  });
});

describe.each(["reserve", "full"] as const)("versions whose paths changed owner, and one goes bad while the disk is full (%s)", (disk) => {
  it("go back in one write also where the version before it has to be installed again first", async () => {
    world = createWorld();
    use(world, blueGreen, 60_000, [errorRate]);
    measure(world, 0);
    world.publish("alpha", "1.0.0", { paths: ["/apple", "/banana"] });
    world.publish("alpha", "2.0.0", { paths: ["/apple"] });
    world.publish("beta", "1.0.0", { paths: ["/beta"] });
    world.publish("beta", "2.0.0", { paths: ["/beta", "/banana"] });
    for (const process of ["alpha", "beta"]) world.pin(process, "1.0.0");
    await world.settle();
    await passes(world, 61_000);
    for (const process of ["alpha", "beta"]) world.pin(process, "2.0.0");
    await world.settle();
    expect([world.traffic("alpha"), world.traffic("beta")]).toEqual([{ "2.0.0": 100 }, { "2.0.0": 100 }]);
    world.engine.removeByHand(world.digest("alpha", "1.0.0"));
    fill(world, disk);
    world.readings = ({ candidate: { process } }) => ({
      candidate: { kind: "value", value: process === "alpha" ? 60 : 0, requests: 100, coveredMs: 10_000 },
    });
    for (let pass = 0; pass < 5; pass += 1) {
      await world.pass().catch(() => undefined);
      expect(world.router.receive(environment, "GET", "/banana")).not.toBeNull();
    }
    expect([world.traffic("alpha"), world.traffic("beta")]).toEqual([{ "1.0.0": 100 }, { "1.0.0": 100 }]);
  });
});

describe("a version that got its traffic in the moment in which the disk became full", () => {
  it("does not get it back for a moment at each pass, once it has lost it", async () => {
    world = await running();
    use(world, blueGreen, 60_000, [errorRate]);
    measure(world, 60);
    world.pin("orders", "1.1.0");
    for (let pass = 0; pass < 20 && !("1.1.0" in world.traffic("orders")); pass += 1) {
      const state = (await world.state("orders"))?.rollout?.state.kind;
      fill(world, state === "checking" ? "decisions" : "free");
      await world.pass().catch(() => undefined);
    }
    fill(world, "full");
    await failingPass();
    expect(world.traffic("orders")).toEqual({ "1.0.0": 100 });
    const since = world.router.calls.length;
    for (let pass = 0; pass < 5; pass += 1) await world.pass().catch(() => undefined);
    const given = world.router.calls.slice(since).flatMap((call) => (call.call === "ensureRoutes" ? call.routes : []));
    expect(given.flatMap(({ shares }) => shares.map(({ version }) => version))).not.toContain("1.1.0");
  });
});

describe("a watched version that lost its traffic to a run that could record nothing, where the router does not say why", () => {
  beforeEach(async () => {
    world = await running();
    use(world, blueGreen, 60_000, [errorRate]);
    measure(world, 0);
    world.pin("orders", "1.1.0");
    await world.settle();
    fill(world, "full");
    measure(world, 60);
    await failingPass();
    expect(world.traffic("orders")).toEqual({ "1.0.0": 100 });
    world.restart();
    const routes = await world.router.routes(environment);
    expect(routes.map(({ takenBack }) => takenBack?.trigger)).toContain("error_rate");
    await world.router.ensureRoutes(
      environment,
      routes.map(({ takenBack: _, ...route }) => route),
    );
    world.router.setUnreachable("the router does not answer");
    world.readings = () => ({ candidate: { kind: "none", why: "the router does not answer" } });
    world.now += 60_000;
    await world.settle();
    world.router.setUnreachable(null);
    await passes(world, 2_000);
  });

  it("is watched with all the traffic from the beginning, also where nobody could be asked who has it", async () => {
    expect(world.traffic("orders")).toEqual({ "1.1.0": 100 });
    await passes(world, 57_000);
    expect((await world.state("orders"))?.rollout).not.toBeNull();
    measure(world, 0);
    await passes(world, 5_000);
    expect(await world.status("orders")).toMatchObject({ phase: "Succeeded" });
  });
});

describe("while the disk is full", () => {
  it("nothing new is begun, and nothing gets more traffic", async () => {
    fill(world, "reserve");
    world.publish("stock", "1.0.0");
    world.pin("stock", "1.0.0");
    world.now += 3_600_000;
    await failingPass();
    expect(world.traffic("stock")).toEqual({});
    expect(world.traffic("orders")).toEqual({ "1.0.0": 50, "1.1.0": 50 });
  });
});

describe("what was good and is pinned again while the disk is full", () => {
  beforeEach(async () => {
    world = await running();
    world.spec = { ...world.spec, pruneDelayMs: 7_200_000 };
    world.publish("billing", "2.0.0");
    world.pin("billing", "2.0.0");
    await world.settle();
    world.pin("orders", null);
    await world.settle();
    expect(world.traffic("orders")).toEqual({});
    fill(world, "full");
    world.pin("orders", "1.0.0");
    for (let pass = 0; pass < 3; pass += 1) await failingPass();
    expect(world.traffic("orders")).toEqual({ "1.0.0": 100 });
  });

  it("keeps its callers however long that takes: no time runs out in which nothing can go on", async () => {
    for (let pass = 0; pass < 5; pass += 1) {
      world.now += world.spec.deploymentTimeoutMs;
      await world.pass().catch(() => undefined);
      expect(world.traffic("orders")).toEqual({ "1.0.0": 100 });
    }
    fill(world, "free");
    await world.settle();
    expect(world.traffic("orders")).toEqual({ "1.0.0": 100 });
    expect(await world.status("orders")).toMatchObject({ sync: "Synced", health: "Healthy" });
  });
});

describe("an environment that is unfrozen and frozen again while the disk is full", () => {
  async function freezeAgain(): Promise<void> {
    await waitingOrder(world, "unfreeze");
    await waitingOrder(world, "freeze");
    fill(world, "reserve");
    await world.pass().catch(() => undefined);
    fill(world, "free");
    await world.settle();
  }

  it("stays frozen when there is room again", async () => {
    world = await running();
    await world.command({ kind: "freeze" });
    await freezeAgain();
    expect((await world.journal.state(environment)).freeze).not.toBeNull();
  });

  it("is frozen by the command that comes last, also where it was not frozen before", async () => {
    world = await running();
    await waitingOrder(world, "freeze");
    await freezeAgain();
    expect((await world.journal.state(environment)).freeze).not.toBeNull();
  });
});
