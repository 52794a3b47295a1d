/** Paths that change owner together, and one of those processes is pinned to something else before the routing table could be written. */

import { expect, it } from "vitest";
import { PinionError } from "../../src/domain/errors.ts";
import { commit, installed, type Move } from "../support/moved-paths.ts";
import { environment, type World } from "../support/world.ts";

const swap: Move = { before: { alpha: ["/apple"], beta: ["/banana"] }, after: { alpha: ["/banana"], beta: ["/apple"] } };
const rename: Move = { before: { alpha: ["/apple"], other: ["/other"] }, after: { gamma: ["/apple"], other: ["/other"] } };

/** The write is owed, and cannot be done yet. */
async function owed(move: Move): Promise<{ world: World; fix(): void }> {
  const world = await installed(move);
  const { ports } = world;
  const ensureRoutes = () => Promise.reject(new PinionError("router/unreachable", "no answer"));
  world.ports = { ...ports, router: { ...world.router, ensureRoutes } };
  commit(world, move);
  for (let pass = 0; pass < 12; pass += 1) await world.pass();
  return { world, fix: () => void (world.ports = ports) };
}

/** `alpha 1.0.0`, of every process that has this path in the table. */
async function ownersOf(world: World, path: string): Promise<readonly string[]> {
  const routes = await world.router.routes(environment);
  return routes.flatMap(({ process, shares }) =>
    shares.filter(({ endpoints }) => endpoints.some((each) => each.path === path)).map(({ version }) => `${process} ${version}`),
  );
}

async function passesOwned(world: World, paths: readonly string[]): Promise<void> {
  for (let pass = 0; pass < 30; pass += 1) {
    await world.pass();
    world.now += 300;
    for (const path of paths) expect([path, (await ownersOf(world, path)).length]).toEqual([path, 1]);
  }
}

it("is written only once all of them are ready again", async () => {
  const { world, fix } = await owed(swap);
  expect((await world.state("beta"))?.rollout?.state.kind).toBe("switching");
  world.pin("alpha", "1.0.0");
  await world.pass();
  fix();
  await passesOwned(world, ["/apple", "/banana"]);
  expect((await world.status("beta"))?.reason.text).toContain("waits until alpha gives up GET /apple, which it serves");
  world.pin("alpha", "2.0.0");
  await passesOwned(world, ["/apple", "/banana"]);
  expect([await ownersOf(world, "/apple"), await ownersOf(world, "/banana")]).toEqual([["beta 2.0.0"], ["alpha 2.0.0"]]);
});

it("goes on as decided when nothing has changed meanwhile", async () => {
  const { world, fix } = await owed(swap);
  const before = (await world.state("beta"))?.rollout;
  fix();
  expect(before?.state.kind).toBe("switching");
  await passesOwned(world, ["/apple", "/banana"]);
  expect([await ownersOf(world, "/apple"), await ownersOf(world, "/banana")]).toEqual([["beta 2.0.0"], ["alpha 2.0.0"]]);
});

it("takes nobody out whose paths another is to have that is not ready any more", async () => {
  const { world, fix } = await owed(rename);
  expect((await world.state("alpha"))?.rollout?.state.kind).toBe("clearing");
  world.publish("gamma", "3.0.0", { paths: ["/apple", "/pear"] });
  world.engine.keepUnready(world.digest("gamma", "3.0.0"), true);
  world.pin("gamma", "3.0.0");
  await world.pass();
  fix();
  await passesOwned(world, ["/apple"]);
  expect(await ownersOf(world, "/apple")).toEqual(["alpha 1.0.0"]);
  const [calledOff] = await world.journal.history({ process: "alpha" });
  expect(calledOff).toMatchObject({ kind: "prune", phase: "Superseded", reason: { code: "Superseded" } });
  expect((await world.journal.pendingEvents(1_000)).filter(({ kind, process }) => kind === "failed" && process === "alpha")).toEqual([]);
  world.engine.keepUnready(world.digest("gamma", "3.0.0"), false);
  await passesOwned(world, ["/apple"]);
  expect(await ownersOf(world, "/apple")).toEqual(["gamma 3.0.0"]);
});
