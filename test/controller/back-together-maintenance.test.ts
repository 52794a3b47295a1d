/** A version that failed and cannot be rolled back, since another process has its paths: it serves until a person decides. */

import { expect, it } from "vitest";
import { type Move, moved, outlast, settleWatched, spoil } from "../support/moved-paths.ts";
import { blueGreen, environment } from "../support/world.ts";

const swap: Move = { before: { alpha: ["/apple"], beta: ["/banana"] }, after: { alpha: ["/banana"], beta: ["/apple"] } };

it("is served wherever its instances come back, and its schedules fire", async () => {
  const world = await moved(swap, { ...blueGreen, keepOldVersion: false });
  await outlast(world, "beta", ["alpha"]);
  spoil(world, "alpha");
  expect(await settleWatched(world, ["/apple", "/banana"])).toEqual([]);
  for (const id of ["one", "two"]) world.engine.crash(id);
  await world.pass();
  for (const id of ["one", "two"]) world.engine.comeBack(id);
  await settleWatched(world, []);
  expect((await world.status("alpha"))?.reason.text).toContain("not rolled back: beta has GET /apple");
  const runs = (await world.engine.inventory()).installed.find(({ digest }) => digest === world.digest("alpha", "2.0.0"));
  const route = (await world.router.routes(environment)).find(({ process }) => process === "alpha");
  expect(route?.shares[0]?.targets.map(({ url }) => url)).toEqual(runs?.placements.map(({ address }) => address));
  expect(runs?.armed).toBe(true);
});

it("does not lose the time in which the environment was frozen", async () => {
  const world = await moved(swap, { ...blueGreen, keepOldVersion: false });
  await outlast(world, "beta", ["alpha"]);
  spoil(world, "alpha");
  await settleWatched(world, []);
  await world.command({ kind: "freeze" });
  const [frozenAt, deadline] = [world.now, (await world.state("alpha"))?.rollout?.deadline ?? 0];
  world.now += 60_000;
  await world.command({ kind: "unfreeze" });
  expect((await world.state("alpha"))?.rollout?.deadline).toBe(deadline + world.now - frozenAt);
});
