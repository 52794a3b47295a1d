/** Schedules and subscriptions while nothing can be recorded: a version that loses its callers no longer fires either. */

import { beforeEach, describe, expect, it } from "vitest";
import { giveTraffic } from "../../src/domain/strategies/steps.ts";
import { fill } from "../support/full-disk.ts";
import { errorRate, measure, use } from "../support/progressive.ts";
import { blueGreen, environment, running, type World } from "../support/world.ts";

let world: World;

const disks = ["reserve", "full"] as const;

/** The versions to which the router was asked to give traffic since then. */
function given(since: number): readonly string[] {
  const routes = world.router.calls.slice(since).flatMap((call) => (call.call === "ensureRoutes" ? call.routes : []));
  return routes.flatMap(({ shares }) => shares.map(({ version }) => version));
}

/** The versions in which the schedules of a process fire. */
async function firing(process = "orders"): Promise<readonly string[]> {
  const { installed } = await world.engine.inventory();
  return installed.filter((unit) => unit.process === process && unit.armed).map(({ version }) => version);
}

async function failingPasses(count: number): Promise<void> {
  for (let pass = 0; pass < count; pass += 1) {
    world.now += 1_000;
    await world.pass().catch(() => undefined);
  }
}

beforeEach(async () => {
  world = await running();
  use(world, blueGreen, 60_000, [errorRate]);
  measure(world, 0);
  world.pin("orders", "1.1.0");
  await world.settle();
  expect([world.traffic("orders"), await firing()]).toEqual([{ "1.1.0": 100 }, ["1.1.0"]]);
});

describe.each(disks)("a version that goes bad while the disk is full (%s)", (disk) => {
  beforeEach(() => {
    fill(world, disk);
    measure(world, 60);
  });

  it("fires no more, and the one before it does, in that very pass", async () => {
    await failingPasses(1);
    expect([world.traffic("orders"), await firing()]).toEqual([{ "1.0.0": 100 }, ["1.0.0"]]);
  });

  it("goes on firing only until its traffic is back, where the router does not answer", async () => {
    world.router.setUnreachable("the router does not answer");
    await failingPasses(2);
    expect(await firing()).toEqual(["1.1.0"]);
    world.router.setUnreachable(null);
    await failingPasses(2);
    expect([world.traffic("orders"), await firing()]).toEqual([{ "1.0.0": 100 }, ["1.0.0"]]);
  });

  it("fires no more once the version before it is brought in again, where that was gone", async () => {
    world.engine.removeByHand(world.digest("orders", "1.0.0"));
    await failingPasses(4);
    expect([world.traffic("orders"), await firing()]).toEqual([{ "1.0.0": 100 }, ["1.0.0"]]);
  });

  it("is disarmed once, not at every pass", async () => {
    await failingPasses(2);
    const arms = (): number => world.engine.calls.filter(({ call }) => call === "ensureArmed").length;
    const before = arms();
    await failingPasses(5);
    expect(arms()).toBe(before);
  });

  it("leaves the schedules where they are when there is room again", async () => {
    await failingPasses(2);
    fill(world, "free");
    await world.settle();
    expect(await firing()).toEqual(["1.0.0"]);
    expect(world.reverts).toMatchObject([{ from: "1.1.0", to: "1.0.0" }]);
  });
});

describe("a version whose way back is recorded, and then the disk takes nothing more", () => {
  it.each(["decisions", "full"] as const)("fires no more once its traffic is back (%s)", async (disk) => {
    measure(world, 60);
    const { record } = world.journal;
    world.ports = {
      ...world.ports,
      journal: {
        ...world.journal,
        record: async (decision) => {
          await record(decision);
          fill(world, disk);
          world.ports = { ...world.ports, journal: world.journal };
        },
      },
    };
    await failingPasses(1);
    expect((await world.journal.state(environment)).processes.get("orders")?.rollout?.state.kind).toBe("rejected");
    await failingPasses(6);
    expect([world.traffic("orders"), await firing()]).toEqual([{ "1.0.0": 100 }, ["1.0.0"]]);
  });
});

it("what the journal still owes to a version that was taken back is not done first by the next controller", async () => {
  const unit = { process: "orders", version: "1.1.0", digest: world.digest("orders", "1.1.0") };
  const owed = new Map([["orders", giveTraffic("orders", unit)]]);
  const nothing = { processes: [], forgotten: [], deployments: [], results: [], events: [], wakeAt: null };
  await world.journal.record({ environment, at: world.now, owed, ...nothing });
  fill(world, "full");
  measure(world, 60);
  await failingPasses(2);
  expect(world.traffic("orders")).toEqual({ "1.0.0": 100 });
  world.restart();
  fill(world, "free");
  const since = world.router.calls.length;
  await world.settle();
  expect([world.traffic("orders"), await firing()]).toEqual([{ "1.0.0": 100 }, ["1.0.0"]]);
  expect(given(since)).not.toContain("1.1.0");
});

describe("a controller that died before it could record a way back", () => {
  beforeEach(async () => {
    fill(world, "full");
    measure(world, 60);
    await failingPasses(2);
    expect([world.traffic("orders"), await firing()]).toEqual([{ "1.0.0": 100 }, ["1.0.0"]]);
    world.restart();
    fill(world, "free");
  });

  it("is followed by one that knows it from the router, gives the version nothing more, and records the way back", async () => {
    measure(world, 0);
    const since = world.router.calls.length;
    await world.settle();
    expect([world.traffic("orders"), await firing()]).toEqual([{ "1.0.0": 100 }, ["1.0.0"]]);
    expect(given(since)).not.toContain("1.1.0");
    expect(world.reverts).toMatchObject([{ from: "1.1.0", to: "1.0.0", trigger: "error_rate", by: null }]);
  });

  it("is followed by one that does so also where automatic rollback is off by then, but writes nothing", async () => {
    measure(world, 0);
    const { rollback } = world.spec;
    world.spec = { ...world.spec, rollback: { ...rollback, automatic: { ...rollback.automatic, enabled: false } } };
    await world.settle();
    expect([world.traffic("orders"), await firing(), world.reverts]).toEqual([{ "1.0.0": 100 }, ["1.0.0"], []]);
    expect((await world.state("orders"))?.rollout).toBeNull();
  });

  it("keeps nothing from a deployment that a person begins after that", async () => {
    await world.settle();
    measure(world, 0);
    world.pin("orders", "1.0.0");
    await world.settle();
    world.lift("orders");
    world.pin("orders", "1.1.0");
    await world.settle();
    expect(world.traffic("orders")).toEqual({ "1.1.0": 100 });
  });

  it("is followed by one that leaves it where it is, where the version before it is pinned again by then", async () => {
    const since = world.router.calls.length;
    world.pin("orders", "1.0.0");
    await world.settle();
    expect([world.traffic("orders"), await firing()]).toEqual([{ "1.0.0": 100 }, ["1.0.0"]]);
    expect(given(since)).not.toContain("1.1.0");
  });
});
