import { describe, expect, it } from "vitest";
import type { RollingSpec } from "../../src/domain/desired/environment.ts";
import { running, type World } from "../support/world.ts";

const rolling: RollingSpec = { kind: "rolling", batchSize: 1, batchDelayMs: 1_000, maxUnavailable: 1, healthCheckIntervalMs: 200 };

async function rollingWorld(instances: readonly string[], parts: Partial<RollingSpec> = {}): Promise<World> {
  const world = await running({ instances });
  world.spec = { ...world.spec, strategy: { ...rolling, ...parts } };
  world.pin("orders", "1.1.0");
  return world;
}

/** Every sharing of the traffic that the router was ever told: `1.0.0=67@two,three 1.1.0=33@one`. */
function sharings(world: World): readonly string[] {
  const routes = world.router.calls.flatMap((call) => (call.call === "ensureRoutes" ? call.routes : []));
  const told = routes.map(({ shares }) =>
    shares.map(({ version, weight, targets }) => `${version}=${weight}@${targets.map((each) => each.instance).join(",")}`).join(" "),
  );
  return told.filter((each, index) => each !== told[index - 1]);
}

async function later(world: World, ms = 1_000): Promise<void> {
  world.now += ms;
  await world.settle();
}

async function until(world: World, isSo: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries === 0 || !(await isSo()); tries += 1) {
    if (tries > 20) throw new Error(`never became true: ${JSON.stringify((await world.state("orders"))?.rollout?.state)}`);
    await later(world);
  }
}

const isOver = (world: World) => async (): Promise<boolean> => (await world.state("orders"))?.rollout === null;

describe("a rolling deployment through the whole controller", () => {
  it("goes from instance to instance, and leaves nothing of the old version behind", async () => {
    const world = await rollingWorld(["one", "two", "three"]);
    await until(world, isOver(world));
    expect(sharings(world)).toEqual([
      "1.0.0=100@one,two,three",
      "1.0.0=100@two,three",
      "1.0.0=67@two,three 1.1.0=33@one",
      "1.0.0=50@three 1.1.0=50@one",
      "1.0.0=33@three 1.1.0=67@one,two",
      "1.1.0=100@one,two",
      "1.1.0=100@one,two,three",
    ]);
    expect(await world.status("orders")).toMatchObject({ sync: "Synced", health: "Healthy", phase: "Succeeded" });
    expect((await world.engine.inventory()).installed.map((each) => each.version)).toEqual(["1.1.0"]);
  });

  it("installs and checks only where it is", async () => {
    const world = await rollingWorld(["one", "two", "three"]);
    await world.settle();
    const installed = world.engine.calls.flatMap((call) => (call.call === "ensureInstalled" && call.on ? [call.on] : []));
    expect(installed).toEqual([["one"]]);
    const candidate = world.digest("orders", "1.1.0").slice(7, 15);
    const asked = world.prober.asked.filter(({ url }) => url.includes(candidate)).map(({ url }) => url.split("/")[3]);
    expect(new Set(asked)).toEqual(new Set(["one"]));
  });

  it("never leaves its callers alone where there is only one instance", async () => {
    const world = await rollingWorld(["one"]);
    await until(world, isOver(world));
    expect(sharings(world)).toEqual(["1.0.0=100@one", "1.1.0=100@one"]);
  });

  it("that fails on the second instance gives all traffic back at once, and puts the pin back", async () => {
    const world = await rollingWorld(["one", "two", "three"]);
    const candidate = world.digest("orders", "1.1.0").slice(7, 15);
    world.prober.setAnswer(({ url }) => ({ status: url.includes(`/two/~${candidate}`) ? 500 : 200 }));
    await until(world, isOver(world));
    expect(sharings(world).slice(-2)).toEqual(["1.0.0=50@three 1.1.0=50@one", "1.0.0=100@one,two,three"]);
    expect(world.reverts).toMatchObject([{ process: "orders", from: "1.1.0", to: "1.0.0", trigger: "validation" }]);
    expect((await world.engine.inventory()).installed.map((each) => each.version)).toEqual(["1.0.0"]);
  });

  it("waits while instances that are down use maxUnavailable up, and goes on when they are back", async () => {
    const world = await rollingWorld(["one", "two", "three"]);
    world.engine.crash("two");
    await later(world);
    await later(world);
    expect((await world.status("orders"))?.reason.text).toMatch(/1 of 3 instances are down, and maxUnavailable is 1/);
    expect(world.traffic("orders")).toEqual({ "1.0.0": 100 });
    world.engine.comeBack("two");
    await until(world, isOver(world));
    expect(sharings(world).at(-1)).toBe("1.1.0=100@one,two,three");
  });

  it("follows an instance that comes back elsewhere in the middle of it", async () => {
    const world = await rollingWorld(["one", "two", "three"], { batchDelayMs: 60_000 });
    await world.settle();
    expect(world.traffic("orders")).toEqual({ "1.0.0": 67, "1.1.0": 33 });
    world.engine.crash("one");
    world.engine.comeBack("one");
    await later(world);
    const addresses = (await world.router.routes("production"))[0]?.shares.flatMap((share) => share.targets.map((target) => target.url));
    expect(addresses?.filter((address) => address.includes("/one."))).toHaveLength(1);
  });

  it("starts over on no instance when the controller restarts in between", async () => {
    const world = await rollingWorld(["one", "two", "three"]);
    await world.settle();
    world.restart();
    await until(world, isOver(world));
    const installs = world.engine.calls.flatMap((call) => (call.call === "ensureInstalled" && call.on ? [call.on.join()] : []));
    expect(installs).toEqual(["one", "two", "three"]);
  });
});
