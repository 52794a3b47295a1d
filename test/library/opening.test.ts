/** Opening and closing a whole Pinion, over an engine and a router of the caller's own: nothing hangs, and what is closed is closed. */

import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { AutomaticRollback, BlueGreenDeployer, openPinion, type OpenOptions } from "../../src/index.ts";
import { createFakeEngine } from "../fakes/engine.ts";
import { createFakeRouter } from "../fakes/router.ts";
import { orders, production } from "./library-world.ts";

async function folder(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "pinion-opening-"));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

function own(): OpenOptions {
  const [engine, router] = [createFakeEngine(), createFakeRouter()];
  return { engine: () => engine, router, environments: [production] };
}

const closed: unknown = expect.objectContaining({ code: "library/closed" });

describe("what is closed", () => {
  it("gives up who waits for a deployment, and answers nobody any more", async () => {
    const directory = await folder();
    const pinion = await openPinion({ ...own(), directory });
    const patient = { ...production, deploymentStrategy: { strategy: "blue-green", config: { switchTrafficDelay: "10m" } } } as const;
    const deploying = new BlueGreenDeployer(pinion).deploy(orders("1.0.0", { checks: [] }), patient).catch((error: unknown) => error);
    while ((await pinion.deployments()).length === 0) await nextTurn();
    const closing = pinion.close();
    await Promise.all([closing, pinion.close()]);
    expect(await deploying).toEqual(closed);
    const kept = await readFile(join(directory, "repository.json"), "utf8");
    const questions = [
      () => pinion.overview(),
      () => pinion.history(),
      () => pinion.historyPage(),
      () => pinion.publish(orders("2.0.0")),
      () => pinion.approve("rollback/x"),
    ];
    for (const ask of questions) await expect(ask()).rejects.toMatchObject({ code: "library/closed" });
    expect(await readFile(join(directory, "repository.json"), "utf8")).toBe(kept);
  });

  it("is closed when any of those who close it are told so", async () => {
    const directory = await folder();
    const pinion = await openPinion({ ...own(), directory });
    void pinion.close();
    await pinion.close();
    const again = await openPinion({ ...own(), directory });
    await again.close();
  });

  it("is monitored no more, so that the caller's process can end", async () => {
    const pinion = await openPinion({ ...own(), directory: await folder() });
    const deployment = await new BlueGreenDeployer(pinion).deploy(orders("1.0.0", { checks: [] }), "production");
    const lost: unknown[] = [];
    const guard = new AutomaticRollback(
      { ...pinion, deployment: async (id) => ({ ...(await pinion.deployment(id)), endedAt: null }) },
      { onLost: (error) => lost.push(error), everyMs: 5 },
    );
    guard.startMonitoring(deployment);
    const ended = guard.outcome(deployment);
    await pinion.close();
    expect(await ended).toBeNull();
    expect(lost).toEqual([closed]);
  });
});

describe("a Pinion that cannot be opened", () => {
  it("says why, and leaves its folder to the next one", async () => {
    const directory = await folder();
    await (await openPinion({ ...own(), directory })).close();
    const publicAddress = () => {
      throw new Error("nobody knows the address");
    };
    const lost = { ...createFakeRouter(), publicAddress };
    await expect(openPinion({ ...own(), router: lost, directory })).rejects.toThrow("nobody knows the address");
    await (await openPinion({ ...own(), directory })).close();
  });

  it.each<[string, unknown]>([
    ["no options", null],
    ["a directory", { directory: 5 }],
    ["an engine", { engine: {} }],
    ["a router", { router: {} }],
    ["environments", { environments: {} }],
    ["a log", { log: {} }],
  ])("for %s that are none is refused before anything is begun", async (_what, options) => {
    await expect(openPinion(options as OpenOptions)).rejects.toMatchObject({ code: "usage/invalid" });
  });
});
