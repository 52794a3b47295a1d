/** A version that ends its engine's process at every request: taken back where it is new, told where it is not, and nobody else is blamed. */

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { type OpenInstallation, openInstallation, until } from "../support/installation.ts";
import { type Behaviour, type Ground, good } from "../support/proving-ground.ts";
import { startRecordedLoad } from "../support/recorded-load.ts";

const deadly: Behaviour = { kind: "deadly", every: 1 };

const calm = "type: production\nstrategy: { type: blue-green }\n";
/** Watched for long, by a trigger that never has requests enough. */
const watching = `${calm}rollbackPolicy:
  automatic: { timeout: 1h, triggers: [{ type: error_rate, threshold: 99%, duration: 1h, minRequests: 1000000 }] }
`;

const ground: Ground = {
  processes: { killer: { "1.0.0": good, "1.1.0": deadly }, neighbour: { "1.0.0": good }, veteran: { "1.0.0": deadly } },
  environments: {
    watched: { text: calm, pins: { killer: "1.0.0", neighbour: "1.0.0" } },
    unwatched: { text: calm, pins: { veteran: "1.0.0" } },
  },
};

let installation: OpenInstallation;

beforeAll(async () => {
  installation = await openInstallation({ environments: Object.keys(ground.environments), instances: 1, ground });
  return () => installation.close();
});

/** Calls it whenever its engine is there, whatever becomes of the calls. */
async function callUntil(environment: string, process: string, isSo: () => Promise<boolean>): Promise<void> {
  const address = `${await installation.address(environment)}/${process}`;
  const call = async () =>
    void (await fetch(address).then(
      (answer) => answer.arrayBuffer(),
      () => undefined,
    ));
  await until(async () => {
    if (await isSo()) return true;
    const view = await installation.status(environment, process);
    if (view?.sync === "Synced") await call();
    return false;
  }, `${process} was called often enough`);
}

const isGood = { sync: "Synced", health: "Healthy", desired: "1.0.0" } as const;

describe("what ends its engine's process at every request", () => {
  it("is rolled back, beside a neighbour whose requests are always under way", async () => {
    for (const process of ["killer", "neighbour"]) await installation.untilStatus("watched", process, isGood);
    const load = startRecordedLoad(`${await installation.address("watched")}/neighbour`, { callers: 4 });
    onTestFinished(() => load.stop());
    // What was there before is good by now; what comes with this commit is watched.
    const settings = join(installation.stage.workingCopy, "environments/watched/environment.yaml");
    await writeFile(settings, `name: watched\n${watching}`);
    await installation.deploy("watched", "killer", "1.1.0");
    await installation.untilDeployment("killer", "1.1.0", ({ steps }) => steps.some(({ state }) => state === "baking"));
    const isOver = async () => (await installation.status("watched", "killer"))?.phase !== "Running";
    await callUntil("watched", "killer", isOver);
    const deployment = await installation.untilDeployment("killer", "1.1.0", ({ phase }) => phase === "RolledBack");
    expect(deployment).toMatchObject({ trigger: "engine_death", reason: { code: "KillsEngine" } });
    await until(async () => (await installation.revertsOf("killer", "1.1.0")).length === 1, "the revert is written");
    for (const process of ["killer", "neighbour"]) await installation.untilStatus("watched", process, isGood);
  });

  it("is told by name when it is long since stable", async () => {
    await installation.untilStatus("unwatched", "veteran", isGood);
    const isTold = async () => (await installation.status("unwatched", "veteran"))?.reason.code === "KillsEngine";
    await callUntil("unwatched", "veteran", isTold);
    expect(await installation.status("unwatched", "veteran")).toMatchObject({ sync: "Synced", health: "Degraded" });
    const { stdout } = await installation.pinion("status");
    expect(stdout).toMatch(/veteran[^]*the engine's process ended \d+ times while 1\.0\.0 ran/);
  });
});
