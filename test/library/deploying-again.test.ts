/** Deployments that meet: the same version again, with other settings, over one that is under way, or with another definition. */

import { describe, expect, it } from "vitest";
import type { Digest } from "../../src/domain/names.ts";
import { BlueGreenDeployer } from "../../src/library/deployers.ts";
import type { Environment } from "../../src/library/vocabulary.ts";
import { createLibraryWorld, type LibraryWorld, orders, production } from "./library-world.ts";

const patient: Environment = { ...production, deploymentStrategy: { strategy: "blue-green", config: { switchTrafficDelay: "30s" } } };

/** 1.0.0 serves. */
async function serving(environment: Environment = production) {
  const world = createLibraryWorld();
  const deployer = new BlueGreenDeployer(world.pinion);
  const first = await world.run(deployer.deploy(orders("1.0.0"), environment));
  return { world, deployer, first };
}

function digestOfFirst({ engine }: LibraryWorld): Digest {
  const [first] = engine.given.keys();
  if (first === undefined) throw new Error("nothing was ever installed");
  return first;
}

/** All that comes now fails its checks. */
function failWhatComes(world: LibraryWorld): void {
  const mark = `~${digestOfFirst(world).slice(7, 15)}`;
  world.prober.setAnswer(({ url }) => ({ status: url.includes(mark) ? 200 : 500 }));
}

async function outcomeOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => "deployed",
    (error: { readonly code?: string }) => error.code ?? String(error),
  );
}

describe("a version that is deployed again", () => {
  it("at once after it has failed is a new deployment, however slow the controller is", async () => {
    const { world, deployer } = await serving();
    failWhatComes(world);
    const ask = world.engine.inventory.bind(world.engine);
    const inventory: typeof ask = async () => {
      await world.clock.sleep(400);
      return ask();
    };
    Object.assign(world.engine, { inventory });
    const deploy = () => deployer.deploy(orders("1.1.0"), production);
    expect(await world.run(outcomeOf(deploy().catch(deploy)))).toBe("deployment/failed");
    expect((await world.pinion.deployments()).filter(({ version }) => version === "1.1.0")).toHaveLength(2);
  });

  it("with other variables is waited for until it has them", async () => {
    const { world, deployer, first } = await serving({ ...production, variables: { CURRENCY: "EUR" } });
    const release = world.engine.hold();
    void world.clock.sleep(3_000).then(release);
    const second = await world.run(deployer.deploy(orders("1.0.0"), { ...production, variables: { CURRENCY: "USD" } }));
    expect(second).toMatchObject({ status: "Succeeded", version: "1.0.0" });
    expect(second.id).not.toBe(first.id);
  });

  it("is found however often it was healed since", async () => {
    const { world, deployer, first } = await serving();
    for (let healed = 0; healed < 21; healed += 1) {
      world.engine.removeByHand(digestOfFirst(world));
      await world.pass(11_000);
    }
    expect((await world.pinion.deployments()).filter(({ kind }) => kind === "self-heal").length).toBeGreaterThan(20);
    expect((await world.run(deployer.deploy(orders("1.0.0"), production))).id).toBe(first.id);
  });
});

describe("a version that is there already", () => {
  it("is not called deployed while no instance answers", async () => {
    const { world, deployer, first } = await serving();
    world.engine.setInstance("one", "starting");
    await world.pass(2_000);
    let isDone = false;
    const again = deployer.deploy(orders("1.0.0"), production).finally(() => (isDone = true));
    await world.pass(5_000);
    expect(isDone).toBe(false);
    world.engine.setInstance("one", "ready");
    expect((await world.run(again)).id).toBe(first.id);
  });
});

describe("a version that fails over one that was under way", () => {
  it("leaves what really ran before, not what was given up for it", async () => {
    const { world, deployer } = await serving();
    const given = outcomeOf(deployer.deploy(orders("1.1.0"), patient));
    await world.pass(3_000);
    failWhatComes(world);
    const failed = outcomeOf(deployer.deploy(orders("1.2.0"), patient));
    expect(await world.run(Promise.all([given, failed]))).toEqual(["deployment/failed", "deployment/failed"]);
    await world.pass(60_000);
    expect((await world.pinion.overview()).environments[0]?.processes[0]).toMatchObject({ desired: "1.0.0", sync: "Synced" });
    expect(world.traffic()).toEqual({ "1.0.0": 100 });
  });
});

describe("a deployment that cannot be meant", () => {
  it.each<[string, object | undefined]>([
    ["nothing", undefined],
    ["no version", { processId: "orders", version: undefined }],
    ["a version of another process", { processId: "payments", version: orders("1.1.0") }],
  ])("of %s is refused, and nothing is committed", async (_what, request) => {
    const { world } = await serving();
    const before = world.kept();
    const asked = world.pinion.deploy((request && { environment: "production", strategy: null, ...request }) as never);
    expect(await world.run(outcomeOf(asked))).toBe("usage/invalid");
    expect(world.kept()).toBe(before);
  });

  it("by a deployer rejects, and throws nothing", async () => {
    const { world, deployer } = await serving();
    expect(await world.run(outcomeOf(deployer.deploy(null as never, production)))).toBe("usage/invalid");
  });

  it("that has no id is none, and not the newest one", async () => {
    const { world } = await serving();
    expect(await world.run(outcomeOf(world.pinion.deployment(undefined as never)))).toBe("deployment/unknown");
  });
});

describe("a published version", () => {
  const other = () => orders("1.0.0", { definition: orders("2.0.0").definition });

  it("is one definition, also where two are published at once", async () => {
    const { pinion, run } = createLibraryWorld();
    const both = Promise.all([outcomeOf(pinion.publish(orders("1.0.0"))), outcomeOf(pinion.publish(other()))]);
    expect(await run(both)).toEqual([expect.stringContaining("deployed"), "usage/invalid"]);
  });

  it("never becomes a draft again, which could be changed", async () => {
    const { pinion, run } = createLibraryWorld();
    await run(pinion.publish(orders("1.0.0")));
    expect(await run(outcomeOf(pinion.publish(orders("1.0.0", { status: "draft" }))))).toBe("usage/invalid");
  });
});
