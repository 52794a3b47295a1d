/** The deployers, over the real controller: what they are asked for is what serves, or what served before still does. */

import { describe, expect, it } from "vitest";
import { BlueGreenDeployer, CanaryDeployer, type Deployer } from "../../src/library/deployers.ts";
import { DeploymentError } from "../../src/library/deployment.ts";
import type { Pinion } from "../../src/library/pinion.ts";
import { RollingDeployer } from "../../src/library/rolling-deployer.ts";
import type { DeploymentStrategy, Environment } from "../../src/library/vocabulary.ts";
import { createLibraryWorld, type LibraryWorld, orders, production } from "./library-world.ts";

const canary: DeploymentStrategy = {
  strategy: "canary",
  config: { trafficPercentage: 20, incrementPercentage: 40, incrementInterval: 10_000, minRequests: 10 },
};

type Make = new (pinion: Pinion) => Deployer;

const deployers: readonly (readonly [DeploymentStrategy["strategy"], Make, DeploymentStrategy])[] = [
  ["blue-green", BlueGreenDeployer, { strategy: "blue-green", config: { healthCheckUrl: "/orders", healthCheckTimeout: "5s" } }],
  ["canary", CanaryDeployer, canary],
  ["rolling", RollingDeployer, { strategy: "rolling", config: { batchSize: 1, batchDelay: "1s", maxUnavailable: 1 } }],
];

function at(deploymentStrategy: DeploymentStrategy, more: Partial<Environment> = {}): Environment {
  return { ...production, deploymentStrategy, ...more };
}

async function failureOf(world: LibraryWorld, promise: Promise<unknown>): Promise<DeploymentError> {
  const error: unknown = await world.run(promise).then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof DeploymentError)) throw new Error("it did not fail as a deployment", { cause: error });
  return error;
}

describe.each(deployers)("the %s deployer", (strategy, Make, deploymentStrategy) => {
  const started = async () => {
    const world = createLibraryWorld({ instances: ["one", "two"] });
    const deployer = new Make(world.pinion);
    const first = await world.run(deployer.deploy(orders("1.0.0"), at(deploymentStrategy)));
    return { world, deployer, first };
  };

  it("gives a version all the traffic", async () => {
    const { world, deployer, first } = await started();
    expect(first).toMatchObject({ processId: "orders", version: "1.0.0", previousVersion: null, status: "Succeeded", strategy });
    const second = await world.run(deployer.deploy(orders("1.1.0"), at(deploymentStrategy)));
    expect(second).toMatchObject({ version: "1.1.0", previousVersion: "1.0.0", environment: "production", status: "Succeeded" });
    expect(second.validationResults.filter(({ isValid }) => !isValid)).toEqual([]);
    await world.planned();
    const { deploymentPlan, rollbackPlan } = await world.pinion.deployment(second.id);
    expect(deploymentPlan?.steps.map(({ name }) => name)).toContainEqual(expect.stringContaining("orders 1.1.0"));
    expect(rollbackPlan?.steps).toMatchObject([{ process: "orders", version: "1.0.0" }]);
    expect(world.traffic()).toEqual({ "1.1.0": 100 });
  });

  it("leaves what served before where a version fails its checks, and pins it again", async () => {
    const { world, deployer } = await started();
    world.prober.setAnswer(({ url }) => ({ status: world.engine.given.size > 1 && !url.includes(servingMark(world)) ? 500 : 200 }));
    const error = await failureOf(world, deployer.deploy(orders("1.1.0"), at(deploymentStrategy)));
    expect(error.message).toContain("orders 1.1.0 is not deployed to production");
    expect(error).toMatchObject({ code: "deployment/failed", deployment: { version: "1.1.0", status: "Failed" } });
    expect(error.deployment?.validationResults.map(({ result }) => result)).toContain("failed");
    await world.pass(5_000);
    expect(world.traffic()).toEqual({ "1.0.0": 100 });
    expect((await world.pinion.overview()).environments[0]?.processes[0]).toMatchObject({ desired: "1.0.0", sync: "Synced" });
  });

  it("deploys a version again that is there already, without doing anything", async () => {
    const { world, deployer, first } = await started();
    const again = await world.run(deployer.deploy(orders("1.0.0"), at(deploymentStrategy)));
    expect(again.id).toBe(first.id);
  });
});

/** Part of every private address of the version that has the traffic. */
function servingMark(world: LibraryWorld): string {
  const [first] = world.engine.given.keys();
  return `~${(first ?? "").slice(7, 15)}`;
}

describe("a canary", () => {
  it("gets its traffic step by step", async () => {
    const world = createLibraryWorld();
    const deployer = new CanaryDeployer(world.pinion);
    await world.run(deployer.deploy(orders("1.0.0"), at(canary)));
    const seen: (number | undefined)[] = [];
    const deploying = deployer.deploy(orders("1.1.0"), at(canary));
    const looking = (async () => {
      while (seen.at(-1) !== 100) {
        const weight = world.traffic()["1.1.0"];
        if (weight !== seen.at(-1)) seen.push(weight);
        await world.clock.sleep(100);
      }
    })();
    await world.run(Promise.all([deploying, looking]));
    expect(seen).toEqual([20, 60, 100]);
  });

  it("that answers with errors is taken back, its pin reverted and the version put into quarantine", async () => {
    const world = createLibraryWorld();
    const deployer = new CanaryDeployer(world.pinion);
    await world.run(deployer.deploy(orders("1.0.0"), at(canary)));
    world.bad.add("1.1.0");
    const error = await failureOf(world, deployer.deploy(orders("1.1.0"), at(canary)));
    expect(error.deployment).toMatchObject({ status: "RolledBack", trigger: "success_rate" });
    expect(world.traffic()).toEqual({ "1.0.0": 100 });
    expect(world.kept()?.head.subject).toBe("Roll orders back from 1.1.0 to 1.0.0 in production");
    await expect(world.run(deployer.deploy(orders("1.1.0"), at(canary)))).rejects.toMatchObject({ code: "manifest/invalid" });

    world.bad.clear();
    await world.run(world.pinion.liftQuarantine("production", "orders", "1.1.0"));
    await world.pass(1_000);
    expect(await world.run(deployer.deploy(orders("1.1.0"), at(canary)))).toMatchObject({ status: "Succeeded" });
  });

  it("is aborted when its caller gives it up", async () => {
    const world = createLibraryWorld();
    const deployer = new CanaryDeployer(world.pinion);
    await world.run(deployer.deploy(orders("1.0.0"), at(canary)));
    const given = new AbortController();
    const deploying = failureOf(world, deployer.deploy(orders("1.1.0"), at(canary), { signal: given.signal, reason: "the shop opens" }));
    const giving = (async () => {
      while (world.traffic()["1.1.0"] !== 20) await world.clock.sleep(100);
      given.abort();
    })();
    const [error] = await Promise.all([deploying, giving]);
    expect(error.deployment).toMatchObject({ status: "Aborted", trigger: "abort" });
    expect(error.deployment?.reason).toContain("the shop opens");
    expect(world.traffic()).toEqual({ "1.0.0": 100 });
    await world.pass(5_000);
    expect((await world.pinion.overview()).environments[0]?.processes[0]).toMatchObject({ desired: "1.0.0", sync: "Synced" });
  });
});

describe("a deployer", () => {
  it("refuses an environment that is deployed to in another way", async () => {
    const world = createLibraryWorld();
    const deploying = new RollingDeployer(world.pinion).deploy(orders("1.0.0"), at(canary));
    await expect(deploying).rejects.toMatchObject({ code: "usage/invalid", message: expect.stringContaining("by canary") });
  });

  it("says what is wrong before anything is begun", async () => {
    const world = createLibraryWorld();
    const config = { trafficPercentage: 0 } as const;
    const deploying = new CanaryDeployer(world.pinion).deploy(orders("1.0.0"), at({ strategy: "canary", config }));
    await expect(world.run(deploying)).rejects.toMatchObject({ code: "manifest/invalid", findings: [{ severity: "error" }] });
    expect(world.kept()).toBeNull();
  });

  it("refuses another definition for a version that is published", async () => {
    const world = createLibraryWorld();
    const deployer = new BlueGreenDeployer(world.pinion);
    await world.run(deployer.deploy(orders("1.0.0"), production));
    const { definition } = orders("1.0.1");
    await expect(deployer.deploy(orders("1.0.0", { definition }), production)).rejects.toMatchObject({ code: "usage/invalid" });
  });

  it("gives up what never began, with the reason, when its caller does", async () => {
    const world = createLibraryWorld();
    await world.run(new BlueGreenDeployer(world.pinion).deploy(orders("1.0.0"), production));
    await world.run(world.pinion.command({ environment: "production", spec: { kind: "freeze" }, userId: "Ann", reason: "stock-taking" }));
    const given = new AbortController();
    const deploying = failureOf(world, new BlueGreenDeployer(world.pinion).deploy(orders("1.1.0"), production, { signal: given.signal }));
    await world.clock.pass(5_000);
    given.abort();
    const error = await deploying;
    expect(error.deployment).toBeNull();
    expect(error.message).toContain("stock-taking");
    await world.pass(1_000);
    expect(world.traffic()).toEqual({ "1.0.0": 100 });
  });

  it("does not take an earlier try for the one that is asked for", async () => {
    const world = createLibraryWorld();
    const deployer = new BlueGreenDeployer(world.pinion);
    await world.run(deployer.deploy(orders("1.0.0"), production));
    world.prober.setAnswer(() => ({ status: 500 }));
    await failureOf(world, deployer.deploy(orders("1.1.0"), production));
    await world.run(world.pinion.command({ environment: "production", spec: { kind: "freeze" }, userId: "Ann", reason: "stock-taking" }));
    world.prober.setAnswer(() => ({}));
    const deploying = deployer.deploy(orders("1.1.0"), production);
    await world.pass(5_000);
    await world.run(world.pinion.command({ environment: "production", spec: { kind: "unfreeze" }, userId: "Ann" }));
    expect(await world.run(deploying)).toMatchObject({ status: "Succeeded" });
  });

  it("is told by a controller elsewhere that deployments are commits there", async () => {
    const world = createLibraryWorld();
    const deploying = new BlueGreenDeployer(world.connected).deploy(orders("1.0.0"), production);
    await expect(deploying).rejects.toMatchObject({ code: "deployment/by-commit" });
  });
});
