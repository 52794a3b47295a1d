/** A version that is bad, and that Pinion may not roll back: until a person decides, it is kept as it should be. */

import { expect, it } from "vitest";
import { errorRate, measure, passes, use } from "../support/progressive.ts";
import { blueGreen, environment, running, smokeTest, type World } from "../support/world.ts";

const process = "orders";

/** 1.2.0 has all traffic, and is watched; 1.1.0 was rolled back a short while ago, so that no other version is for now. */
async function watched(): Promise<World> {
  const world = await running();
  use(world, { ...blueGreen, keepOldVersion: false }, 10_000, [errorRate]);
  const { rollback } = world.spec;
  world.spec = { ...world.spec, rollback: { ...rollback, automatic: { ...rollback.automatic, coolDownMs: 3_600_000 } } };
  for (const version of ["1.1.0", "1.2.0"]) world.publish(process, version, { checks: [smokeTest("/orders")] });
  measure(world, 50);
  world.pin(process, "1.1.0");
  await world.settle();
  expect(world.traffic(process)).toEqual({ "1.0.0": 100 });
  measure(world, 0);
  world.pin(process, "1.2.0");
  await passUntil(world, "baking");
  return world;
}

async function passUntil(world: World, state: string): Promise<void> {
  for (let count = 0; (await world.state(process))?.rollout?.state.kind !== state; count += 1) {
    if (count > 200) throw new Error(`it is never ${state}`);
    await world.pass();
    world.now += 1_000;
  }
}

async function expectKept(world: World): Promise<void> {
  expect((await world.status(process))?.reason.code).toBe("PersonMustDecide");
  const runs = (await world.engine.inventory()).installed.find(({ digest }) => digest === world.digest(process, "1.2.0"));
  const [route] = await world.router.routes(environment);
  expect(route?.shares[0]?.targets.map(({ url }) => url)).toEqual(runs?.placements.map(({ address }) => address));
  expect(runs?.armed).toBe(true);
}

it("is served wherever its instances come back, and its schedules fire, also once the version before it is removed", async () => {
  const world = await watched();
  await passUntil(world, "removing");
  measure(world, 50);
  await passes(world, 1_000);
  expect((await world.state(process))?.rollout?.state.kind).toBe("removing");
  for (const id of ["one", "two"]) world.engine.crash(id);
  await world.pass();
  for (const id of ["one", "two"]) world.engine.comeBack(id);
  await passes(world, 1_000);
  await expectKept(world);
});

it("gets its traffic back where that is lost while it is watched", async () => {
  const world = await watched();
  measure(world, 50);
  await passes(world, 1_000);
  await world.router.ensureRoutes(environment, [{ process, timeoutMs: world.spec.requestTimeoutMs, sticky: null, shares: [] }]);
  expect(world.traffic(process)).not.toEqual({ "1.2.0": 100 });
  await passes(world, 1_000);
  expect(world.traffic(process)).toEqual({ "1.2.0": 100 });
  await expectKept(world);
});
