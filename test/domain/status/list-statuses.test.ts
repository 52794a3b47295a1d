import { describe, expect, it } from "vitest";
import { listStatuses } from "../../../src/domain/status/list-statuses.ts";
import { environment, running, type World } from "../../support/world.ts";

async function listed(world: World) {
  const { processes } = await world.journal.state(environment);
  return listStatuses({ environment, desired: world.ports.wanted(environment)?.desired ?? null, processes, now: world.now });
}

describe("the statuses of an environment", () => {
  it("are those of the last pass while it knows all that is pinned", async () => {
    const world = await running();
    expect(await listed(world)).toEqual([await world.status("orders")]);
  });

  it("hold what is pinned and was never looked at as unknown and missing", async () => {
    const world = await running();
    world.publish("billing", "2.0.0");
    world.pin("billing", "2.0.0");
    expect(await listed(world)).toMatchObject([
      { process: "billing", desired: "2.0.0", actual: [], sync: "Unknown", health: "Missing", phase: null },
      { process: "orders", sync: "Synced" },
    ]);
  });

  it("do not call a process Synced that a newer commit pins to another version", async () => {
    const world = await running();
    world.pin("orders", "1.1.0");
    expect(await listed(world)).toMatchObject([{ desired: "1.1.0", actual: [{ version: "1.0.0", weight: 100 }], sync: "Unknown" }]);
  });

  it("take a broken pin for what the last pass said of it", async () => {
    const world = await running();
    world.pin("orders", "9.9.9");
    await world.settle();
    expect(await listed(world)).toMatchObject([{ desired: "9.9.9", sync: "OutOfSync", health: "Degraded" }]);
  });
});
