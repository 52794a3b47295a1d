/**
 * How long a bad version keeps its customers: the very program that users run, a real Node-RED under load, and versions of which
 * every fifth answer is an error. From the answer with which the verdict could first be known to the last request that the bad version got.
 */

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type RunningController, startController } from "../src/demo/controller-process.ts";
import { setPin, setStage, type Stage } from "../src/demo/stage.ts";
import { type Behaviour, type Ground, good, pinsFile, writeGround } from "../test/support/proving-ground.ts";
import { type RecordedLoad, startRecordedLoad } from "../test/support/recorded-load.ts";
import { median } from "./big-figures.ts";
import type { BenchResult } from "./result.ts";

const rounds = 7;
const minRequests = 20;
const intervalMs = 1_000;
const budgetMs = intervalMs + 250;
const limitMs = 120_000;
const environment = "production";
const strategies = ["blue-green", "canary"] as const;
type Strategy = (typeof strategies)[number];

/** Takes about two minutes. */
export async function rollbackSlowBench(): Promise<readonly BenchResult[]> {
  const folder = await mkdtemp(join(tmpdir(), "pinion-bench-"));
  await writeGround(join(folder, "ground"), groundOf());
  const stage = await setStage({ directory: join(folder, "stage"), example: join(folder, "ground") });
  try {
    return await withController(stage, async (controller) => {
      const results: BenchResult[] = [];
      for (const strategy of strategies) results.push(await measure(stage, controller, strategy));
      return results;
    });
  } finally {
    await stage.server.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** A bad version is in quarantine once it was rolled back, so each round has one of its own. */
function groundOf(): Ground {
  const bad = (round: number): readonly [string, Behaviour] => [badVersion(round), { kind: "failing", every: 5 }];
  const versions = { "1.0.0": good, ...Object.fromEntries(Array.from({ length: rounds }, (_, round) => bad(round))) };
  const config = `{ trafficPercentage: 25, incrementInterval: 10m, minRequests: ${minRequests}, maxDuration: 9h }`;
  return {
    processes: Object.fromEntries(strategies.map((strategy) => [strategy, versions])),
    environments: {
      [environment]: {
        text: `type: production
processes: { canary: { strategy: { type: canary, config: ${config} } } }
analysis: { interval: ${intervalMs}ms }
rollbackPolicy:
  automatic: { timeout: 10m, coolDown: 0s, triggers: [{ type: error_rate, threshold: 10%, duration: 10s, minRequests: ${minRequests} }] }
`,
        pins: Object.fromEntries(strategies.map((strategy) => [strategy, "1.0.0"])),
      },
    },
  };
}

/** All different, so that each has a digest of its own. */
function badVersion(round: number): string {
  return `1.${round + 1}.0`;
}

async function measure(stage: Stage, controller: RunningController, process: Strategy): Promise<BenchResult> {
  const times: number[] = [];
  await untilGood(controller, process);
  const { environments } = await controller.overview();
  const load = startRecordedLoad(`${environments[0]?.url ?? ""}/${process}`);
  try {
    for (let round = 0; round < rounds; round += 1) times.push(await rollBackOnce(stage, controller, { process, load, round }));
  } finally {
    await load.stop();
  }
  const ours = median(times);
  const what = { name: `bad version to all traffic on the good one, ${process}`, unit: "ms", baselineName: "evaluation interval" };
  return { ...what, ours, baseline: intervalMs, ratio: ours / intervalMs, budget: `<= ${budgetMs} ms`, ok: ours <= budgetMs };
}

interface Round {
  readonly process: Strategy;
  readonly load: RecordedLoad;
  readonly round: number;
}

async function rollBackOnce(stage: Stage, controller: RunningController, { process, load, round }: Round): Promise<number> {
  const version = badVersion(round);
  await stage.git("pull", "--quiet", "--ff-only");
  await setPin(stage, pinsFile(environment), process, version);
  await stage.git("-c", "commit.gpgsign=false", "commit", "--quiet", "--all", "--message", `Deploy ${process} ${version}`);
  await stage.git("push", "--quiet", "origin", "main");
  await until(async () => {
    const found = (await controller.history(10)).find((one) => one.process === process && one.version === version);
    return found?.phase === "RolledBack";
  });
  await untilGood(controller, process);
  const bad = load.of(version).toSorted((a, b) => a.answeredAt - b.answeredAt);
  const known = bad[minRequests - 1];
  if (!known) throw new Error(`${version} was rolled back after ${bad.length} requests`);
  return Math.max(0, ...bad.map(({ sentAt }) => sentAt - known.answeredAt));
}

function untilGood(controller: RunningController, process: Strategy): Promise<void> {
  return until(async () => {
    const { environments } = await controller.overview();
    const status = environments[0]?.processes.find((one) => one.process === process);
    return status?.sync === "Synced" && status.health === "Healthy" && status.desired === "1.0.0";
  });
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + limitMs; Date.now() < deadline; await sleep(50)) if (await isSo()) return;
  throw new Error(`waited in vain for ${limitMs / 1000} s`);
}

async function withController<T>(stage: Stage, use: (controller: RunningController) => Promise<T>): Promise<T> {
  const { configFile, stateDirectory, directory, server } = stage;
  await writeFile(
    configFile,
    `repository: { url: "${server.url}/shop.git", pollInterval: 300ms }\nstate: ./state\nengines: { default: { kind: node-red, instances: 1 } }\nlog: { level: warn }\n`,
  );
  const command = [process.execPath, fileURLToPath(new URL("../bin/pinion.js", import.meta.url))];
  const controller = await startController({ command, configFile, stateDirectory, logFile: join(directory, "controller.log") });
  try {
    return await use(controller);
  } finally {
    await controller.stop();
  }
}
