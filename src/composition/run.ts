/** `pinion run`: puts the controller together from its configuration, and keeps it up until it is told to stop. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { DestinationStream } from "pino";
import { startSchedule } from "../adapters/git/schedule.ts";
import type { GitRepository } from "../adapters/git/repository.ts";
import { createSecrets } from "../adapters/secrets/secrets.ts";
import { createLog } from "../adapters/system/system.ts";
import { startSystemTime, type SystemTime } from "../adapters/system/system-time.ts";
import { type Controller, createController } from "../controller/controller.ts";
import type { ControllerConfig } from "../domain/config/config.ts";
import { describeFinding } from "../domain/finding.ts";
import type { Log } from "../ports/log.ts";
import type { Store } from "../ports/store.ts";
import { describeLogLine } from "../surfaces/cli/terminal/log-lines.ts";
import { colorsFor } from "../surfaces/cli/terminal/terminal.ts";
import { appliedKey, assemble, type Assembled, type Assembly } from "./assemble.ts";
import { timeMemory } from "./time-memory.ts";
import { engineMemory } from "./engine-memory.ts";
import { createEngines } from "./engines.ts";
import { warnOfLittleRoom } from "./enough-room.ts";
import { newCheckMark } from "../gateway/own-requests.ts";
import { isTty } from "./keys.ts";
import { sharedUser } from "./isolation.ts";
import { openOutages } from "./outages.ts";
import { readConfig } from "./read-config.ts";
import { readInThread } from "./reading-thread.ts";
import { openRepository } from "./repository.ts";
import { openRouter } from "./router.ts";
import { keepHeapSmall } from "./small-heap.ts";
import { serveApi } from "./serve-api.ts";
import { storeOf } from "./store.ts";
import { openWatching } from "./watching.ts";

export interface RunControllerOptions {
  readonly configFile: string;
  readonly acceptRewrite: boolean;
  /** What becomes of gateway and engines when the controller is told to stop: by default traffic goes on without it. */
  readonly onExit: "keep" | "stop";
}

/** Resolves with the exit code once it was told to stop. @throws `config/not-found`, `config/invalid`, `store/locked`, `router/unreachable`. */
export async function runController(options: RunControllerOptions): Promise<number> {
  keepHeapSmall();
  const stopping = untilToldToStop();
  const { config, stateDirectory } = await readConfig(options.configFile);
  const log = createLog(config.log.level, "controller", forPeople());
  const shared = sharedUser(config);
  if (shared !== null) log.warn({}, shared);
  warnOfLittleRoom(log);
  for (const warning of config.warnings) log.warn({ code: warning.code }, describeFinding(warning));
  const store = await storeOf(config.store).open({ config: config.store, stateDirectory, log });
  const time = startSystemTime({ memory: timeMemory(store), log });
  try {
    if (options.acceptRewrite) store.meta.set(appliedKey, "");
    await serve({ checkMark: newCheckMark(), ...options, config, stateDirectory, log, store, time, stopping });
    return 0;
  } finally {
    time.stop();
    store.close();
  }
}

/** At a terminal the log is for people; everywhere else, such as in a file or a journal, it is JSON. */
function forPeople(): DestinationStream | undefined {
  const { stdout, env } = process;
  const isTerminal = isTty(stdout);
  if (!isTerminal) return undefined;
  const colors = colorsFor({ env, isTerminal });
  return { write: (line) => void stdout.write(describeLogLine(line, { colors, width: stdout.columns || null })) };
}

interface Serving extends RunControllerOptions {
  readonly config: ControllerConfig;
  readonly stateDirectory: string;
  readonly log: Log;
  readonly store: Store;
  readonly time: SystemTime;
  readonly stopping: Promise<string>;
  /** What the engines know our checks by. */
  readonly checkMark: string;
}

/** What has been opened so far, to be closed in the opposite order. */
type Closers = (() => Promise<unknown> | void)[];

/** What was opened before a later step failed is closed too, so that the process ends and the next start finds all in order. */
async function serve(serving: Serving): Promise<void> {
  const { log, stopping, onExit } = serving;
  const closers: Closers = [];
  const start = { isOver: false };
  try {
    const controller = await openAll(serving, closers, start);
    controller.start();
    start.isOver = true;
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

/** Until `start` is over nothing may be left behind that was not there before. */
async function openAll(serving: Serving, closers: Closers, start: { readonly isOver: boolean }): Promise<Controller> {
  const { config, stateDirectory, checkMark, log, store, onExit } = serving;
  const { clock } = serving.time;
  const secrets = createSecrets(process.env, config.permits);
  let assembled: Assembled | null = null;
  // Last of all: what was being written is told to the journal before that is closed.
  closers.push(() => assembled?.idle());
  const repository = await openRepository({ config: config.repository, directory: join(stateDirectory, "mirror"), secrets, log });
  closers.push(() => repository.close());
  const opened = await openRouter({ config, stateDirectory, place: "beside", secrets, log });
  closers.push(() => opened.close(start.isOver ? onExit : opened.wasThere ? "keep" : "stop"));
  const wake = (environment: string) => controller.wake(environment);
  const watching = openWatching({ config, source: repository.url, secrets, journal: store.journal, clock, log });
  const { router, wasDown: wasGatewayDown } = opened;
  const outages = openOutages(store, { dispatcher: watching, clock, log, wasGatewayDown });
  closers.push(() => outages.stop());
  const lasting = { directory: join(stateDirectory, "engines"), memory: engineMemory(store) };
  const engines = createEngines({ config, ...lasting, secrets, checkMark, clock, log, onChange: wake, outages });
  closers.push(() => engines.close(onExit));
  closers.push(() => watching.stop());
  const refresh = () => controller.commands.refresh();
  const around = { secrets, repository, router, engines, outages, wake, refresh };
  const reader = readerOf(log, repository, closers);
  assembled = assemble({ ...serving, ...around, permits: config.permits, dispatcher: watching, reader });
  const { parts, close } = assembled;
  closers.push(close);
  const controller: Controller = createController(parts);
  closers.push(() => controller.stop());
  opened.onChange((status) => {
    outages.gateway(status);
    if (status.state === "up") refresh();
  });
  // What became of it while the rest was opened is told too.
  const status = opened.status();
  if (status) outages.gateway(status);
  const schedule = startSchedule({ expressions: config.repository.schedule, onDue: refresh });
  closers.push(() => schedule.stop());
  const api = await serveApi({ ...serving, controller, watching, gateway: opened.status, secrets });
  closers.push(() => api.close());
  watching.start();
  log.info({ api: api.place, repository: repository.url, state: stateDirectory }, "controller is up");
  return controller;
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
    if (process.env["npm_command"] === "exec") whenOrphaned(() => resolve("the end of npx"));
  });
}

/** npm ends without telling its shell, or tells its shell alone, which tells nobody: what npx has started and has lost one of the two was told to stop. */
function whenOrphaned(stop: () => void): void {
  const ancestors = parentAndGrandparent();
  const looking = setInterval(() => {
    if (parentAndGrandparent() === ancestors) return;
    clearInterval(looking);
    stop();
  }, lookEveryMs);
  looking.unref();
}

function parentAndGrandparent(): string {
  const { ppid } = process;
  try {
    const text = readFileSync(`/proc/${ppid}/stat`, "utf8");
    return `${ppid} ${text.slice(text.lastIndexOf(")") + 2).split(" ")[1]}`;
  } catch {
    return `${ppid}`;
  }
}

const lookEveryMs = 1_000;

function readerOf(log: Log, repository: GitRepository, closers: Closers): NonNullable<Assembly["reader"]> {
  return (about) => {
    const reading = readInThread({ about, repository, log });
    closers.push(() => reading.close());
    return reading;
  };
}
