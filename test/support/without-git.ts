/** The git server may be away for as long as it likes: customers do not notice, and git is told when it is back. */

import { join } from "node:path";
import { expect, onTestFinished } from "vitest";
import { setPin } from "../../src/demo/stage.ts";
import { type Installation, install, until } from "./installation.ts";
import { type Ground, good, pinsFile } from "./proving-ground.ts";
import { type RecordedLoad, startRecordedLoad } from "./recorded-load.ts";

export const environment = "shop";

export const ground: Ground = {
  processes: {
    bad: { "1.0.0": good, "1.1.0": { kind: "failing", every: 5 } },
    newest: { "1.0.0": good, "1.1.0": good, "1.2.0": good },
  },
  environments: {
    [environment]: {
      text: `type: production
strategy: { type: blue-green }
processes:
  newest: { strategy: { type: canary, config: { minRequests: 5, steps: [{ weight: 30 }, { pause: {} }] } } }
analysis: { interval: 1s, window: 10s, minRequests: 20 }
rollbackPolicy: { automatic: { timeout: 10m, triggers: [{ type: error_rate, threshold: 10%, duration: 10s }] } }
drainTimeout: 5s
`,
      pins: { bad: "1.0.0", newest: "1.0.0" },
    },
  },
};

/** Callers of a process, once it is well. */
export async function loadOn(installation: Installation, process: string): Promise<RecordedLoad> {
  await installation.untilStatus(environment, process, { sync: "Synced", health: "Healthy", desired: "1.0.0" });
  const load = startRecordedLoad(`${await installation.address(environment)}/${process}`);
  onTestFinished(() => load.stop());
  return load;
}

/** The traffic is shared out so. What is shown is of the last look, which traffic may be ahead of. */
export async function untilShares(installation: Installation, process: string, expected: Readonly<Record<string, number>>): Promise<void> {
  let actual: readonly { readonly version: string; readonly weight: number }[] = [];
  const isSo = async () => {
    actual = (await installation.status(environment, process).catch(() => undefined))?.actual ?? [];
    return Object.entries(expected).every((share) => actual.some(({ version, weight }) => version === share[0] && weight === share[1]));
  };
  await until(isSo, `${process} has ${JSON.stringify(expected)}`, () => JSON.stringify(actual));
}

/** Pushes past the server that is down, as somebody with another way in does. */
async function pushAround({ stage }: Installation, process: string, version: string): Promise<void> {
  await setPin(stage, pinsFile(environment), process, version);
  await stage.git("-c", "commit.gpgsign=false", "commit", "--quiet", "--all", "--message", `Deploy ${process} ${version}`);
  await stage.git("push", "--quiet", join(stage.directory, "remote", "shop.git"), "main");
}

/** The git server goes away for so long during a rollback and a canary. Traffic does not notice; then the revert is committed once, and the newest version wins. */
export async function survivesWithoutGit(outageMs: number): Promise<void> {
  const installation = await install({ environments: [environment], instances: 1, ground });
  const badLoad = await loadOn(installation, "bad");
  const newestLoad = await loadOn(installation, "newest");
  await installation.deploy(environment, "newest", "1.1.0");
  await until(() => newestLoad.of("1.1.0").length > 0, "the canary has traffic");

  await installation.deploy(environment, "bad", "1.1.0");
  const head = (await installation.stage.git("rev-parse", "HEAD")).trim();
  await until(async () => (await installation.controller.overview()).repository.commit === head, "the bad version is fetched");
  await installation.endGitServer();
  const goneAt = Date.now();
  await until(() => badLoad.of("1.1.0").length >= 20, "the bad version has customers");
  await until(async () => (await installation.status(environment, "bad"))?.revert?.outcome === null, "a revert is owed");
  await untilShares(installation, "bad", { "1.0.0": 100 });
  const backAt = Date.now();
  await pushAround(installation, "newest", "1.2.0");

  expect((await installation.pinion("status")).stdout).toContain("git lags runtime");
  await until(() => Date.now() - goneAt >= outageMs, "the outage is over");
  expect((await installation.pinion("status")).stdout).toContain("git lags runtime");
  const since = badLoad.answers.filter(({ sentAt }) => sentAt > backAt);
  expect(since.length).toBeGreaterThan(0);
  expect(since.filter(({ version, isGood }) => version !== "1.0.0" || !isGood)).toEqual([]);
  await installation.restartGitServer();

  await installation.untilStatus(environment, "bad", { sync: "Synced", health: "Healthy", desired: "1.0.0" });
  expect(await installation.revertsOf("bad", "1.1.0")).toHaveLength(1);
  await until(async () => !(await installation.pinion("status")).stdout.includes("git lags runtime"), "git lags no more");
  await installation.untilDeployment("newest", "1.1.0", ({ phase }) => phase === "Superseded");
  await until(() => newestLoad.of("1.2.0").length > 0, "the newest version has traffic");
  await untilShares(installation, "newest", { "1.0.0": 70, "1.2.0": 30 });
  expect(newestLoad.failures()).toEqual([]);
}
