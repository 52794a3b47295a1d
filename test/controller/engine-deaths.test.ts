/** What becomes of a version that ends the process of its engine: taken back where it is new, told where it is not, and no neighbour is touched. */

import { describe, expect, it } from "vitest";
import type { UnitRef } from "../../src/domain/names.ts";
import { errorRate, measure, passes, use } from "../support/progressive.ts";
import { blueGreen, createWorld, type World } from "../support/world.ts";

const hour = 3_600_000;

describe("a process whose version ends its engine", () => {
  const world = async (versions: readonly string[]) => {
    const created = createWorld({ instances: ["one", "two"] });
    use(created, blueGreen, hour / 2, [errorRate]);
    measure(created, 0);
    for (const version of ["1.0.0", ...versions]) created.publish("orders", version);
    created.publish("billing", "1.0.0");
    created.pin("orders", "1.0.0");
    created.pin("billing", "1.0.0");
    await created.settle();
    await passes(created, hour);
    return created;
  };
  const deploy = async (at: World, version: string) => {
    at.pin("orders", version);
    await at.settle();
  };
  const orders = (at: World, version: string): UnitRef => ({ process: "orders", version, digest: at.digest("orders", version) });

  it("is rolled back, with a commit and a quarantine, when it was just deployed and is still watched", async () => {
    const at = await world(["1.1.0"]);
    await deploy(at, "1.1.0");
    expect(at.traffic("orders")).toEqual({ "1.1.0": 100 });
    at.now += 10_000;
    at.engine.setDeaths([orders(at, "1.1.0")], [orders(at, "1.1.0")]);
    await at.settle();
    expect(at.traffic("orders")).toEqual({ "1.0.0": 100 });
    expect(at.reverts).toMatchObject([{ process: "orders", from: "1.1.0", to: "1.0.0", trigger: "engine_death" }]);
    expect(await at.state("orders")).toMatchObject({ quarantined: [{ version: "1.1.0" }] });
  });

  it("goes back also while no engine answers: the one whom it ends again at once cannot be asked", async () => {
    const at = await world(["1.1.0"]);
    await deploy(at, "1.1.0");
    at.now += 10_000;
    at.engine.setDeaths([orders(at, "1.1.0")], [orders(at, "1.1.0")]);
    at.engine.setReachable(false);
    await at.pass();
    expect(at.traffic("orders")).toEqual({ "1.0.0": 100 });
  });

  it("is only told when it is long since stable, as is nobody else; and it is well again an hour later", async () => {
    const at = await world([]);
    at.engine.setDeaths([orders(at, "1.0.0")], [orders(at, "1.0.0")]);
    await at.settle();
    expect(at.traffic("orders")).toEqual({ "1.0.0": 100 });
    expect(await at.status("orders")).toMatchObject({
      sync: "Synced",
      health: "Degraded",
      reason: { code: "KillsEngine", text: "the engine's process ended 2 times while 1.0.0 ran, and no other version can be the cause" },
    });
    expect(await at.status("billing")).toMatchObject({ health: "Healthy" });
    const events = await at.journal.pendingEvents(1_000);
    expect(events.filter(({ code }) => code === "KillsEngine")).toMatchObject([{ kind: "held", process: "orders" }]);
    at.now += hour;
    at.engine.setDeaths();
    await at.settle();
    expect(await at.status("orders")).toMatchObject({ health: "Healthy", reason: { code: "AsPinned" } });
  });
});
