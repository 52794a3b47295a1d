import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { type Load, startLoad } from "../../src/demo/load.ts";
import { setPin } from "../../src/demo/stage.ts";
import { type OpenInstallation, openInstallation, until } from "../support/installation.ts";

const environment = "production";
const orders = "order-intake";
const pins = "environments/production/pins/team-orders.yaml";

let installation: OpenInstallation;

const untilWell = () => installation.untilStatus(environment, orders, { sync: "Synced", health: "Healthy", desired: "1.2.0" });

/** Each test leaves it as well as it was. */
beforeAll(async () => {
  installation = await openInstallation({ environments: [environment], instances: 2 });
  await untilWell().catch(async (error: unknown) => {
    await installation.close();
    throw error;
  });
  return () => installation.close();
});

async function startedLoad(): Promise<Load> {
  await untilWell();
  const load = startLoad({ url: `${await installation.address(environment)}/orders/health`, order: null, callers: 4, pauseMs: 10 });
  onTestFinished(() => load.stop());
  await until(() => load.counts.requests > 20, "there is traffic");
  return load;
}

describe("SIGKILL of the controller under load, in the middle of a switch", () => {
  it.each([
    ["installing", "checking"],
    ["waiting", "switching"],
  ])("%s, and back, %s: it loses no request; the next one finishes it with the same gateway and engines", async (there, back) => {
    const load = await startedLoad();
    const gateway = await installation.pidOfGateway();
    const engines = await installation.pidsOfEngines(environment);
    const rounds = [
      { version: "1.4.0", state: there },
      { version: "1.2.0", state: back },
    ];
    for (const { version, state } of rounds) {
      await setPin(installation.stage, pins, orders, version);
      const since = Date.now();
      await installation.push(`Deploy ${orders} ${version}`);
      await untilRolloutOf({ version, since }, state);
      await installation.killController();
      await sleep(200);
      await installation.startController();
      await installation.untilStatus(environment, orders, { sync: "Synced", health: "Healthy", desired: version });
      await until(async () => (await fetchVersion()) === version, `${version} answers`);
    }
    expect({ failed: load.counts.failed, why: load.counts.firstFailure }).toEqual({ failed: 0, why: null });
    expect(load.counts.requests).toBeGreaterThan(200);
    expect(await installation.pidOfGateway()).toBe(gateway);
    expect(await installation.pidsOfEngines(environment)).toEqual(engines);
  });
});

/** Until the rollout has come so far, or further: a fast one may be past it. */
async function untilRolloutOf({ version, since }: { readonly version: string; readonly since: number }, state: string): Promise<void> {
  await until(async () => {
    const history = await installation.controller.history(20);
    const rollout = history.find((each) => each.process === orders && each.version === version && each.startedAt >= since);
    return rollout !== undefined && (rollout.endedAt !== null || rollout.steps.some((step) => step.state === state));
  }, `${version} is ${state}`);
}

async function fetchVersion(): Promise<string | null> {
  const answer = await fetch(`${await installation.address(environment)}/orders/health`);
  return answer.headers.get("x-pinion-version");
}

describe("SIGKILL of an engine instance under load", () => {
  it("loses no request while the other instance is there, and the instance comes back with its flows", async () => {
    const load = await startedLoad();
    const [first, second] = await installation.pidsOfEngines(environment);
    if (first === undefined) throw new Error("no engine is running");
    process.kill(first, "SIGKILL");
    await until(async () => ![0, first].includes((await installation.pidsOfEngines(environment))[0] ?? 0), "the instance is started again");
    await installation.untilStatus(environment, orders, { sync: "Synced", health: "Healthy" });
    expect((await installation.pidsOfEngines(environment))[1]).toBe(second);
    expect({ failed: load.counts.failed, why: load.counts.firstFailure }).toEqual({ failed: 0, why: null });
  });
});

describe("SIGKILL of the gateway", () => {
  it("is followed by a new one on the same address, with the same routes", async () => {
    await untilWell();
    const address = await installation.address(environment);
    const before = await installation.pidOfGateway();
    process.kill(before, "SIGKILL");
    await until(async () => (await installation.pidOfGateway()) !== before, "there is a new gateway");
    await until(async () => (await fetch(`${address}/orders/health`).catch(() => null))?.status === 200, "it answers");
    expect(await installation.address(environment)).toBe(address);
  });
});
