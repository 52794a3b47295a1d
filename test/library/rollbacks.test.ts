/** Going back: by a person, by itself, in an emergency; and how deployments are seen. On a controller here, and on one over its API. */

import { describe, expect, it } from "vitest";
import { AutomaticRollback } from "../../src/library/automatic-rollback.ts";
import { BlueGreenDeployer, CanaryDeployer } from "../../src/library/deployers.ts";
import type { Deployment } from "../../src/library/deployment.ts";
import { EmergencyRecovery } from "../../src/library/emergency-recovery.ts";
import { deployProcess, monitorDeployment, rollbackDeployment, validateDeployment } from "../../src/library/functions.ts";
import { ManualRollback } from "../../src/library/manual-rollback.ts";
import type { Pinion } from "../../src/library/pinion.ts";
import type { Environment } from "../../src/library/vocabulary.ts";
import { createLibraryWorld, type LibraryWorld, orders, production } from "./library-world.ts";

const watched: Environment = {
  ...production,
  rollbackPolicy: {
    automatic: { triggers: [{ type: "error_rate", threshold: "10%", duration: "10s", minRequests: 10 }], timeout: "1m", coolDown: 0 },
  },
};

interface Two {
  readonly world: LibraryWorld;
  readonly first: Deployment;
  readonly second: Deployment;
}

/** 1.1.0 serves, and 1.0.0 was good before it. */
async function twoVersions(environment: Environment = production): Promise<Two> {
  const world = createLibraryWorld();
  const deployer = new BlueGreenDeployer(world.pinion);
  const first = await world.run(deployer.deploy(orders("1.0.0"), environment, { until: "good" }));
  return { world, first, second: await world.run(deployer.deploy(orders("1.1.0"), environment)) };
}

/** 1.1.0 has its first share. */
async function canaryUnderWay(): Promise<{ readonly world: LibraryWorld; readonly id: string; readonly ended: Promise<unknown> }> {
  const world = createLibraryWorld();
  const config = { steps: [{ weight: 20 }, { pause: {} }, { weight: 100 }] };
  const environment: Environment = { ...production, deploymentStrategy: { strategy: "canary", config } };
  const deployer = new CanaryDeployer(world.pinion);
  await world.run(deployer.deploy(orders("1.0.0"), environment));
  const ended = deployer.deploy(orders("1.1.0"), environment).catch((error: unknown) => error);
  for (let passed = 0; world.traffic()["1.1.0"] !== 20; passed += 1) {
    if (passed > 500) throw new Error("the canary gets no traffic");
    await world.pass(100);
  }
  const [deployment] = await world.pinion.deployments();
  return { world, id: deployment?.id ?? "", ended };
}

const sides: readonly (readonly [string, (world: LibraryWorld) => Pinion])[] = [
  ["a controller in this process", (world) => world.pinion],
  ["a controller over its API", (world) => world.connected],
];

describe.each(sides)("on %s", (_where, side) => {
  it("a person takes a version back: the commit is Pinion's, and names them", async () => {
    const { world, second } = await twoVersions();
    const rollback = new ManualRollback(side(world));
    const result = await world.run(rollback.rollbackToVersion(second, "1.0.0", "totals are wrong", "Ann <ann@example.com>"));
    expect(result).toMatchObject({ status: "success", from: "1.1.0", to: "1.0.0", deployment: { kind: "rollback", status: "Succeeded" } });
    expect(result).toHaveProperty("commit", world.kept()?.head.commit);
    expect(world.kept()?.head).toMatchObject({ author: "Pinion", subject: expect.stringContaining("by command of Ann") });
    expect(world.traffic()).toEqual({ "1.0.0": 100 });
  });

  it("a rollback to what was never good is refused with the reason", async () => {
    const { world, second } = await twoVersions();
    const asked = new ManualRollback(side(world)).rollbackToVersion(second, "0.9.0", "why not", "Ann");
    await expect(world.run(asked)).rejects.toMatchObject({ code: "command/refused", message: expect.stringContaining("never found good") });
  });

  it("a rollback is no success before the traffic is there", async () => {
    const { world, second } = await twoVersions();
    world.router.setUnreachable("the gateway is down");
    const rollback = new ManualRollback(side(world), { timeoutMs: 3_000 });
    const result = await world.run(rollback.rollbackToVersion(second, "1.0.0", "totals are wrong", "Ann"));
    expect(result).toMatchObject({ status: "failed", errors: [expect.stringContaining("1.0.0 does not have all the traffic yet")] });
    world.router.setUnreachable(null);
    await world.pass(60_000);
    expect(world.traffic()).toEqual({ "1.0.0": 100 });
  });

  it("a deployment that is not what is pinned any more is not rolled back", async () => {
    const { world, first } = await twoVersions();
    const asked = new ManualRollback(side(world)).rollbackToVersion(first, "0.9.0", "why not", "Ann");
    await expect(world.run(asked)).rejects.toMatchObject({ code: "usage/invalid" });
  });

  it("a rollback that needs approval waits on its branch until it is approved", async () => {
    const { world, second } = await twoVersions({ ...production, rollbackPolicy: { manual: { approvalRequired: true } } });
    const asked = new ManualRollback(side(world)).rollbackToVersion(second, "1.0.0", "totals are wrong", "Ann");
    const result = await world.run(asked);
    expect(result).toMatchObject({ status: "pending_approval" });
    expect(world.traffic()).toEqual({ "1.1.0": 100 });
    await world.run(world.pinion.approve(result.status === "pending_approval" ? result.approvalId : "", "Bob"));
    await world.pass(5_000);
    expect(world.traffic()).toEqual({ "1.0.0": 100 });
    expect(world.kept()?.head).toMatchObject({ author: "Pinion", subject: expect.stringMatching(/by command of Ann.*, approved by Bob$/) });
  });

  it("a deployment is rolled back by its id alone", async () => {
    const { world, second } = await twoVersions();
    const result = await world.run(rollbackDeployment(second.id, { pinion: side(world), reason: "totals are wrong" }));
    expect(result).toMatchObject({ status: "success", to: "1.0.0" });
  });

  it("one that is under way is stopped, and what ran before is pinned again", async () => {
    const { world, id, ended } = await canaryUnderWay();
    const result = await world.run(rollbackDeployment(id, { pinion: side(world), reason: "wrong day" }));
    expect(result).toMatchObject({ status: "success", from: "1.1.0", to: "1.0.0" });
    expect(await world.run(ended)).toMatchObject({ code: "deployment/failed", deployment: { status: "Aborted" } });
    expect(world.traffic()).toEqual({ "1.0.0": 100 });
  });

  it("the first deployment has nothing to go back to", async () => {
    const world = createLibraryWorld();
    const first = await world.run(new BlueGreenDeployer(world.pinion).deploy(orders("1.0.0"), production));
    await expect(world.run(rollbackDeployment(first.id, { pinion: side(world) }))).rejects.toMatchObject({ code: "command/refused" });
  });

  it("an emergency moves the traffic, proves that it helped, and says what it did", async () => {
    const { world, id, ended } = await canaryUnderWay();
    const recovery = new EmergencyRecovery(side(world));
    const report = await world.run(recovery.executeEmergencyRollback(id, { reason: "orders are lost", userId: "Ann" }));
    expect(report).toMatchObject({ isRecovered: true, from: "1.1.0", to: "1.0.0", traffic: "all traffic on 1.0.0" });
    expect(report.steps.map(({ why }) => why).join("\n")).toContain("orders are lost");
    expect(await world.run(ended)).toMatchObject({ deployment: { status: "RolledBack", trigger: "emergency" } });
  });

  it("an emergency is over when the traffic is there, not when it was ordered", async () => {
    const { world, id, ended } = await canaryUnderWay();
    world.router.setUnreachable("the gateway is down");
    const recovering = new EmergencyRecovery(side(world)).executeEmergencyRollback(id, { reason: "orders are lost" });
    await world.pass(8_000);
    world.router.setUnreachable(null);
    expect(await world.run(recovering)).toMatchObject({ isRecovered: true, to: "1.0.0" });
    await world.run(ended);
  });

  it("an emergency with nothing to go back to is refused", async () => {
    const world = createLibraryWorld();
    const first = await world.run(new BlueGreenDeployer(world.pinion).deploy(orders("1.0.0"), production));
    const asked = new EmergencyRecovery(side(world)).executeEmergencyRollback(first.id, { reason: "orders are lost" });
    await expect(world.run(asked)).rejects.toMatchObject({ code: "command/refused" });
  });

  it("a deployment that goes bad while it is watched is taken back, and those who monitor it are told", async () => {
    const { world, second } = await twoVersions(watched);
    expect(second).toMatchObject({ status: "Running", isWatched: true });
    const told: string[] = [];
    const guard = new AutomaticRollback(side(world), {
      onRollback: ({ version }, trigger) => void told.push(`${version ?? ""} rolled back by ${trigger}`),
      onGood: ({ version }) => void told.push(`${version ?? ""} is good`),
    });
    guard.startMonitoring(second);
    world.bad.add("1.1.0");
    expect(await world.run(guard.outcome(second))).toMatchObject({ status: "RolledBack", trigger: "error_rate" });
    expect(told).toEqual(["1.1.0 rolled back by error_rate"]);
    expect(guard.monitored).toEqual([]);
    expect(world.traffic()).toEqual({ "1.0.0": 100 });
  });

  it("one that stays good is told to be good, and one that is monitored no more is not told of", async () => {
    const { world, second } = await twoVersions(watched);
    const told: string[] = [];
    const guard = new AutomaticRollback(side(world), { onGood: ({ id }) => void told.push(id) });
    const other = new AutomaticRollback(side(world), { onGood: () => void told.push("the other") });
    guard.startMonitoring(second.id);
    guard.startMonitoring(second);
    other.startMonitoring(second);
    expect(guard.monitored).toEqual([second.id]);
    other.stopMonitoring(second);
    await world.run(guard.outcome(second));
    await world.pass(5_000);
    expect(told).toEqual([second.id]);
  });

  it("no listener is called for a deployment that ends after monitoring was stopped", async () => {
    const { world, second } = await twoVersions();
    const told: string[] = [];
    const slow: Pinion = {
      ...side(world),
      deployment: async () => {
        await world.clock.sleep(1_000);
        return second;
      },
    };
    const guard = new AutomaticRollback(slow, { onGood: ({ id }) => void told.push(id) });
    guard.startMonitoring(second);
    await world.pass(500);
    guard.stopMonitoring(second);
    await world.pass(2_000);
    expect(told).toEqual([]);
  });

  it("monitoring outlasts a controller that cannot be asked", async () => {
    const { world, second } = await twoVersions(watched);
    let isDown = true;
    const pinion = side(world);
    const flaky: Pinion = { ...pinion, deployment: (id) => (isDown ? Promise.reject(new Error("it is down")) : pinion.deployment(id)) };
    const lost: unknown[] = [];
    const guard = new AutomaticRollback(flaky, { onLost: (error) => void lost.push(error) });
    guard.startMonitoring(second);
    await world.pass(3_000);
    isDown = false;
    expect(await world.run(guard.outcome(second))).toMatchObject({ status: "Succeeded" });
    expect(lost.length).toBeGreaterThan(1);
  });

  it("a deployment is validated by what was asked of it and by how it does now", async () => {
    const { world, second } = await twoVersions();
    const fine = await world.run(validateDeployment(second.id, { pinion: side(world) }));
    expect(fine).toMatchObject({ validation: "deployment", isValid: true, errors: [], result: "passed" });
    expect(fine.results.map(({ validation }) => validation)).toEqual(expect.arrayContaining(["smoke_test", "outcome", "current_state"]));
    world.engine.setInstance("one", "down");
    await world.pass(15_000);
    const broken = await world.run(validateDeployment(second.id, { pinion: side(world) }));
    expect(broken.isValid).toBe(false);
    expect(broken.errors).toEqual([expect.stringContaining("current_state")]);
  });

  it("a failed deployment is not valid, and says why", async () => {
    const world = createLibraryWorld();
    world.prober.setAnswer(() => ({ status: 500 }));
    await world.run(new BlueGreenDeployer(world.pinion).deploy(orders("1.0.0"), production).catch(() => null));
    const [failed] = await world.pinion.deployments();
    const { isValid, errors } = await world.run(validateDeployment(failed?.id ?? "", { pinion: side(world) }));
    expect(isValid).toBe(false);
    expect(errors.join("\n")).toContain('smoke_test "answers" failed');
  });

  it("a canary is measured while it has traffic", async () => {
    const { world, id, ended } = await canaryUnderWay();
    world.bad.add("1.1.0");
    await world.pass(2_000);
    const metrics = await world.run(monitorDeployment(id, { pinion: side(world) }));
    expect(metrics).toMatchObject({
      deploymentId: id,
      version: { major: 1, minor: 1, patch: 0 },
      environment: "production",
      health: { workflowEngineHealth: 100, databaseHealth: null },
      rollbacks: { count: 0, rate: 0, lastAt: null },
    });
    expect(metrics.performance.trafficPercentage).toBeGreaterThanOrEqual(0);
    await world.run(ended);
    const after = await world.run(monitorDeployment(id, { pinion: side(world) }));
    expect(after).toMatchObject({ status: "RolledBack", performance: { trafficPercentage: 0 }, rollbacks: { count: 1, rate: 50 } });
  });

  it("what nobody knows is unknown", async () => {
    const world = createLibraryWorld();
    const pinion = side(world);
    const unknown = { code: "deployment/unknown" };
    await expect(rollbackDeployment("no.such", { pinion })).rejects.toMatchObject(unknown);
    await expect(validateDeployment("no.such", { pinion })).rejects.toMatchObject(unknown);
    await expect(monitorDeployment("no.such", { pinion })).rejects.toMatchObject(unknown);
    await expect(new EmergencyRecovery(pinion).executeEmergencyRollback("no.such")).rejects.toMatchObject(unknown);
  });
});

describe("deployProcess", () => {
  it("deploys the newest release that is published", async () => {
    const world = createLibraryWorld();
    await world.run(world.pinion.configure(production));
    for (const version of ["1.9.0", "1.10.0", "2.0.0-rc.1"]) await world.run(world.pinion.publish(orders(version)));
    await world.run(world.pinion.publish(orders("3.0.0", { status: "draft" })));
    expect(await world.run(deployProcess("orders", "production", { pinion: world.pinion }))).toMatchObject({ version: "1.10.0" });
  });

  it.each([
    ["a process that nobody published", "orders", "production", "process/unknown"],
    ["an environment that nobody configured", "orders", "staging", "environment/unknown"],
  ])("refuses %s", async (_what, process, environment, code) => {
    const world = createLibraryWorld();
    await world.run(world.pinion.configure(production));
    await expect(deployProcess(process, environment, { pinion: world.pinion })).rejects.toMatchObject({ code });
  });

  it("is a commit where a controller follows a repository", async () => {
    const { connected } = createLibraryWorld();
    await expect(deployProcess("orders", "production", { pinion: connected })).rejects.toMatchObject({ code: "deployment/by-commit" });
  });
});
