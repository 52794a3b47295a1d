/** Everything outside that the command line works with. What only one command needs is loaded with that command. */

import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { userInfo } from "node:os";
import { extname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { engineAdapters } from "../adapters/engines/registry.ts";
import { openLocalRepository } from "../adapters/git/local-repository.ts";
import { digestOfFile } from "../adapters/manifest/process/digest.ts";
import { readLoneVersion } from "../adapters/manifest/process/lone-version.ts";
import type { Finding } from "../domain/finding.ts";
import type { Snapshot } from "../domain/desired/snapshot.ts";
import { createManifests, type ManifestsOptions } from "../adapters/manifest/manifests.ts";
import { openHistory, whyUnreadable } from "./past.ts";
import { validateRepository } from "../adapters/manifest/validate-repository.ts";
import { ignoredFiles, notCheckedOut, unfilteredFiles } from "../adapters/work-tree/attributes.ts";
import { createWorkTree } from "../adapters/work-tree/work-tree.ts";
import { PinionError } from "../domain/errors.ts";
import type { ParseCache } from "../ports/objects.ts";
import { wantsColor } from "../surfaces/cli/terminal/terminal.ts";
import { gitProgram } from "../surfaces/cli/repository/git-program.ts";
import type {
  CliWorld,
  DemoOptions,
  GatewayOptions,
  Interrupts,
  OpenRepository,
  RepositoryPlace,
  ValidateOptions,
} from "../surfaces/cli/terminal/world.ts";
import { readAddress } from "./address.ts";
import { hasKeyboard, isTty, listenToKeys } from "./keys.ts";
import { exampleRepository, packageVersion, pinionCommand } from "./package.ts";
import { readConfig } from "./read-config.ts";
import { storeOf } from "./store.ts";

const dialects = engineAdapters.map(({ dialect }) => dialect);
const noCache: ParseCache = { get: () => new Map(), put: () => undefined };
const defaultColumns = 120;
const defaultRows = 50;

export function createCliWorld(): CliWorld {
  const { stdout, stderr, env } = process;
  const isTerminal = isTty(stdout);
  return {
    stdout,
    stderr,
    env,
    cwd: process.cwd(),
    isTerminal,
    get columns() {
      return (isTerminal && stdout.columns) || null;
    },
    get rows() {
      return (isTerminal && stdout.rows) || null;
    },
    pinionVersion: packageVersion(),
    git: gitProgram(env),
    now: () => Date.now(),
    sleep: (ms, signal) => sleep(ms, undefined, { signal }).catch(() => undefined),
    onResize(listener) {
      stdout.on("resize", listener);
      return () => void stdout.off("resize", listener);
    },
    onKey: hasKeyboard() ? listenToKeys : null,
    catchInterrupts,
    userName,
    randomId: () => randomUUID(),
    run: async (options) => {
      const code = await (await import("./run.ts")).runController(options);
      // All is recorded and closed: a validation that still waits for its answer must not hold the process up.
      setImmediate(() => process.exit(code));
      return code;
    },
    down: async (configFile) => {
      const { config, stateDirectory } = await readConfig(configFile);
      return (await import("./down.ts")).endLeftOvers(stateDirectory, storeOf(config.store));
    },
    gateway: serveGateway,
    demo: playDemo,
    validate: validateDirectory,
    digests: async (directory, isWritten) => (await import("./digests.ts")).digestsIn(directory, isWritten),
    readVersionFile: (file) => readLoneVersion(file, dialects),
    openRepository,
    controllerAddress: async (configFile) => {
      const { config, stateDirectory } = await readConfig(configFile);
      return readAddress(stateDirectory, () => storeOf(config.store).holder(stateDirectory));
    },
    digestOfFile,
  };
}

/** A work tree with what its git history says was published, and what the operator of a pinion.yaml allows. */
async function validateDirectory(
  directory: string,
  { configFile, base }: ValidateOptions,
): Promise<{ readonly findings: readonly Finding[] }> {
  const about = { objects: createWorkTree(directory), dialects };
  const config = configFile === null ? null : (await readConfig(configFile)).config;
  const allowed = config === null ? {} : { permits: config.permits, defaults: config.defaults };
  const git = gitProgram(process.env);
  const past = await openHistory(git, directory);
  const unreadable = past === null ? await whyUnreadable(git, directory) : null;
  const beside = {
    ignored: ignoredFiles(directory),
    notCheckedOut: notCheckedOut(directory),
    unfiltered: unfilteredFiles(directory),
    ...(unreadable !== null && { unreadable }),
  };
  try {
    const history = past && { history: past.history, isShallow: past.isShallow };
    const since = base && { base: await readSnapshot(base) };
    const found = await validateRepository({ ...about, ...allowed, ...beside, ...history, ...since });
    return { ...found, findings: [...(config?.warnings ?? []), ...found.findings] };
  } finally {
    await past?.close();
  }
}

function catchInterrupts(): Interrupts {
  const controller = new AbortController();
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  const abort = () => controller.abort();
  for (const signal of signals) process.on(signal, abort);
  const release = () => {
    for (const signal of signals) process.off(signal, abort);
  };
  return { signal: controller.signal, release };
}

/** A user id without an entry in the system's list has no name. */
function userName(): string | null {
  try {
    return userInfo().username;
  } catch {
    return null;
  }
}

async function playDemo(options: DemoOptions): Promise<number> {
  const { runDemo } = await import("../demo/demo.ts");
  const { stdout, env } = process;
  const isTerminal = isTty(stdout);
  // A terminal that does not know its size says 0.
  const size = () => ({ columns: stdout.columns || defaultColumns, rows: stdout.rows || defaultRows });
  const colour = wantsColor({ env, isTerminal });
  const onKey = hasKeyboard() ? listenToKeys : null;
  return runDemo({ ...options, stdout, isTerminal, colour, size, onKey, command: pinionCommand(), example: exampleRepository() });
}

/** Runs until it is told to stop, which ends the process. */
async function serveGateway({ tokenFromStdin, ...options }: GatewayOptions): Promise<number> {
  const { runGatewayProcess } = await import("../gateway/workers/process.ts");
  const { createLog } = await import("../adapters/system/system.ts");
  const token = tokenFromStdin ? readFileSync(0, "utf8").trim() : null;
  const standbyProgram = fileURLToPath(new URL(`./gateway-standby${extname(import.meta.url)}`, import.meta.url));
  await runGatewayProcess({ ...options, token, standbyProgram, log: createLog("info", "gateway") });
  return new Promise(() => undefined);
}

async function openRepository(place: RepositoryPlace): Promise<OpenRepository> {
  if (place.kind === "work-tree") return readWorkTree(place);
  const { status, stdout, stderr } = await gitProgram(process.env)(place.directory, ["rev-parse", "--absolute-git-dir"]);
  if (status !== 0) throw new PinionError("usage/invalid", `${place.directory} is not in a git repository: ${stderr}`);
  const local = openLocalRepository(stdout);
  return readRepository({ objects: local.objects, path: place.path }, place.commit, () => local.close()).catch(async (error: unknown) => {
    await local.close();
    throw error;
  });
}

async function readSnapshot(place: RepositoryPlace): Promise<Snapshot> {
  const repository = await openRepository(place);
  await repository.close();
  return repository.snapshot;
}

async function readWorkTree({ directory, base }: Extract<RepositoryPlace, { kind: "work-tree" }>): Promise<OpenRepository> {
  const past = await openHistory(gitProgram(process.env), directory, base === null ? [] : [base]);
  const objects = createWorkTree(directory);
  return readRepository({ objects, ...(past && { history: past.history }) }, "HEAD", async () => past?.close());
}

type Reading = Pick<ManifestsOptions, "objects" | "path" | "history">;

async function readRepository(reading: Reading, commit: string, close: () => Promise<void>): Promise<OpenRepository> {
  const manifests = createManifests({ ...reading, cache: noCache, dialects });
  const snapshot = await manifests.snapshot(commit, 0);
  return {
    snapshot,
    version: (process, version) => manifests.version(process, version),
    findingsSince: (base) => manifests.findingsSince(base),
    close,
  };
}
