/** The figure that Pinion promises for every change of version: nobody's request fails. */

import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { type OpenInstallation, openInstallation, until } from "../support/installation.ts";
import { type Ground, good } from "../support/proving-ground.ts";
import { startRecordedLoad } from "../support/recorded-load.ts";
import { isThorough } from "../support/thorough.ts";

const environment = "shop";
const leastRequests = isThorough ? 10_000 : 1_500;
const leastSwitches = 3;
const names = Array.from({ length: 40 }, (_, index) => `1.${index}.0`);
const versions = Object.fromEntries(names.map((version) => [version, good]));

const ground: Ground = {
  processes: { switch: versions, canary: versions },
  environments: {
    [environment]: {
      text: `type: production
strategy: { type: blue-green, config: { keepOldVersion: false } }
processes:
  canary:
    strategy: { type: canary, config: { trafficPercentage: 30, incrementPercentage: 35, incrementInterval: 500ms, minRequests: 5, keepOldVersion: false } }
analysis: { interval: 500ms }
drainTimeout: 10s
`,
      pins: { switch: "1.0.0", canary: "1.0.0" },
    },
  },
};

let installation: OpenInstallation;

beforeAll(async () => {
  installation = await openInstallation({ environments: [environment], instances: 1, ground });
  return () => installation.close();
});

describe(`${leastRequests} requests and more`, () => {
  it.each([
    ["blue-green", "switch"],
    ["canary", "canary"],
  ])("all are answered while %s replaces one version after the other, and removes the old ones", async (_strategy, process) => {
    await installation.untilStatus(environment, process, { sync: "Synced", health: "Healthy", desired: "1.0.0" });
    const load = startRecordedLoad(`${await installation.address(environment)}/${process}`, {
      callers: isThorough ? 12 : 6,
      pauseMs: isThorough ? 0 : 10,
    });
    onTestFinished(() => load.stop());
    let switches = 0;
    while (switches < names.length - 1 && (load.answers.length < leastRequests || switches < leastSwitches)) {
      switches += 1;
      const version = names[switches] ?? "";
      await installation.deploy(environment, process, version);
      await installation.untilDeployment(process, version, ({ phase }) => phase === "Succeeded");
      await until(() => load.of(version).length > 0, "it has answered");
    }
    await until(() => load.answers.length >= leastRequests, "there were requests enough");
    await load.stop();
    expect(load.failures().slice(0, 5)).toEqual([]);
    expect(new Set(load.answers.map(({ version }) => version))).toEqual(new Set(names.slice(0, switches + 1)));
    console.log(`${process}: ${load.answers.length} requests, ${switches} changes of version`);
  });
});
