/** Traffic first, git second; and traffic never to where nobody is any more. */

import { describe, expect, it } from "vitest";
import { PinionError } from "../../src/domain/errors.ts";
import type { Router } from "../../src/ports/router.ts";
import { canary, measure, use } from "../support/progressive.ts";
import { environment, running, type World } from "../support/world.ts";

/** 1.1.0 has a share of the traffic, and 1.0.0 the rest. */
async function shifting(): Promise<World> {
  const world = await running();
  use(world, canary);
  measure(world, 0);
  world.pin("orders", "1.1.0");
  await world.settle();
  return world;
}

/** From now on the router takes no routes; gives what ends that. */
function refuseRoutes(world: World): () => void {
  const { ports } = world;
  const refusing: Router = {
    ...world.router,
    ensureRoutes: () => Promise.reject(new PinionError("router/unreachable", "the gateway is being started again")),
  };
  world.ports = { ...ports, router: refusing };
  return () => void (world.ports = ports);
}

describe("a version that is rejected while the router takes no routes", () => {
  it("is not reverted in git before its traffic is back", async () => {
    const world = await shifting();
    expect(world.traffic("orders")).toEqual({ "1.0.0": 80, "1.1.0": 20 });
    const reachable = refuseRoutes(world);
    measure(world, 21);
    for (let pass = 0; pass < 10; pass++) {
      world.now += 10_000;
      await world.pass();
      expect([world.traffic("orders"), world.reverts]).toEqual([{ "1.0.0": 80, "1.1.0": 20 }, []]);
    }
    expect((await world.state("orders"))?.revert).not.toBeNull();
    reachable();
    world.now += 600_000;
    await world.settle();
    expect(world.traffic("orders")).toEqual({ "1.0.0": 100 });
    expect(world.reverts).toMatchObject([{ from: "1.1.0", to: "1.0.0" }]);
  });
});

describe("a version that is rejected while the version before it has to be installed again", () => {
  it("is not reverted in git before its traffic is back", async () => {
    const world = await shifting();
    const stable = world.digest("orders", "1.0.0");
    world.engine.refuse(stable, { code: "engine/unreachable", detail: "installed, but does not answer in time" });
    world.engine.removeByHand(stable);
    measure(world, 21);
    for (let pass = 0; pass < 10; pass++) {
      world.now += 10_000;
      await world.pass();
      expect(world.reverts).toEqual([]);
    }
    expect((await world.state("orders"))?.revert).not.toBeNull();
    world.engine.refuse(stable, null);
    world.now += 600_000;
    await world.settle();
    expect(world.traffic("orders")).toEqual({ "1.0.0": 100 });
    expect(world.reverts).toMatchObject([{ from: "1.1.0", to: "1.0.0" }]);
  });
});

describe("a version that is rejected while the router refuses another process", () => {
  it("is reverted in git all the same", async () => {
    const world = await running();
    world.publish("billing", "1.0.0");
    world.pin("billing", "1.0.0");
    await world.settle();
    use(world, canary);
    measure(world, 0);
    world.pin("orders", "1.1.0");
    await world.settle();
    const { router, ports } = world;
    const picky: Router = {
      ...router,
      ensureRoutes: async (name, routes) => {
        const refused = routes
          .filter(({ process }) => process === "billing")
          .map(({ process }) => ({ process, isAboutPath: false, why: "no" }));
        return [
          ...(await router.ensureRoutes(
            name,
            routes.filter(({ process }) => process !== "billing"),
          )),
          ...refused,
        ];
      },
    };
    world.ports = { ...ports, router: picky };
    world.publish("billing", "2.0.0");
    world.pin("billing", "2.0.0");
    for (let pass = 0; pass < 10; pass++) await world.pass();
    world.readings = ({ process }) => ({
      candidate: { kind: "value", value: process === "orders" ? 60 : 0, requests: 100, coveredMs: 10_000 },
    });
    for (let pass = 0; pass < 3; pass++) await world.pass();
    expect(world.traffic("orders")).toEqual({ "1.0.0": 100 });
    expect(world.reverts).toMatchObject([{ process: "orders", from: "1.1.0" }]);
  });
});

describe("an instance that is gone", () => {
  const targets = async (world: World) =>
    (await world.router.routes(environment)).flatMap(({ shares }) =>
      shares.flatMap((share) => share.targets.map(({ instance }) => instance)),
    );

  it("is taken out of the route, and stays out of it when weights are set anew", async () => {
    const world = await running({ instances: ["one", "two"] });
    expect(await targets(world)).toEqual(["one", "two"]);
    world.engine.setInstance("two", "down", "it died");
    await world.settle();
    expect(await targets(world)).toEqual(["one"]);
    world.pin("orders", "1.1.0");
    await world.settle();
    expect(world.traffic("orders")).toEqual({ "1.1.0": 100 });
    expect(new Set(await targets(world))).toEqual(new Set(["one"]));
  });

  it("gets nothing of a version that does not answer there, when weights are set anew", async () => {
    const world = await running({ instances: ["one", "two"] });
    use(world, canary);
    measure(world, 0);
    world.engine.keepUnready(world.digest("orders", "1.0.0"), true, "two");
    world.pin("orders", "1.1.0");
    await world.settle();
    const shares = (await world.router.routes(environment)).flatMap((route) => route.shares);
    const placed = shares.map((share) => [share.version, share.weight, share.targets.map(({ instance }) => instance)]);
    expect(placed).toEqual([
      ["1.0.0", 80, ["one"]],
      ["1.1.0", 20, ["one", "two"]],
    ]);
  });
});
