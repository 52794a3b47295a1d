/** A whole installation for end-to-end tests: config repository over http, and `pinion run` as users run it, with all its processes. */

import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { onTestFinished } from "vitest";
import type { ProcessStatus } from "../../src/domain/status.ts";
import { type RunningController, startController } from "../../src/surfaces/demo/controller-process.ts";
import { setStage, type Stage } from "../../src/surfaces/demo/stage.ts";

export const root = join(import.meta.dirname, "..", "..");
export const pinion = [process.execPath, join(root, "bin", "pinion.js")] as const;

export interface Installation {
  readonly stage: Stage;
  /** The controller that runs now. */
  readonly controller: RunningController;
  /** Base of an environment's public address. */
  address(environment: string): Promise<string>;
  status(environment: string, process: string): Promise<ProcessStatus | undefined>;
  untilStatus(environment: string, process: string, expected: Partial<ProcessStatus>): Promise<ProcessStatus>;
  /** Commits what changed in the working copy and pushes it. */
  push(message: string): Promise<void>;
  /** SIGKILL of the controller alone. */
  killController(): Promise<void>;
  startController(): Promise<void>;
  pidOfGateway(): Promise<number>;
  /** In order of instance; 0 while one is being started. */
  pidsOfEngines(environment: string): Promise<readonly number[]>;
}

/** Starts one and takes it down with the test, whatever becomes of it. Only the environments named are run. */
export async function install(options: { readonly environments: readonly string[]; readonly instances: number }): Promise<Installation> {
  const directory = await mkdtemp(join(tmpdir(), "pinion-e2e-"));
  const stage = await setStage({ directory, example: join(root, "example-repo") });
  await writeFile(stage.configFile, configText(stage, options));
  let controller: RunningController | null = null;
  const installation: Installation = {
    stage,
    get controller() {
      if (!controller) throw new Error("no controller is running");
      return controller;
    },
    address: async (environment) => (await overviewOf(installation, environment)).url,
    status: async (environment, process) =>
      (await overviewOf(installation, environment)).processes.find((candidate) => candidate.process === process),
    untilStatus: (environment, process, expected) => untilStatus(installation, { environment, process, expected }),
    push: async (message) => {
      await stage.git("-c", "commit.gpgsign=false", "commit", "--quiet", "--no-verify", "--all", "--message", message);
      await stage.git("push", "--quiet", "origin", "main");
    },
    killController: async () => {
      const pid = await controllerPid(stage);
      process.kill(pid, "SIGKILL");
      await until(() => controller?.death() !== null, "the controller is dead");
      controller = null;
    },
    startController: async () => {
      await rm(join(stage.stateDirectory, "controller.json"), { force: true });
      controller = await startController({
        command: pinion,
        configFile: stage.configFile,
        stateDirectory: stage.stateDirectory,
        logFile: join(directory, "controller.log"),
      });
    },
    pidOfGateway: async () => pidIn(join(stage.stateDirectory, "gateway", "gateway.json")),
    pidsOfEngines: (environment) => enginePids(stage, environment),
  };
  onTestFinished(async () => {
    await takeDown(installation, controller);
    await rm(directory, { recursive: true, force: true });
  });
  await installation.startController();
  return installation;
}

/** A controller that is gone cannot end the rest: then a new one is asked to. */
async function takeDown(installation: Installation, controller: RunningController | null): Promise<void> {
  if (!controller || controller.death() !== null) await installation.startController();
  await installation.controller.stop();
  await installation.stage.server.close();
}

function configText(
  { server }: Stage,
  { environments, instances }: { readonly environments: readonly string[]; readonly instances: number },
): string {
  return `repository:
  url: ${server.url}/shop.git
  pollInterval: 300ms
state: ./state
environments: [${environments.join(", ")}]
engines:
  default: { kind: node-red, mode: embedded, instances: ${instances} }
resyncInterval: 1s
`;
}

async function overviewOf({ controller }: Installation, environment: string) {
  const { environments } = await controller.overview();
  const found = environments.find((candidate) => candidate.name === environment);
  if (!found) throw new Error(`${environment} is not there`);
  return found;
}

interface Expectation {
  readonly environment: string;
  readonly process: string;
  readonly expected: Partial<ProcessStatus>;
}

async function untilStatus(installation: Installation, { environment, process, expected }: Expectation): Promise<ProcessStatus> {
  let last: ProcessStatus | undefined;
  const isSo = async () => {
    last = await installation.status(environment, process).catch(() => undefined);
    return last !== undefined && Object.entries(expected).every(([key, value]) => last?.[key as keyof ProcessStatus] === value);
  };
  await until(isSo, `${environment}/${process} is ${JSON.stringify(expected)}`, () => JSON.stringify(last));
  if (!last) throw new Error("there is no status");
  return last;
}

/** @throws Error after a minute, with what was waited for. */
export async function until(isSo: () => boolean | Promise<boolean>, what: string, seen: () => string = () => ""): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`waited in vain until ${what}; ${seen()}`);
    await sleep(25);
  }
}

async function controllerPid({ stateDirectory }: Stage): Promise<number> {
  return pidIn(join(stateDirectory, "controller.json"));
}

async function pidIn(file: string): Promise<number> {
  const { pid } = JSON.parse(await readFile(file, "utf8")) as { readonly pid: number };
  return pid;
}

async function enginePids({ stateDirectory }: Stage, environment: string): Promise<readonly number[]> {
  const directory = join(stateDirectory, "engines", environment);
  const instances = (await readdir(directory)).sort();
  const records = instances.map(
    async (instance) =>
      JSON.parse(await readFile(join(directory, instance, "instance.json"), "utf8")) as {
        readonly process: { readonly pid: number } | null;
      },
  );
  return (await Promise.all(records)).map((record) => record.process?.pid ?? 0);
}
