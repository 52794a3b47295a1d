/** What was owed before a commit, and would take away what the commit wants: a decision comes first. */

import { beforeEach, expect, it } from "vitest";
import { PinionError } from "../../src/domain/errors.ts";
import { fill } from "../support/full-disk.ts";
import { environment, running, smokeTest, type World } from "../support/world.ts";

const process = "orders";

let world: World;

beforeEach(async () => {
  world = await running();
  world.publish("billing", "1.0.0");
  world.pin("billing", "1.0.0");
  await world.settle();
});

/** What the router was told about the process since. */
function written(since: number): readonly (readonly string[])[] {
  const routes = world.router.calls.slice(since).flatMap((call) => (call.call === "ensureRoutes" ? call.routes : []));
  return routes.filter((route) => route.process === process).map(({ shares }) => shares.map(({ version }) => version));
}

/** The router is away in the moment in which this is to be done. */
async function owing(): Promise<void> {
  const { ensureRoutes } = world.router;
  world.router.ensureRoutes = () => Promise.reject(new PinionError("router/unreachable", "it restarts"));
  await world.pass();
  world.router.ensureRoutes = ensureRoutes;
}

it("takes nobody's traffic who is pinned again, also after a restart", async () => {
  world.pin(process, null);
  await owing();
  expect((await world.journal.state(environment)).owed.map(({ action }) => action.kind)).toContain("ensure-weights");
  world.pin(process, "1.0.0");
  world.restart();
  world.now += 60_000;
  const since = world.router.calls.length;
  await world.settle();
  expect(written(since)).not.toContainEqual([]);
  expect(world.traffic(process)).toEqual({ "1.0.0": 100 });
  expect(await world.status(process)).toMatchObject({ sync: "Synced", health: "Healthy" });
});

it("removes nobody who is pinned again", async () => {
  const { ensureRemoved } = world.engine;
  const removed: string[] = [];
  world.engine.ensureRemoved = () => Promise.reject(new PinionError("engine/unreachable", "it restarts"));
  world.pin(process, null);
  for (let passes = 0; passes < 6; passes += 1) await world.pass();
  expect((await world.journal.state(environment)).owed.map(({ action }) => action.kind)).toContain("ensure-removed");
  world.engine.ensureRemoved = (units) => {
    removed.push(...units.map((unit) => unit.process));
    return ensureRemoved.call(world.engine, units);
  };
  world.pin(process, "1.0.0");
  world.now += 60_000;
  await world.settle();
  expect(removed).toEqual([]);
  expect(world.traffic(process)).toEqual({ "1.0.0": 100 });
});

it("removes nobody who has the traffic again, while that cannot be recorded", async () => {
  const [before] = (await world.router.routes(environment)).filter((route) => route.process === process);
  const { ensureRemoved } = world.engine;
  world.engine.ensureRemoved = () => Promise.reject(new PinionError("engine/unreachable", "it restarts"));
  world.pin(process, null);
  for (let passes = 0; passes < 6; passes += 1) await world.pass();
  world.engine.ensureRemoved = ensureRemoved;
  expect((await world.journal.state(environment)).owed.map(({ action }) => action.kind)).toContain("ensure-removed");
  if (before) await world.router.ensureRoutes(environment, [before]);
  world.restart();
  fill(world, "full");
  world.publish(process, "2.0.0");
  world.pin(process, "2.0.0");
  world.now += 60_000;
  for (let passes = 0; passes < 3; passes += 1) await world.pass().catch(() => undefined);
  expect([world.traffic(process), (await world.engine.inventory()).installed.map((unit) => unit.process)]).toEqual([
    { "1.0.0": 100 },
    ["orders", "billing"],
  ]);
});

it.each(["at once", "when the router is back"])(
  "takes the traffic of a first version that is bad %s, although it is pinned",
  async (when) => {
    const publicly = world.router.publicAddress(environment);
    world.prober.setAnswer(({ url }) => (url.startsWith(publicly) ? { status: 500 } : {}));
    world.publish("shipping", "1.0.0", { checks: [smokeTest("/shipping")] });
    world.pin("shipping", "1.0.0");
    for (let passes = 0; (await world.state("shipping"))?.rollout?.state.kind !== "post-deployment"; passes += 1) {
      if (passes > 20) throw new Error("it never gets traffic");
      await world.pass();
    }
    const { ensureRoutes } = world.router;
    if (when !== "at once") world.router.ensureRoutes = () => Promise.reject(new PinionError("router/unreachable", "it restarts"));
    for (let passes = 0; passes < 5; passes += 1) await world.pass();
    world.router.ensureRoutes = ensureRoutes;
    world.now += 60_000;
    await world.settle();
    expect(world.traffic("shipping")).toEqual({});
    expect(await world.status("shipping")).toMatchObject({ health: "Degraded" });
  },
);
