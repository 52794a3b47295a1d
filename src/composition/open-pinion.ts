/** A whole Pinion in the caller's process: controller, gateway, engines and a config repository in memory, kept in one folder. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { engineAdapters } from "../adapters/engines/registry.ts";
import { parseControllerConfig } from "../adapters/manifest/operator/controller-config.ts";
import { digestOfFile } from "../adapters/manifest/process/digest.ts";
import { validateRepository } from "../adapters/manifest/validate-repository.ts";
import { readMemoryFile, writeMemoryFile } from "../adapters/memory/memory-file.ts";
import { createMemoryRepository, type MemoryRepository } from "../adapters/memory/repository.ts";
import { newCheckMark } from "../gateway/own-requests.ts";
import { createSecrets } from "../adapters/secrets/secrets.ts";
import { systemClock, wallClock } from "../adapters/system/system.ts";
import { startSystemTime } from "../adapters/system/system-time.ts";
import { wholeInventory } from "../controller/engines.ts";
import { type Controller, createController } from "../controller/controller.ts";
import type { RepositoryStatus } from "../api/views.ts";
import type { ControllerConfig } from "../domain/config/config.ts";
import { defaultEngineKind } from "../domain/desired/engine-kind.ts";
import { isErrorCode, PinionError } from "../domain/errors.ts";
import { createEmbedded } from "../library/embedded.ts";
import { checkOptions, type OpenOptions } from "../library/open-options.ts";
import type { EmbeddedPinion } from "../library/pinion.ts";
import type { Log } from "../ports/log.ts";
import type { OpenRouter } from "../ports/router-adapter.ts";
import type { Router } from "../ports/router.ts";
import { assemble } from "./assemble.ts";
import { engineMemory } from "./engine-memory.ts";
import { createEngines, type Engines } from "./engines.ts";
import { timeMemory } from "./time-memory.ts";
import { knownKinds } from "./known-kinds.ts";
import { openOutages } from "./outages.ts";
import { openRouter } from "./router.ts";
import { storeOf } from "./store.ts";
import { openWatching } from "./watching.ts";

/** What has been opened so far, to be closed in the opposite order. */
type Closers = (() => Promise<unknown> | void)[];

/** How often is looked whether the repository is in force, which takes milliseconds. */
const startedEveryMs = 5;

const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** @throws `config/invalid`, `store/locked`, `store/damaged`, `manifest/invalid`, `usage/invalid`; nothing is left open then. */
export async function openPinion(options: OpenOptions = {}): Promise<EmbeddedPinion> {
  checkOptions(options);
  const closers: Closers = [];
  let closing: Promise<void> | null = null;
  const close = () => (closing ??= closeAll(closers));
  try {
    const pinion = await openAll(options, closers, close);
    for (const environment of options.environments ?? []) await pinion.configure(environment);
    for (const version of options.versions ?? []) await pinion.publish(version);
    return pinion;
  } catch (error) {
    await close().catch(() => undefined);
    throw error;
  }
}

/** All of them, also where one fails: what stays open keeps the caller's process from ending. @throws what the first has thrown. */
async function closeAll(closers: Closers): Promise<void> {
  const failures: unknown[] = [];
  for (const each of closers.toReversed()) {
    try {
      await each();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}

async function openAll(options: OpenOptions, closers: Closers, close: () => Promise<void>): Promise<EmbeddedPinion> {
  const { log = silent } = options;
  const config = configOf(options);
  const directory = folderOf(options, closers);
  const store = await storeOf(config.store).open({ config: config.store, stateDirectory: directory, log });
  closers.push(() => store.close());
  const time = startSystemTime({ memory: timeMemory(store), log });
  closers.push(() => time.stop());
  const secrets = createSecrets(process.env);
  const repository = openRepository(directory, closers);
  const { router, close: closeRouter } = await routerOf(options, { config, stateDirectory: directory, place: "within", secrets, log });
  closers.push(() => closeRouter("stop"));
  const wake = (environment: string) => controller.wake(environment);
  const watching = openWatching({ config, source: repository.url, secrets, journal: store.journal, clock: time.clock, log });
  const outages = openOutages(store, { dispatcher: watching, clock: time.clock, log });
  closers.push(() => outages.stop());
  const checkMark = newCheckMark();
  const lasting = { directory: join(directory, "engines"), memory: engineMemory(store) };
  const engines = enginesOf(options, { config, ...lasting, secrets, checkMark, clock: time.clock, log, onChange: wake, outages });
  closers.push(() => engines.close("stop"));
  closers.push(() => watching.stop());
  const refresh = () => controller.commands.refresh();
  const around = { config, log, store, time, secrets, checkMark, repository, router, engines };
  const assembled = assemble({ ...around, dispatcher: watching, outages, wake, refresh });
  closers.push(() => assembled.close());
  const controller: Controller = createController(assembled.parts);
  closers.push(async () => {
    await controller.stop();
    await assembled.idle();
  });
  const checkOpen = openUntilClosed(closers);
  watching.start();
  controller.start();
  const { source } = assembled.parts;
  const inForce = () => source.status().commit;
  while (inForce() === null) {
    if (source.failures() > 0) throw failureOf(source.status());
    await systemClock.sleep(startedEveryMs);
  }
  const address = (environment: string) => router.publicAddress(environment);
  const desired = (environment: string) => source.wanted(environment)?.desired ?? null;
  const about = { controller, editor: repository, clock: time.clock, digestOfFile, inForce, desired, address, close, checkOpen };
  return createEmbedded({ ...about, engine: (environment) => ({ inventory: () => wholeInventory(environment, assembled.parts.ports) }) });
}

/** What keeps the repository from being in force is the caller's to fix. */
function failureOf({ code, reason }: RepositoryStatus): Error {
  return code !== null && isErrorCode(code) ? new PinionError(code, reason) : new Error(reason);
}

/** Throws `library/closed` from the time when closing comes to it. */
function openUntilClosed(closers: Closers): () => void {
  let isOpen = true;
  closers.push(() => void (isOpen = false));
  return () => {
    if (!isOpen) throw new PinionError("library/closed", "this Pinion is closed");
  };
}

/** What pinion.yaml would say: one door for all that an operator can want. */
function configOf({ engines, gateway, metricSources, notifications }: OpenOptions): ControllerConfig {
  const file = { repository: { url: "https://memory.invalid/config.git" }, engines, gateway, metricSources, notifications };
  return parseControllerConfig(JSON.stringify(file, null, 2), "the options", knownKinds);
}

/** A folder that nobody named is gone afterwards. */
function folderOf({ directory }: OpenOptions, closers: Closers): string {
  if (directory !== undefined) return resolve(directory);
  const made = mkdtempSync(join(tmpdir(), "pinion-"));
  closers.push(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

/** A folder that is closed may be another process's by now: nothing is written there any more. */
function openRepository(directory: string, closers: Closers): MemoryRepository {
  const checkOpen = openUntilClosed(closers);
  const file = join(directory, "repository.json");
  const about = { dialects: engineAdapters.map(({ dialect }) => dialect) };
  return createMemoryRepository({
    clock: wallClock,
    check: async (objects, commit) => (await validateRepository({ ...about, objects, commit })).findings,
    before: readMemoryFile(file),
    keep(state) {
      checkOpen();
      writeMemoryFile(file, state);
    },
  });
}

function routerOf({ router }: OpenOptions, parts: Parameters<typeof openRouter>[0]): Promise<OpenRouter> {
  return router ? Promise.resolve(given(router)) : openRouter(parts);
}

function given(router: Router): OpenRouter {
  return { router, wasThere: true, wasDown: false, status: () => null, onChange: () => undefined, close: () => Promise.resolve() };
}

function enginesOf({ engine }: OpenOptions, parts: Parameters<typeof createEngines>[0]): Engines {
  return engine
    ? { of: engine, kinds: () => [defaultEngineKind], open: () => undefined, close: () => Promise.resolve() }
    : createEngines(parts);
}
