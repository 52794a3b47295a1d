import { beforeEach, describe, expect, it } from "vitest";
import { canary, errorRate, measure, passes, use } from "../support/progressive.ts";
import { blueGreen, running, type World } from "../support/world.ts";

let world: World;

beforeEach(async () => {
  world = await running();
});

/** `orders` 1.1.0 shares the traffic, or has all of it and is watched. */
async function begin(strategy: typeof canary | typeof blueGreen): Promise<void> {
  use(world, strategy, 60_000, [errorRate]);
  measure(world, 0);
  world.pin("orders", "1.1.0");
  await world.settle();
}

describe.each([
  ["a canary", canary],
  ["blue-green", blueGreen],
])("a version that takes the engine down with it, by %s", (_how, strategy) => {
  it("loses its traffic while nobody can be asked, to where the good version answered last", async () => {
    await begin(strategy);
    const before = (await world.router.routes("production")).find(({ process }) => process === "orders");
    world.engine.crash("one");
    measure(world, 60);
    await passes(world, 1_000);
    expect(world.traffic("orders")).toEqual({ "1.0.0": 100 });
    const after = (await world.router.routes("production")).find(({ process }) => process === "orders");
    expect(after?.shares[0]?.targets.map(({ instance }) => instance)).toEqual(before?.shares[0]?.targets.map(({ instance }) => instance));
  });

  it("loses it too while the engine is back but runs nothing yet", async () => {
    await begin(strategy);
    for (const version of ["1.0.0", "1.1.0"]) world.engine.keepUnready(world.digest("orders", version), true);
    measure(world, 60);
    await passes(world, 1_000);
    expect(world.traffic("orders")).toEqual({ "1.0.0": 100 });
  });

  it("and the good version's new place is followed once it is back", async () => {
    await begin(strategy);
    world.engine.crash("one");
    measure(world, 60);
    await passes(world, 1_000);
    world.engine.comeBack("one");
    await passes(world, 1_000);
    const route = (await world.router.routes("production")).find(({ process }) => process === "orders");
    const [unit] = (await world.engine.inventory()).installed.filter(({ version, process }) => process === "orders" && version === "1.0.0");
    expect(route?.shares.map(({ targets }) => targets[0]?.url)).toEqual([unit?.placements[0]?.address]);
  });
});

it("no version gets traffic where it does not answer, while another one of its process does", async () => {
  use(world, canary);
  measure(world, 0);
  world.pin("orders", "1.1.0");
  await world.settle();
  world.engine.keepUnready(world.digest("orders", "1.0.0"), true);
  measure(world, 60);
  await passes(world, 1_000);
  expect(world.traffic("orders")).toEqual({ "1.0.0": 80, "1.1.0": 20 });
  const { owed } = await world.journal.state("production");
  const stuck = owed.flatMap((entry) => (entry.action.kind === "ensure-weights" ? [entry.stuck?.code] : []));
  expect(stuck).toEqual(["engine/unreachable"]);
});
