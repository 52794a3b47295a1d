import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type EmbeddedNodeRed, startEmbeddedNodeRed } from "../../../../src/adapters/engines/node-red/embedded.ts";
import type { Definition } from "../../../../src/domain/desired/definition.ts";
import type { DeploymentUnit } from "../../../../src/domain/desired/unit.ts";
import { helloFlow, kill, killerLibs, node, unitOf, wires } from "./flows.ts";
import { addressOf, pids, silent, statuses, until } from "./instances.ts";

describe("a version that kills its process, once the traffic is gone from it and it is removed,", () => {
  let directory: string;
  let embedded: EmbeddedNodeRed;
  const good = unitOf("good", "1.0.0", helloFlow("return msg;"));

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "pinion-node-red-"));
    embedded = await startEmbeddedNodeRed({ environment: "test", directory, instances: 2, log: silent, drainMs: 2_000 });
    await embedded.engine.ensureInstalled([good]);
  });
  afterEach(async () => {
    await embedded?.stop();
    await rm(directory, { recursive: true, force: true });
  });

  const isAllUp = async (): Promise<boolean> =>
    embedded.engine.inventory().then(
      ({ instances }) => instances.every((each) => each.state === "ready"),
      () => false,
    );
  /** As the controller does it: again and again until one and the same answer of all instances says so. */
  const removed = (unit: DeploymentUnit): Promise<void> =>
    until(async () => {
      await embedded.engine.ensureRemoved([unit]).catch(() => undefined);
      const inventory = await embedded.engine.inventory().catch(() => null);
      if (!inventory?.instances.every((each) => each.state === "ready")) return false;
      return inventory.installed.every((each) => each.digest !== unit.digest);
    });
  async function installKiller(definition: Definition): Promise<DeploymentUnit> {
    const unit = unitOf("killer", "1.0.0", definition);
    expect(await embedded.engine.ensureInstalled([unit])).toMatchObject([{ kind: "installed" }]);
    return unit;
  }
  /** The controller keeps it so; and a fuse that was lit before the killer was removed may still go off. */
  const expectCalmAgain = (killer: DeploymentUnit): Promise<void> =>
    until(async () => {
      await removed(killer);
      await embedded.engine.ensureInstalled([good]).catch(() => undefined);
      return expectCalm().then(
        () => true,
        () => false,
      );
    });
  /** Serves on both instances, in the same processes for as long as many requests take. */
  async function expectCalm(): Promise<void> {
    const before = await pids(directory);
    for (let round = 0; round < 50; round += 1) expect(await statuses(embedded.engine, good)).toEqual([200, 200]);
    expect(await pids(directory)).toEqual(before);
    expect((await embedded.engine.inventory()).installed).toMatchObject([{ process: "good", drift: null }]);
  }

  it("leaves its instance to come back and stay: killed by a request", async () => {
    const killer = await installKiller(helloFlow(`${kill} return msg;`, { libs: killerLibs }));
    const before = await pids(directory);
    await expect(fetch(`${await addressOf(embedded.engine, killer)}/hello`)).rejects.toThrow(/fetch failed/);
    await until(async () => (await isAllUp()) && (await pids(directory))[0] !== before[0]);
    await expectCalmAgain(killer);
  });

  it("leaves its instance to come back and stay: killed by its schedule", async () => {
    const killer = await installKiller({
      nodes: [node("tick", "inject", { repeat: "0.2", props: [] }), node("die", "function", { func: kill, outputs: 1, libs: killerLibs })],
      connections: wires("tick > die"),
      config: {},
    });
    const before = await pids(directory);
    // It may be dead before it has answered that it is armed.
    await embedded.engine.ensureArmed(new Map([["killer", killer.digest]])).catch(() => undefined);
    await until(async () => (await isAllUp()) && (await pids(directory)).join() !== before.join());
    await expectCalmAgain(killer);
  });

  it("leaves its instances to come back and stay: killed again and again, some time after each start", async () => {
    // Long enough for a busy machine to install it before it kills.
    const initialize = `setTimeout(() => { ${kill} }, 4000);`;
    const killer = await installKiller(
      helloFlow("return msg;", { nodes: [node("fuse", "function", { func: "return msg;", initialize, libs: killerLibs })] }),
    );
    const before = await pids(directory);
    await until(async () => (await pids(directory)).every((pid) => pid !== 0 && !before.includes(pid)));
    await expectCalmAgain(killer);
  });
});
