/** A thousand pins in one commit, by blue-green, to a real Node-RED: the very program that users run, with everything it starts. */

import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { ProcessStatus } from "../src/domain/journal/status.ts";
import { type RunningController, startController } from "../src/demo/controller-process.ts";
import { startGitServer } from "../src/demo/git-http-server.ts";
import { versions } from "./big-content.ts";
import { type BigRepository, createBigRepository } from "./big-repository.ts";
import type { BenchResult } from "./result.ts";

const processes = 1_000;
const budgetMs = 30_000;
const budgetMb = 150;
const limitMs = 300_000;
const environment = "production";

/** Takes a minute or two. */
export async function thousandPinsSlowBench(): Promise<readonly BenchResult[]> {
  const folder = await mkdtemp(join(tmpdir(), "pinion-bench-"));
  const big = await createBigRepository({ folder: join(folder, "remote"), processes, pins: "by-team" });
  const server = await startGitServer({ root: join(folder, "remote") });
  try {
    return await withController(folder, `${server.url}/config.git`, (controller) => bump(controller, big));
  } finally {
    await server.close();
    await rm(folder, { recursive: true, force: true });
  }
}

type Run = RunningController & { readonly pid: number };

async function bump(controller: Run, big: BigRepository): Promise<readonly BenchResult[]> {
  const firstMs = await untilAllRun(controller, "1.0.0");
  const every = Array.from({ length: processes }, (_, index) => index);
  big.repin(environment, every, versions[1]);
  let peakMb = 0;
  const bumpMs = await untilAllRun(controller, versions[1], async () => void (peakMb = Math.max(peakMb, await rssMb(controller.pid))));
  return [
    row({ name: "1,000 pins in one commit, blue-green, to all switched", unit: "ms", ours: bumpMs, baseline: firstMs, budget: budgetMs }),
    row({
      name: "controller's memory meanwhile, at most",
      unit: "MB",
      ours: peakMb,
      baseline: await rssMb(controller.pid),
      budget: budgetMb,
    }),
  ];
}

function row({ budget, ...figures }: Pick<BenchResult, "name" | "unit" | "ours" | "baseline"> & { readonly budget: number }): BenchResult {
  const baselineName = figures.unit === "ms" ? "the first deployment of all" : "after it";
  const ratio = figures.ours / figures.baseline;
  return { ...figures, baselineName, ratio, budget: `<= ${budget} ${figures.unit}`, ok: figures.ours <= budget };
}

/** Milliseconds from the newest commit being fetched until every process is at rest on the version. */
async function untilAllRun(controller: Run, version: string, onLook: () => Promise<void> = async () => undefined): Promise<number> {
  for (const deadline = Date.now() + limitMs; Date.now() < deadline; await sleep(250)) {
    const dead = controller.death();
    if (dead) throw new Error(dead);
    await onLook();
    const { repository, environments } = await controller.overview();
    const statuses = environments.find((each) => each.name === environment)?.processes ?? [];
    if (statuses.filter((status) => isAtRest(status, version)).length === processes) return Date.now() - (repository.fetchedAt ?? 0);
  }
  throw new Error(`after ${limitMs / 1000} s not every process runs ${version}`);
}

function isAtRest({ sync, actual }: ProcessStatus, version: string): boolean {
  return sync === "Synced" && actual.some((one) => one.version === version && one.weight === 100);
}

async function rssMb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
}

async function withController<T>(folder: string, url: string, use: (controller: Run) => Promise<T>): Promise<T> {
  const stateDirectory = join(folder, "state");
  const configFile = join(folder, "pinion.yaml");
  await mkdir(stateDirectory, { recursive: true });
  await writeFile(
    configFile,
    `repository: { url: "${url}", pollInterval: 1s }\nstate: ./state\nenvironments: [${environment}]\nengines: { default: { kind: node-red, instances: 1 } }\nlog: { level: warn }\n`,
  );
  const command = [process.execPath, fileURLToPath(new URL("../bin/pinion.js", import.meta.url))];
  const controller = await startController({ command, configFile, stateDirectory, logFile: join(folder, "controller.log") });
  try {
    return await use({ ...controller, pid: await pidOf(stateDirectory) });
  } finally {
    await controller.stop();
  }
}

async function pidOf(stateDirectory: string): Promise<number> {
  const { pid } = JSON.parse(await readFile(join(stateDirectory, "controller.json"), "utf8")) as { readonly pid: number };
  return pid;
}
