/** Monitoring ends: when nobody knows the deployment, when it is stopped, and not because a listener fails. */

import { describe, expect, it } from "vitest";
import { AutomaticRollback, type MonitoringOptions } from "../../src/library/automatic-rollback.ts";
import { BlueGreenDeployer } from "../../src/library/deployers.ts";
import type { Environment } from "../../src/library/vocabulary.ts";
import { createLibraryWorld, orders, production } from "./library-world.ts";

const watched: Environment = {
  ...production,
  rollbackPolicy: { automatic: { triggers: [{ type: "error_rate", threshold: "10%", duration: "10s", minRequests: 10 }], timeout: "1m" } },
};

/** 1.0.0 has all the traffic, and is watched for a minute. */
async function underWatch(options: MonitoringOptions = {}) {
  const world = createLibraryWorld();
  const deployment = await world.run(new BlueGreenDeployer(world.pinion).deploy(orders("1.0.0"), watched));
  return { world, deployment, guard: new AutomaticRollback(world.pinion, options) };
}

describe("monitoring", () => {
  it("that is stopped and begun again goes on", async () => {
    const { world, deployment, guard } = await underWatch();
    guard.startMonitoring(deployment);
    guard.stopMonitoring(deployment);
    guard.startMonitoring(deployment);
    await world.pass(5_000);
    expect(guard.monitored).toEqual([deployment.id]);
    const ended = guard.outcome(deployment);
    expect(await world.run(ended)).toMatchObject({ id: deployment.id, status: "Succeeded" });
  });

  it("ends where nobody knows the deployment, and says so once", async () => {
    const lost: unknown[] = [];
    const { world, guard } = await underWatch({ onLost: (error) => lost.push(error) });
    guard.startMonitoring("nobody knows it");
    const ended = guard.outcome("nobody knows it");
    expect(await world.run(ended)).toBeNull();
    expect(guard.monitored).toEqual([]);
    expect(lost).toEqual([expect.objectContaining({ code: "deployment/unknown" })]);
  });

  it("tells who asks for the outcome that a listener has failed, and ends nothing else by it", async () => {
    const fail = () => {
      throw new Error("the listener is broken");
    };
    const { world, deployment, guard } = await underWatch({ onGood: fail });
    guard.startMonitoring(deployment);
    const ended = guard.outcome(deployment);
    await world.pass(90_000);
    await expect(ended).rejects.toThrow("the listener is broken");
    expect(guard.monitored).toEqual([]);
  });
});
