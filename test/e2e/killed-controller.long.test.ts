/** SIGKILL of the controller in the middle of each strategy: the next one ends what was begun, and nobody notices. */

import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { type OpenInstallation, openInstallation, until } from "../support/installation.ts";
import { type Behaviour, type Ground, good } from "../support/proving-ground.ts";
import { type RecordedLoad, startRecordedLoad } from "../support/recorded-load.ts";

const environment = "shop";
const versions: Readonly<Record<string, Behaviour>> = { "1.0.0": good, "1.1.0": good, "1.2.0": { kind: "failing", every: 5 } };

const ground: Ground = {
  processes: { switch: versions, canary: versions, rolling: versions, recreate: versions },
  environments: {
    [environment]: {
      text: `type: production
strategy: { type: blue-green }
processes:
  canary: { strategy: { type: canary, config: { trafficPercentage: 30, incrementPercentage: 40, incrementInterval: 1s, minRequests: 5 } } }
  rolling: { strategy: { type: rolling, config: { batchDelay: 300ms } } }
  recreate: { strategy: { type: recreate } }
analysis: { interval: 1s, window: 10s, minRequests: 10 }
rollbackPolicy: { automatic: { timeout: 5s, coolDown: 1s, triggers: [{ type: error_rate, threshold: 10%, duration: 10s }] } }
drainTimeout: 5s
`,
      pins: { switch: "1.0.0", canary: "1.0.0", rolling: "1.0.0", recreate: "1.0.0" },
    },
  },
};

let installation: OpenInstallation;

beforeAll(async () => {
  installation = await openInstallation({ environments: [environment], instances: 3, ground });
  return () => installation.close();
});

async function loadOn(process: string): Promise<RecordedLoad> {
  await installation.untilStatus(environment, process, { sync: "Synced", health: "Healthy", desired: "1.0.0" });
  const load = startRecordedLoad(`${await installation.address(environment)}/${process}`, { callers: 4, pauseMs: 20 });
  onTestFinished(() => load.stop());
  return load;
}

/** Once the rollout has come so far, or further: a fast one may be past it. */
async function killAt(process: string, version: string, state: string): Promise<void> {
  await installation.untilDeployment(
    process,
    version,
    ({ endedAt, steps }) => endedAt !== null || steps.some((step) => step.state === state),
  );
  await installation.killController();
  await installation.startController();
}

describe("SIGKILL of the controller", () => {
  it.each([
    ["blue-green", "switch", "switching"],
    ["a canary", "canary", "shifting"],
    ["a rolling update", "rolling", "verifying"],
  ])("in the middle of %s loses no request, and of its rollback neither; the pin is put back once", async (_strategy, process, middle) => {
    const load = await loadOn(process);
    await installation.deploy(environment, process, "1.1.0");
    await killAt(process, "1.1.0", middle);
    await installation.untilDeployment(process, "1.1.0", ({ phase }) => phase === "Succeeded");
    expect(load.failures()).toEqual([]);

    await installation.deploy(environment, process, "1.2.0");
    await killAt(process, "1.2.0", "rejected");
    await installation.untilDeployment(process, "1.2.0", ({ phase }) => phase === "RolledBack");
    await installation.untilStatus(environment, process, { sync: "Synced", health: "Healthy", desired: "1.1.0" });
    expect(await installation.revertsOf(process, "1.2.0")).toHaveLength(1);
    expect((await load.next(200)).filter(({ version }) => version !== "1.1.0")).toEqual([]);
    expect(load.failures().filter(({ version }) => version !== "1.2.0")).toEqual([]);
  });

  it("in the middle of recreate ends with the new version all the same", async () => {
    const load = await loadOn("recreate");
    await installation.deploy(environment, "recreate", "1.1.0");
    await killAt("recreate", "1.1.0", "clearing");
    await installation.untilDeployment("recreate", "1.1.0", ({ phase }) => phase === "Succeeded");
    await installation.untilStatus(environment, "recreate", { sync: "Synced", health: "Healthy", desired: "1.1.0" });
    await until(() => load.answers.at(-1)?.version === "1.1.0", "it answers");
  });
});
