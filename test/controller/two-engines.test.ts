import { beforeEach, describe, expect, it } from "vitest";
import { createFakeEngine, type FakeEngine } from "../fakes/engine.ts";
import { createWorld, smokeTest, type World } from "../support/world.ts";

let other: FakeEngine;
let world: World;

/** `orders` in one kind of engine, `invoices` in another, both at 1.0.0, with 1.1.0 published. */
beforeEach(async () => {
  other = createFakeEngine({ kind: "other", instances: ["other-1", "other-2"] });
  world = createWorld({ others: [other] });
  for (const version of ["1.0.0", "1.1.0"]) {
    world.publish("orders", version, { checks: [smokeTest("/orders")] });
    world.publish("invoices", version, { checks: [smokeTest("/invoices")], engine: "other" });
  }
  for (const process of ["orders", "invoices"]) world.pin(process, "1.0.0");
  await world.settle();
});

const installed = async (engine: FakeEngine) =>
  (await engine.inventory()).installed.map(({ process, version }) => `${process} ${version}`).toSorted();

describe("an environment with two kinds of engine", () => {
  it("runs each process in the kind that its process.yaml names", async () => {
    expect([await installed(world.engine), await installed(other)]).toEqual([["orders 1.0.0"], ["invoices 1.0.0"]]);
    expect([world.traffic("orders"), world.traffic("invoices")]).toEqual([{ "1.0.0": 100 }, { "1.0.0": 100 }]);
    for (const process of ["orders", "invoices"]) expect(await world.status(process)).toMatchObject({ sync: "Synced", health: "Healthy" });
  });

  it("deploys, takes out and arms in each of them", async () => {
    for (const process of ["orders", "invoices"]) world.pin(process, "1.1.0");
    await world.settle();
    expect([world.traffic("orders"), world.traffic("invoices")]).toEqual([{ "1.1.0": 100 }, { "1.1.0": 100 }]);
    const armed = (await other.inventory()).installed.flatMap((unit) => (unit.armed ? [unit.version] : []));
    expect(armed).toEqual(["1.1.0"]);
    world.spec = { ...world.spec, allowEmpty: true };
    world.pin("invoices", null);
    await world.settle();
    world.now += 3_600_000;
    await world.settle();
    expect(await installed(world.engine)).toContain("orders 1.1.0");
    expect(await installed(other)).toEqual([]);
  });

  it("goes on in the one while the other does not answer, also after a restart", async () => {
    other.setReachable(false);
    for (const process of ["orders", "invoices"]) world.pin(process, "1.1.0");
    world.restart();
    await world.settle();
    expect([world.traffic("orders"), world.traffic("invoices")]).toEqual([{ "1.1.0": 100 }, { "1.0.0": 100 }]);
    expect(await world.status("invoices")).toMatchObject({ reason: { code: "EngineUnknown" } });
    other.setReachable(true);
    await world.settle();
    expect(world.traffic("invoices")).toEqual({ "1.1.0": 100 });
  });

  it("puts back what was changed by hand in the one that runs it", async () => {
    other.editByHand(world.digest("invoices", "1.0.0"), "a node was changed");
    await world.settle();
    expect((await other.inventory()).installed).toMatchObject([{ process: "invoices", drift: null }]);
  });
});

describe("a process whose process.yaml names another kind of engine than the one it runs in", () => {
  beforeEach(() => {
    world.publish("orders", "1.2.0", { checks: [smokeTest("/orders")], engine: "other" });
    world.pin("orders", "1.2.0");
  });

  it("stays where it is, and says what can be done", async () => {
    await world.settle();
    expect(world.traffic("orders")).toEqual({ "1.0.0": 100 });
    expect(await installed(other)).toEqual(["invoices 1.0.0"]);
    expect(await world.status("orders")).toMatchObject({ sync: "OutOfSync", reason: { code: "EngineChanged" } });
  });

  it("comes up in the other once it was taken out of the first", async () => {
    world.pin("orders", null);
    await world.settle();
    world.now += 3_600_000;
    await world.settle();
    world.pin("orders", "1.2.0");
    await world.settle();
    expect([await installed(world.engine), await installed(other)]).toEqual([[], ["invoices 1.0.0", "orders 1.2.0"]]);
    expect(world.traffic("orders")).toEqual({ "1.2.0": 100 });
  });
});
