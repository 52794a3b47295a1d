/** A whole installation for end-to-end tests: config repository over http, and `pinion run` as users run it, with all its processes. */

import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { onTestFinished } from "vitest";
import type { ProcessView } from "../../src/api/views.ts";
import type { Deployment } from "../../src/domain/journal/state.ts";
import type { ProcessStatus } from "../../src/domain/journal/status.ts";
import { type RunningController, startController } from "../../src/demo/controller-process.ts";
import { type GitServer, startGitServer } from "../../src/demo/git-http-server.ts";
import { setPin, setStage, type Stage } from "../../src/demo/stage.ts";
import { type Ground, pinsFile, writeGround } from "./proving-ground.ts";

export const root = join(import.meta.dirname, "..", "..");
/** Catches only what hangs, and says what that is before the limit of a test does. */
const patienceMs = 1_700_000;
export const pinion = [process.execPath, join(root, "bin", "pinion.js")] as const;

export interface Installation {
  readonly stage: Stage;
  /** The controller that runs now. */
  readonly controller: RunningController;
  /** Base of an environment's public address. */
  address(environment: string): Promise<string>;
  status(environment: string, process: string): Promise<ProcessView | undefined>;
  untilStatus(environment: string, process: string, expected: Partial<ProcessStatus>): Promise<ProcessView>;
  /** The newest deployment of a version of a process that is as it should be. */
  untilDeployment(process: string, version: string, isSo: (deployment: Deployment) => boolean): Promise<Deployment>;
  /** Commits what changed in the working copy and pushes it. */
  push(message: string): Promise<void>;
  /** Pins a version in a proving ground's environment, as a person does. */
  deploy(environment: string, process: string, version: string): Promise<void>;
  /** Ids of the commits on `main` by which Pinion put a process back from this version. */
  revertsOf(process: string, version: string): Promise<readonly string[]>;
  /** Brings the working copy to what others have pushed. */
  pull(): Promise<void>;
  /** The git server is gone, connections and all. */
  endGitServer(): Promise<void>;
  /** It is back at the same address. */
  restartGitServer(): Promise<void>;
  /** Runs the program as people do. */
  pinion(...parameters: readonly string[]): Promise<Ended>;
  /** SIGKILL of the controller alone. */
  killController(): Promise<void>;
  startController(): Promise<void>;
  pidOfGateway(): Promise<number>;
  /** In order of instance; 0 while one is being started. */
  pidsOfEngines(environment: string): Promise<readonly number[]>;
}

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface InstallOptions {
  /** Only these are run. */
  readonly environments: readonly string[];
  readonly instances: number;
  /** Where it is another number, by environment. */
  readonly instancesOf?: Readonly<Record<string, number>>;
  /** What the config repository holds; the example when not given. */
  readonly ground?: Ground;
  /** The folder in which it makes its own; the system's for temporary files when not given. */
  readonly within?: string;
}

export interface OpenInstallation extends Installation {
  /** Ends everything that it started. */
  close(): Promise<void>;
}

/** Starts one and takes it down with the test, whatever becomes of it. */
export async function install(options: InstallOptions): Promise<Installation> {
  const installation = await openInstallation(options);
  onTestFinished(() => installation.close());
  return installation;
}

/** Starts one for several tests; the test that opens it closes it. */
export async function openInstallation(options: InstallOptions): Promise<OpenInstallation> {
  const directory = await mkdtemp(join(options.within ?? tmpdir(), "pinion-e2e-"));
  const installation = await setUp(directory, options);
  try {
    await installation.startController();
    return installation;
  } catch (error) {
    await installation.stage.server.close();
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
}

async function setUp(directory: string, options: InstallOptions): Promise<OpenInstallation> {
  const example = options.ground ? join(directory, "ground") : join(root, "example-repo");
  if (options.ground) await writeGround(example, options.ground);
  const stage = await setStage({ directory: join(directory, "stage"), example });
  await writeFile(stage.configFile, configText(stage, options));
  let controller: RunningController | null = null;
  let again: GitServer | null = null;
  const installation: OpenInstallation = {
    stage,
    get controller() {
      if (!controller) throw new Error("no controller is running");
      return controller;
    },
    address: async (environment) => (await overviewOf(installation, environment)).url,
    status: async (environment, process) =>
      (await overviewOf(installation, environment)).processes.find((candidate) => candidate.process === process),
    untilStatus: (environment, process, expected) => untilStatus(installation, { environment, process, expected }),
    untilDeployment: (process, version, isSo) => untilDeployment(installation, process, version, isSo),
    push: async (message) => {
      await stage.git("-c", "commit.gpgsign=false", "commit", "--quiet", "--no-verify", "--all", "--message", message);
      await stage.git("push", "--quiet", "origin", "main");
    },
    deploy: async (environment, process, version) => {
      await installation.pull();
      await setPin(stage, pinsFile(environment), process, version);
      await installation.push(`Deploy ${process} ${version}`);
    },
    revertsOf: async (process, version) => {
      await installation.pull();
      const commits = await stage.git("log", "--format=%H", "--extended-regexp", `--grep=^revert\\(.*: ${process} ${version} -> `);
      return commits.split("\n").filter((commit) => commit !== "");
    },
    pull: async () => void (await stage.git("pull", "--quiet", "--ff-only")),
    endGitServer: () => (again ?? stage.server).close(),
    restartGitServer: async () => {
      const options = { root: join(stage.directory, "remote"), port: stage.server.port };
      // Meanwhile the port may be somebody's for a moment.
      await until(async () => (again = await startGitServer(options)) !== null, "the git server is back");
    },
    pinion: (...parameters) => runPinion([...parameters, "--config", stage.configFile]),
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
    close: async () => {
      await takeDown(installation, controller);
      await installation.endGitServer();
      await rm(directory, { recursive: true, force: true, maxRetries: 20 });
    },
  };
  return installation;
}

/** Without what a runner of tests wishes for its own output. */
const { FORCE_COLOR: _forced, ...environmentOfChildren } = process.env;

function runPinion(parameters: readonly string[]): Promise<Ended> {
  const [node, program] = pinion;
  return new Promise((resolve) => {
    execFile(node, [program, ...parameters], { env: environmentOfChildren, maxBuffer: 16 * 1024 * 1024 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : typeof error.code === "number" ? error.code : -1, stdout, stderr });
    });
  });
}

/** A controller that is gone cannot end the rest: then a new one is asked to. */
async function takeDown(installation: Installation, controller: RunningController | null): Promise<void> {
  if (!controller || controller.death() !== null) await installation.startController();
  await installation.controller.stop();
}

function configText({ server }: Stage, { environments, instances, instancesOf = {} }: InstallOptions): string {
  const engine = (name: string, count: number) => `  ${name}: { kind: node-red, mode: embedded, instances: ${count} }\n`;
  const others = Object.entries(instancesOf).map(([name, count]) => engine(name, count));
  return `repository:
  url: ${server.url}/shop.git
  pollInterval: 500ms
state: ./state
environments: [${environments.join(", ")}]
engines:
${engine("default", instances)}${others.join("")}resyncInterval: 1s
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

async function untilStatus(installation: Installation, { environment, process, expected }: Expectation): Promise<ProcessView> {
  let last: ProcessView | undefined;
  const isSo = async () => {
    last = await installation.status(environment, process).catch(() => undefined);
    return last !== undefined && Object.entries(expected).every(([key, value]) => last?.[key as keyof ProcessStatus] === value);
  };
  await until(isSo, `${environment}/${process} is ${JSON.stringify(expected)}`, () => JSON.stringify(last));
  if (!last) throw new Error("there is no status");
  return last;
}

async function untilDeployment(
  { controller }: Installation,
  process: string,
  version: string,
  isSo: (deployment: Deployment) => boolean,
): Promise<Deployment> {
  let found: Deployment | undefined;
  const isThere = async () => {
    const history = await controller.history(20).catch(() => []);
    found = history.find((deployment) => deployment.process === process && deployment.version === version);
    return found !== undefined && isSo(found);
  };
  await until(isThere, `the deployment of ${process} ${version} is so`, () => JSON.stringify(found));
  if (!found) throw new Error("there is no deployment");
  return found;
}

/** Asks again also when asking failed: one lost answer is no answer. @throws Error when it hangs, with what was waited for. */
export async function until(isSo: () => boolean | Promise<boolean>, what: string, seen: () => string = () => ""): Promise<void> {
  const deadline = Date.now() + patienceMs;
  let failure: unknown = null;
  const ask = async (): Promise<boolean> => {
    try {
      return await isSo();
    } catch (error) {
      failure = error;
      return false;
    }
  };
  while (!(await ask())) {
    if (Date.now() > deadline) throw new Error(`waited in vain until ${what}; ${seen()}`, { cause: failure });
    await sleep(100);
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
