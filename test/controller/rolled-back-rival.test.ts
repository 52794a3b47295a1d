/** A path that nobody has is taken by one process while the version that gave it up is rolled back. */

import { beforeEach, describe, expect, it } from "vitest";
import type { StrategySpec } from "../../src/domain/desired/environment.ts";
import { installed, type Move, spoil } from "../support/moved-paths.ts";
import { errorRate, measure, use } from "../support/progressive.ts";
import { partOf } from "../support/thorough.ts";
import { blueGreen, environment, type World } from "../support/world.ts";

const rolling: StrategySpec = { kind: "rolling", batchSize: 1, batchDelayMs: 0, maxUnavailable: 1, healthCheckIntervalMs: 100 };
const move: Move = { before: { alpha: ["/apple", "/banana"], beta: ["/beta"] }, after: { alpha: ["/apple"], beta: ["/beta", "/banana"] } };
const moments = Array.from({ length: 14 }, (_, pass) => pass);

function ownersOf(world: World): Promise<readonly string[]> {
  return world.router
    .routes(environment)
    .catch(() => [])
    .then((routes) =>
      routes.flatMap(({ process, shares }) =>
        shares.some((share) => share.endpoints.some(({ path }) => path === "/banana")) ? [process] : [],
      ),
    );
}

it.each([blueGreen, rolling].flatMap((strategy) => partOf(moments).map((moment) => [strategy.kind, moment, strategy] as const)))(
  "%s: has one owner when that happens in pass %i",
  async (_name, moment, strategy) => {
    const world = await installed(move);
    use(world, strategy, 60_000, [errorRate]);
    measure(world, 0);
    for (const process of ["alpha", "beta"]) world.publish(process, "2.0.0", { paths: move.after[process] ?? [] });
    world.pin("alpha", "2.0.0");
    await world.settle();
    expect((await world.state("alpha"))?.rollout?.state.kind).toBe("baking");
    world.pin("beta", "2.0.0");
    for (let pass = 0; pass < 40; pass += 1) {
      if (pass === moment) spoil(world, "alpha");
      await world.pass();
      world.now += 100;
      expect((await ownersOf(world)).length).toBeLessThanOrEqual(1);
    }
    expect(world.traffic("alpha")).toEqual({ "1.0.0": 100 });
  },
);

describe("has one owner when the version that gave it up comes back, and nobody can be asked where it is called", () => {
  let world: World;

  beforeEach(async () => {
    world = await installed(move);
    use(world, blueGreen, 60_000, [errorRate]);
    measure(world, 0);
    for (const process of ["alpha", "beta"]) {
      world.publish(process, "2.0.0", { paths: move.after[process] ?? [] });
      world.pin(process, "2.0.0");
      await world.settle();
    }
  });

  async function rejected(): Promise<void> {
    for (let pass = 0; pass < 10; pass += 1) {
      await world.pass();
      world.now += 100;
      expect((await ownersOf(world)).length).toBeLessThanOrEqual(1);
    }
  }

  it.each([
    [
      "neither engine nor router answers",
      () => {
        world.engine.setReachable(false);
        world.router.setUnreachable("the router does not answer");
      },
    ],
    ["it was removed by hand", () => world.engine.removeByHand(world.digest("alpha", "1.0.0"))],
    ["the engine does not answer", () => world.engine.setReachable(false)],
  ])("since %s", async (_why, happens) => {
    happens();
    spoil(world, "alpha");
    await rejected();
    world.router.setUnreachable(null);
    await rejected();
    world.engine.setReachable(true);
    await rejected();
    expect([world.traffic("alpha"), world.traffic("beta")]).toEqual([{ "1.0.0": 100 }, { "1.0.0": 100 }]);
  });
});
