/** Finds the gateway of a state folder or starts one, and starts it again when it dies. It outlives the controller that started it. */

import { setTimeout as wait } from "node:timers/promises";
import type { GatewaySettings } from "../../../domain/config/config.ts";
import type { Log } from "../../../ports/log.ts";
import { createGatewayRouter, type GatewayRouter } from "./client.ts";
import { portOf, readIdentity, settingsText, type Identity, userOf } from "../../../gateway/identity.ts";
import { keepToken } from "./kept-token.ts";
import { type GatewayChange, superviseGateway } from "./supervise.ts";
import { isRunning, terminate, terminateWhole } from "../../../platform/owned-process.ts";
import { spawnGateway } from "./spawn.ts";

export interface LauncherOptions {
  /** The gateway's own folder: table and identity. */
  readonly stateDirectory: string;
  /** The controller's: the token of the control port, and the log. The same where the gateway runs as the controller's user. */
  readonly keptIn: string;
  /** Null: as the controller. */
  readonly runAs: GatewayUser | null;
  readonly host: string;
  /** 0: any, preferably the one before. */
  readonly port: number;
  readonly settings: GatewaySettings;
  /** Program and arguments; the options of `pinion gateway` are added. Its output goes to `gateway.log` in `keptIn`. */
  readonly command: readonly string[];
  readonly log: Log;
}

/** Whom it runs as. */
export interface GatewayUser {
  readonly uid: number;
  readonly gid: number;
}

export interface GatewayProcess {
  readonly router: GatewayRouter;
  /** Whether one ran here already, which traffic may rely on. */
  readonly wasThere: boolean;
  /** Whether there has been one here, which had ended. */
  readonly wasDown: boolean;
  /** Base of the public address, as of now. */
  publicUrl(): string;
  /** Calls back on every change from now on; gives what ends that. */
  onChange(listener: (change: GatewayChange) => void): () => void;
  /** Ends the gateway: it finishes what is in flight first. */
  stop(): Promise<void>;
  /** Leaves the gateway running by itself. */
  detach(): Promise<void>;
}

/** The gateway's own limit for what is in flight is 30 s. */
const stopLimitMs = 35_000;
/** One of an earlier release ends when it is told to; one that hangs does not. */
const leftOverLimitMs = 5_000;
/** Workers end by themselves when their primary is gone, after what is in flight; one that hangs does not. */
const orphanLimitMs = 8_000;
/** A standby has everything loaded; its workers must start. */
const successionLimitMs = 20_000;
const askEveryMs = 20;

/** Resolves once a gateway answers. @throws `router/unreachable` when the one started does not come up, with the end of its log. */
export async function ensureGatewayProcess(options: LauncherOptions): Promise<GatewayProcess> {
  const token = keepToken(options);
  const { stateDirectory, settings } = options;
  const router = createGatewayRouter({ gateway: { stateDirectory, token }, publicUrl: null, environments: settings.environments });
  const listeners = new Set<(change: GatewayChange) => void>();
  const tell = (change: GatewayChange) => listeners.forEach((listener) => listener(change));
  const start = async () => {
    const identity = await adoptOrSpawn({ ...options, token }, router);
    // From now on nobody else may set its routes.
    for (const why of await router.heartbeat()) {
      options.log.warn({ pid: identity.pid }, why);
      tell({ kind: "tampered", why });
    }
    return identity;
  };
  const before = readIdentity(options.stateDirectory);
  const wasThere = before !== null && (isRunning(before) || hasStandby(before));
  const first = await start();
  const watch = superviseGateway({ first, start, ask: () => router.heartbeat(), end: endHanging, tell, log: options.log });
  const detach = async () => {
    await watch.end();
    listeners.clear();
    await router.close();
  };
  return {
    router,
    wasThere,
    wasDown: before !== null && !wasThere,
    publicUrl: () => watch.current().url,
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async stop() {
      await detach();
      await terminateWhole(readIdentity(stateDirectory) ?? watch.current(), stopLimitMs);
    },
    detach,
  };
}

type Launching = LauncherOptions & { readonly token: string };

async function adoptOrSpawn(options: Launching, router: GatewayRouter): Promise<Identity> {
  const { log } = options;
  const found = await findServing(options, router);
  if (found && isWhereAsked(found, options)) {
    log.info({ pid: found.pid, url: found.url }, "gateway found and adopted");
    return found;
  }
  const successor = found && (await replace(found, options, router));
  if (successor) return successor;
  const started = await spawnGateway({ ...options, isServing: (identity) => isServing(identity, router) });
  log.info({ pid: started.pid, url: started.url }, "gateway started");
  return started;
}

/** The gateway of the folder; null: there is none, and nothing of one either. */
async function findServing({ stateDirectory, log }: Launching, router: GatewayRouter): Promise<Identity | null> {
  const found = readIdentity(stateDirectory);
  if (found === null || (await isServing(found, router))) return found;
  if (isRunning(found)) {
    log.warn({ pid: found.pid }, "a gateway was left that does not answer as one of this release; it is ended");
    await terminate(found, leftOverLimitMs);
  }
  endOrphans(found);
  if (!hasStandby(found)) return null;
  const next = await successorOf(found, stateDirectory, router);
  if (next) log.info({ pid: next.pid, url: next.url }, "the standby of the gateway continues");
  // What hangs would hold the port.
  else await terminateWhole(found, leftOverLimitMs);
  return next;
}

/** Another one in its place that is set up as asked: on the same sockets where it can be, else null once the port is free. */
async function replace(found: Identity, options: Launching, router: GatewayRouter): Promise<Identity | null> {
  const { stateDirectory, host, port, settings, log } = options;
  log.warn({ pid: found.pid, url: found.url, host, port }, "gateway is set up otherwise than configured; replacing it");
  if (isUserAsked(found, options) && (await router.succeed({ host, port, settings }))) {
    const next = await successorOf(found, stateDirectory, router);
    if (next && isWhereAsked(next, options)) return next;
  }
  await terminateWhole(readIdentity(stateDirectory) ?? found, stopLimitMs);
  return null;
}

/** Resolves once another process serves the folder; with null when none can, or none does in time. */
async function successorOf(before: Identity, stateDirectory: string, router: GatewayRouter): Promise<Identity | null> {
  const limit = performance.now() + successionLimitMs;
  while (performance.now() < limit) {
    const found = readIdentity(stateDirectory);
    if (found && found.pid !== before.pid && (await isServing(found, router))) return found;
    if (found === null || (!isRunning(found) && !hasStandby(found))) return null;
    await wait(askEveryMs);
  }
  return null;
}

function hasStandby({ standby }: Identity): boolean {
  return standby !== null && isRunning(standby);
}

async function endHanging(gateway: Identity): Promise<void> {
  await terminate(gateway, 0);
  endOrphans(gateway);
}

/** Beside all else: what is in flight at a worker may end in peace. */
function endOrphans({ workers }: Identity): void {
  for (const worker of workers) void terminate(worker, orphanLimitMs);
}

/** Alive, and answers to the token: a process id alone may be anybody's by now. */
async function isServing(identity: Identity, router: GatewayRouter): Promise<boolean> {
  if (!isRunning(identity)) return false;
  return router.probe().then(
    () => true,
    () => false,
  );
}

function isUserAsked({ pid }: Identity, { runAs }: LauncherOptions): boolean {
  return runAs === null || userOf(pid) === runAs.uid;
}

function isWhereAsked(identity: Identity, options: LauncherOptions): boolean {
  const { host, port, settings } = options;
  if (!isUserAsked(identity, options)) return false;
  const isPort = port === 0 || portOf(identity.url) === port;
  return isPort && identity.host === host && identity.settings === settingsText(settings);
}
