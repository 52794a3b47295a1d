import { beforeEach, describe, expect, it } from "vitest";
import { createFakeJournal } from "../fakes/journal.ts";
import { environment, running, type World } from "../support/world.ts";

let world: World;

/** The controller is stopped, journal.db is deleted, and it is started again. */
function loseJournal(): void {
  world.journal = createFakeJournal();
  world.restart();
}

const freeze = async () => (await world.journal.state(environment)).freeze;

beforeEach(async () => {
  world = await running();
});

describe("a journal that was lost beside engines that run our versions", () => {
  it("is noticed: what runs is kept, and a person is asked", async () => {
    loseJournal();
    await world.settle();
    expect(world.traffic("orders")).toEqual({ "1.0.0": 100 });
    expect(await world.status("orders")).toMatchObject({ sync: "Synced", health: "Healthy" });
    expect(await freeze()).toMatchObject({
      by: { name: "Pinion" },
      why: expect.stringMatching(/versions of orders run here.*pinion unfreeze production --reason/u) as string,
    });
    expect(await world.journal.pendingEvents(10)).toMatchObject([{ kind: "frozen" }]);
  });

  it("deploys nothing new until a person says so: a freeze may have been lost with it", async () => {
    world.pin("orders", "1.1.0");
    loseJournal();
    await world.settle();
    expect(world.traffic("orders")).toEqual({ "1.0.0": 100 });
    expect(await world.command({ kind: "unfreeze" })).toMatchObject({ kind: "done" });
    await world.settle();
    expect(world.traffic("orders")).toEqual({ "1.1.0": 100 });
  });

  it("takes nothing out, either", async () => {
    world.pin("orders", null);
    world.spec = { ...world.spec, allowEmpty: true };
    loseJournal();
    await world.settle();
    expect(world.traffic("orders")).toEqual({ "1.0.0": 100 });
  });

  it("is noticed also when the engine answers later than the router", async () => {
    loseJournal();
    world.engine.setReachable(false);
    await world.pass();
    expect(await freeze()).toBeNull();
    world.engine.setReachable(true);
    await world.settle();
    expect(await freeze()).not.toBeNull();
  });

  it("is said once: after a person has answered, it is a journal like any other", async () => {
    loseJournal();
    await world.settle();
    await world.command({ kind: "unfreeze" });
    world.restart();
    await world.settle();
    expect(await freeze()).toBeNull();
  });
});

describe("a journal that is new where nothing runs", () => {
  it("freezes nothing, and neither does a restart of the controller", async () => {
    expect(await freeze()).toBeNull();
    world.restart();
    await world.settle();
    expect(await freeze()).toBeNull();
  });
});
