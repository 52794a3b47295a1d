import { expect, it } from "vitest";
import { type Move, moved, outlast, settleWatched, spoil } from "../support/moved-paths.ts";
import { blueGreen } from "../support/world.ts";

const swap: Move = { before: { alpha: ["/apple"], beta: ["/banana"] }, after: { alpha: ["/banana"], beta: ["/apple"] } };

it("a bad version that stays until a person decides takes nobody's turn", async () => {
  const world = await moved(swap, { ...blueGreen, keepOldVersion: false });
  await outlast(world, "beta", ["alpha"]);
  spoil(world, "alpha");
  world.spec = { ...world.spec, maxConcurrentDeployments: 1 };
  world.publish("gamma", "1.0.0", { paths: ["/grape"] });
  world.pin("gamma", "1.0.0");
  await settleWatched(world, ["/apple", "/banana"]);
  expect((await world.status("alpha"))?.reason.text).toContain("not rolled back: beta has GET /apple");
  expect(world.traffic("gamma")).toEqual({ "1.0.0": 100 });
});
