/** Whatever hangs outside, who looks is answered from what was seen last. Nothing here has a time limit: an answer comes, or the test hangs. */

import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { createInstancesKnown } from "../../src/controller/instances-known.ts";
import { createMetricsPage } from "../../src/surfaces/http/metrics.ts";
import { createHangingController, deployAll, type Part } from "../support/hanging-controller.ts";
import { metricsView } from "../support/metrics-view.ts";
import { createWorld, environment } from "../support/world.ts";

async function eventually(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await sleep(1);
}

async function deployed() {
  const world = createWorld();
  world.publish("orders", "1.0.0");
  world.pin("orders", "1.0.0");
  const stand = createHangingController(world);
  await deployAll(stand, world, ["orders"]);
  return { world, ...stand };
}

describe("while something hangs", () => {
  it.each<readonly Part[]>([["engine"], ["router"], ["git"], ["engine", "router", "git"]])(
    "%j, status is what was seen last, with its age",
    async (...what) => {
      const { world, controller, hang } = await deployed();
      const before = (await controller.queries.overview()).environments[0];
      hang(...what);
      controller.commands.refresh();
      world.now += 45_000;
      const picture = await controller.queries.overview();
      expect(picture.environments[0]).toMatchObject({
        instances: before?.instances,
        processes: [{ process: "orders", sync: "Synced", actual: [{ version: "1.0.0", weight: 100 }] }],
      });
      expect(picture.environments[0]?.observedAt).toBeLessThanOrEqual(world.now - 45_000);
      expect(await controller.queries.history({})).not.toEqual([]);
    },
  );

  it("why a process is as it is comes too, with its age", async () => {
    const { world, controller, hang } = await deployed();
    hang("engine", "router", "git");
    world.now += 45_000;
    const its = await controller.queries.why("production", "orders");
    expect(its).toMatchObject({ now: world.now, pinned: "1.0.0", serving: "1.0.0", sync: "Synced", next: null });
    expect(its.observedAt).toBeLessThanOrEqual(world.now - 45_000);
    await expect(controller.queries.why("production", "nobody")).rejects.toMatchObject({ code: "process/unknown" });
    await expect(controller.queries.why("nowhere", "orders")).rejects.toMatchObject({ code: "environment/unknown" });
  });

  it("the metrics page comes, and says how old it is", async () => {
    const { controller, hang } = await deployed();
    hang("engine", "router", "git");
    controller.commands.refresh();
    const { deploymentCounts, deliveries, alerts, notifications, process } = metricsView;
    const figures = () => Promise.resolve({ deploymentCounts, deliveries, alerts });
    const overview = () => controller.queries.overview();
    const page = await createMetricsPage({ overview, figures, notifications: () => notifications, process: () => process })();
    expect(page).toMatch(/^pinion_environment_observed_timestamp_seconds\{environment="production"\} \d/mu);
    expect(page).toMatch(/^pinion_process_info\{.*process="orders".*\} 1$/mu);
  });

  it("from the very beginning, nothing is known of the engine, and that is said", async () => {
    const { controller, hang } = createHangingController(createWorld());
    hang("engine", "router", "git");
    controller.start();
    expect((await controller.queries.overview()).environments).toMatchObject([{ observedAt: null, instances: [] }]);
  });
});

describe("instances that are glanced at", () => {
  function glancing() {
    const world = createWorld();
    const { engine } = world.ports;
    let inventories = 0;
    let isDown = false;
    const inventory = (name: string) => () => {
      inventories += 1;
      return isDown ? Promise.reject(new Error("it is gone")) : engine(name, "node-red").inventory();
    };
    const clock = { ...world.ports.clock, now: () => world.now };
    const known = createInstancesKnown({
      clock,
      engineKinds: () => ["node-red"],
      engine: (name) => ({ ...engine(name, "node-red"), inventory: inventory(name) }),
    });
    return { world, known, inventories: () => inventories, goDown: () => void (isDown = true) };
  }

  it("are those of the environment that is looked at", () => {
    const { known } = glancing();
    known.note(environment, "node-red", [{ id: "one", state: "ready", why: "" }]);
    known.note("staging", "node-red", [{ id: "two", state: "down", why: "it died" }]);
    expect([environment, "staging"].map((name) => known.last(name).instances.map(({ id }) => id))).toEqual([["one"], ["two"]]);
    expect(known.last("development").at).toBeNull();
  });

  it("cost one inventory a second, however many look", async () => {
    const { world, known, inventories } = glancing();
    known.last(environment);
    known.last(environment);
    expect(inventories()).toBe(1);
    await eventually(() => Promise.resolve(known.last(environment).at !== null));
    world.now += 999;
    known.last(environment);
    expect(inventories()).toBe(1);
    world.now += 1;
    known.last(environment);
    expect(inventories()).toBe(2);
  });

  it("are down, with the reason, once nobody has answered", async () => {
    const { world, known, goDown } = glancing();
    await eventually(() => Promise.resolve(known.last(environment).at !== null));
    expect(known.last(environment).instances).toMatchObject([{ state: "ready" }]);
    goDown();
    world.now += 1_000;
    await eventually(() => Promise.resolve(known.last(environment).instances[0]?.state === "down"));
    expect(known.last(environment).instances).toEqual([{ id: "all", state: "down", why: "it is gone" }]);
  });
});
