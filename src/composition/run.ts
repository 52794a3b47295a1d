/** `pinion run`: puts the controller together from its configuration, and keeps it up until it is told to stop. */

import { join } from "node:path";
import { sha256 } from "../adapters/manifest/digest.ts";
import { createManifests } from "../adapters/manifest/manifests.ts";
import { nodeRedDialect } from "../adapters/engines/node-red/dialect.ts";
import { startSchedule } from "../adapters/git/schedule.ts";
import { createHttpProber } from "../adapters/probes/http-prober.ts";
import { createSecrets } from "../adapters/secrets/secrets.ts";
import { openStore, type Store } from "../adapters/store/store.ts";
import { createLog, systemClock } from "../adapters/system/system.ts";
import { type Controller, createController } from "../controller/controller.ts";
import type { LoopParts } from "../controller/loop.ts";
import type { Ports } from "../controller/ports.ts";
import { createSource, type Source } from "../controller/source.ts";
import { createValidations } from "../controller/validations.ts";
import type { ControllerConfig } from "../domain/controller-config.ts";
import { describeFinding } from "../domain/finding.ts";
import { nextPoll } from "../domain/polling.ts";
import type { Log } from "../ports/log.ts";
import { startHttp } from "../surfaces/http/server.ts";
import { createEngines, type Engines } from "./engines.ts";
import { openGateway, type OpenGateway } from "./gateway.ts";
import { readConfig } from "./read-config.ts";
import { openRepository } from "./repository.ts";
import { keepHeapSmall } from "./small-heap.ts";
import { writeAddress } from "./address.ts";

export interface RunControllerOptions {
  readonly configFile: string;
  readonly acceptRewrite: boolean;
  /** What becomes of gateway and engines when the controller is told to stop: by default traffic goes on without it. */
  readonly onExit: "keep" | "stop";
}

/** The longest wait between two polls of a remote that does not answer, in milliseconds. */
const maxBackoffMs = 300_000;
const appliedKey = "applied-commit";

/** Resolves with the exit code once it was told to stop. @throws `config/not-found`, `config/invalid`, `store/locked`, `router/unreachable`. */
export async function runController(options: RunControllerOptions): Promise<number> {
  keepHeapSmall();
  const stopping = untilToldToStop();
  const { config, stateDirectory } = await readConfig(options.configFile);
  const log = createLog(config.log.level, "controller");
  for (const warning of config.warnings) log.warn({ code: warning.code }, describeFinding(warning));
  const store = openStore({ directory: stateDirectory, log });
  try {
    if (options.acceptRewrite) store.meta.set(appliedKey, "");
    await serve({ config, stateDirectory, log, store, stopping, onExit: options.onExit });
    return 0;
  } finally {
    store.close();
  }
}

interface Serving {
  readonly config: ControllerConfig;
  readonly stateDirectory: string;
  readonly log: Log;
  readonly store: Store;
  readonly stopping: Promise<string>;
  readonly onExit: "keep" | "stop";
}

/** What has been opened so far, to be closed in the opposite order. */
type Closers = (() => Promise<unknown> | void)[];

/** What was opened before a later step failed is closed too, so that the process ends and the next start finds all in order. */
async function serve(serving: Serving): Promise<void> {
  const { log, stopping, onExit } = serving;
  const closers: Closers = [];
  try {
    const controller = await openAll(serving, closers);
    controller.start();
    const signal = await stopping;
    log.info({ signal, gatewayAndEngines: onExit }, "controller stops");
  } finally {
    for (const close of closers.toReversed()) await closeSafely(close, log);
  }
}

async function closeSafely(close: Closers[number], log: Log): Promise<void> {
  try {
    await close();
  } catch (error) {
    log.error({ error }, "something could not be closed in order");
  }
}

async function openAll(serving: Serving, closers: Closers): Promise<Controller> {
  const { config, stateDirectory, log, onExit } = serving;
  const secrets = createSecrets(process.env);
  const repository = await openRepository({ config: config.repository, directory: join(stateDirectory, "mirror"), secrets, log });
  closers.push(() => repository.close());
  const gateway = await openGateway({ config: config.gateway, stateDirectory: join(stateDirectory, "gateway"), secrets, log });
  closers.push(() => gateway.close(onExit));
  const wake = (environment: string) => controller.wake(environment);
  const engines = createEngines({ config, directory: join(stateDirectory, "engines"), secrets, log, onChange: wake });
  closers.push(() => engines.close(onExit));
  const controller: Controller = createController(assemble({ ...serving, secrets, repository, gateway, engines, wake }));
  closers.push(() => controller.stop());
  gateway.onUp(() => controller.commands.refresh());
  const schedule = startSchedule({ expressions: config.repository.schedule, onDue: () => controller.commands.refresh() });
  closers.push(() => schedule.stop());
  const { queries, commands } = controller;
  const api = await startHttp({ ...config.listen, queries, commands, log, now: () => systemClock.now() });
  closers.push(() => api.close());
  await writeAddress(stateDirectory, api.url);
  log.info({ api: api.url, repository: repository.url, state: stateDirectory }, "controller is up");
  return controller;
}

interface Assembly extends Pick<Serving, "config" | "log" | "store"> {
  readonly secrets: Ports["secrets"];
  readonly repository: Awaited<ReturnType<typeof openRepository>>;
  readonly gateway: OpenGateway;
  readonly engines: Engines;
  readonly wake: (environment: string) => void;
}

function assemble({ config, log, store, secrets, repository, gateway, engines, wake }: Assembly): LoopParts {
  const { objects } = repository;
  const { path, branch, pollIntervalMs: intervalMs, pollJitter: jitter } = config.repository;
  const manifests = createManifests({ objects, cache: store.parseCache, dialects: [nodeRedDialect], path, defaults: config.defaults });
  const applied = { read: () => store.meta.get(appliedKey) || null, write: (commit: string) => store.meta.set(appliedKey, commit) };
  const about = { url: repository.url, branch, environments: config.environments, applied, remembered: store.environments };
  const address = (environment: string) => gateway.router.publicAddress(environment);
  const source: Source = createSource({ repository, manifests, hash: sha256, clock: systemClock, log, address, ...about });
  const ports: Ports = {
    journal: store.journal,
    router: gateway.router,
    prober: createHttpProber(),
    manifests: source,
    secrets,
    clock: systemClock,
    log,
    hash: sha256,
    validations: createValidations(wake),
    engine: (environment) => engines.of(environment),
    wanted: (environment) => source.wanted(environment),
  };
  const nextPollAt = (failures: number) =>
    nextPoll({ intervalMs, jitter, maxBackoffMs }, { now: systemClock.now(), failures, random: Math.random() }).at;
  const onEnvironment = (environment: string) => engines.open(environment);
  return { source, ports, clock: systemClock, log, resyncIntervalMs: config.resyncIntervalMs, nextPollAt, onEnvironment };
}

/** The first signal; a second one ends the process at once. */
function untilToldToStop(): Promise<string> {
  return new Promise((resolve) => {
    let isTold = false;
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      process.on(signal, () => {
        if (isTold) process.exit(130);
        isTold = true;
        resolve(signal);
      });
    }
  });
}
