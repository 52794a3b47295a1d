/** Who goes back with whom cannot be told while engine or router does not answer: nobody goes back by halves meanwhile. */

import { expect, it } from "vitest";
import { type Move, moved, settleWatched, spoil, writes } from "../support/moved-paths.ts";
import type { World } from "../support/world.ts";

const swap: Move = { before: { alpha: ["/apple"], beta: ["/banana"] }, after: { alpha: ["/banana"], beta: ["/apple"] } };

function setReachable({ engine, router }: World, port: "engine" | "router", isReachable: boolean): void {
  if (port === "engine") engine.setReachable(isReachable);
  else router.setUnreachable(isReachable ? null : "it restarts");
}

it.each(["engine", "router"] as const)("both go back in one write as soon as the %s answers again", async (port) => {
  const world = await moved(swap);
  const since = world.router.calls.length;
  setReachable(world, port, false);
  spoil(world, "alpha");
  for (let passes = 0; passes < 3; passes += 1) await world.pass();
  expect(await world.status("alpha")).toMatchObject({
    health: "Degraded",
    reason: { code: port === "engine" ? "EngineUnknown" : "RouterUnknown" },
  });
  expect((await world.status("alpha"))?.reason.text).toContain("not rolled back yet");
  setReachable(world, port, true);
  world.now += 1_000;
  expect(await settleWatched(world, ["/apple", "/banana"])).toEqual([]);
  expect(writes(world, since).filter((processes) => processes.includes("alpha"))[0]).toEqual(["alpha", "beta"]);
  expect([world.traffic("alpha"), world.traffic("beta")]).toEqual([{ "1.0.0": 100 }, { "1.0.0": 100 }]);
});
