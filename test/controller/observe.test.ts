import { describe, expect, it } from "vitest";
import { observe } from "../../src/controller/observe.ts";
import { inFlightOn, installedIn } from "../../src/domain/observed/observation.ts";
import { createWorld, environment, running, type World } from "../support/world.ts";

const countedIn = (world: World): readonly (readonly string[])[] =>
  world.router.calls.flatMap((call) => (call.call === "traffic" ? [[...(call.counted ?? ["all"])]] : []));

describe("an observation", () => {
  it("asks what is in flight of those only that a deployment is under way of", async () => {
    const world = await running();
    world.publish("billing", "1.0.0");
    world.pin("billing", "1.0.0");
    await world.settle();
    world.pin("orders", "1.1.0");
    await world.pass();
    const before = countedIn(world).length;
    await world.pass();
    expect(countedIn(world).slice(before)).toEqual([["orders"]]);
    await world.settle();
    const atRest = countedIn(world).length;
    await world.pass();
    expect(countedIn(world).length).toBe(atRest);
  });

  it("knows nothing of what is in flight where it has not asked", async () => {
    const world = await running();
    world.router.setInFlight(environment, world.digest("orders", "1.0.0"), 3);
    const seen = await observe(environment, world.ports);
    if (!seen) throw new Error("nothing was observed");
    const observation = { ...seen, measured: new Map() };
    const unit = { process: "orders", version: "1.0.0", digest: world.digest("orders", "1.0.0") };
    const [installed = null] = installedIn("orders", observation);
    expect([inFlightOn(observation, unit, installed).kind, inFlightOn(observation, unit, null).kind]).toEqual(["unknown", "unknown"]);
  });

  it("asks it of what is left over, before that is removed", async () => {
    const world = createWorld();
    world.publish("orders", "1.0.0");
    world.pin("orders", "1.0.0");
    await world.settle();
    const old = world.digest("orders", "1.0.0");
    world.publish("orders", "0.9.0");
    const left = world.engine.given.get(old);
    if (!left) throw new Error("it was not installed");
    await world.engine.ensureInstalled([{ ...left, version: "0.9.0", digest: world.digest("orders", "0.9.0") }]);
    world.engine.setInFlight(world.digest("orders", "0.9.0"), 1);
    await world.settle();
    const versionsThere = async () => (await world.engine.inventory()).installed.map(({ version }) => version).toSorted();
    expect(await versionsThere()).toEqual(["0.9.0", "1.0.0"]);
    world.engine.setInFlight(world.digest("orders", "0.9.0"), 0);
    world.now += 1_000;
    await world.settle();
    expect(await versionsThere()).toEqual(["1.0.0"]);
    expect(countedIn(world)).toContainEqual(["orders"]);
  });

  it("gives the same objects for processes of which nothing has changed", async () => {
    const world = await running();
    world.publish("billing", "1.0.0");
    world.pin("billing", "1.0.0");
    await world.settle();
    const look = async () => {
      const seen = await observe(environment, world.ports);
      const engine = seen?.engines.get("node-red");
      if (engine?.kind !== "known" || seen?.routes.kind !== "known") throw new Error("nothing is known");
      return { engine: engine.value, routes: seen.routes.value };
    };
    const before = await look();
    expect(await look()).toEqual({ engine: before.engine, routes: before.routes });
    const again = await look();
    expect([again.engine === before.engine, again.routes === before.routes]).toEqual([true, true]);
    world.engine.editByHand(world.digest("orders", "1.0.0"), "node answer changed");
    const after = await look();
    expect(after.engine.installed.get("billing")).toBe(before.engine.installed.get("billing"));
    expect(after.engine.installed.get("orders")).not.toBe(before.engine.installed.get("orders"));
  });
});
