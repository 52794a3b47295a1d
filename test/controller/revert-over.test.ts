/** A revert is over once the pin says something else, also while the rejection that ordered it goes on. */

import { expect, it } from "vitest";
import { PinionError } from "../../src/domain/errors.ts";
import { type Move, moved, settleWatched, spoil } from "../support/moved-paths.ts";

const more: Move = { before: { alpha: ["/apple"] }, after: { alpha: ["/apple", "/pear"] } };

it("is not written when people have pinned another version, and the bad one again, while neither git nor router took anything", async () => {
  const world = await moved(more);
  const { ports } = world;
  const mute = { ...ports.router, ensureRoutes: () => Promise.reject(new PinionError("router/unreachable", "no answer")) };
  world.ports = { ...ports, router: mute };
  world.isGitDown = true;
  spoil(world, "alpha");
  await settleWatched(world, []);
  expect((await world.state("alpha"))?.revert).not.toBeNull();
  world.pin("alpha", "1.0.0");
  await settleWatched(world, []);
  expect((await world.state("alpha"))?.rollout?.state.kind).toBe("rejected");
  world.pin("alpha", "2.0.0");
  await settleWatched(world, []);
  expect((await world.state("alpha"))?.rollout?.state.kind).toBe("rejected");
  world.ports = ports;
  world.isGitDown = false;
  world.now += 100_000;
  await settleWatched(world, []);
  expect(world.traffic("alpha")).toEqual({ "1.0.0": 100 });
  expect(world.reverts).toEqual([]);
});
