/** Finds the gateway of a state folder or starts one, and starts it again when it dies. It outlives whoever started it. */

import type { Log } from "../../../ports/log.ts";
import { createGatewayRouter, type GatewayRouter } from "./client.ts";
import { isAlive, portOf, readIdentity, type Identity } from "./identity.ts";
import { spawnGateway, terminate } from "./spawn.ts";

export interface LauncherOptions {
  readonly stateDirectory: string;
  readonly host: string;
  /** 0: any, preferably the one before. */
  readonly port: number;
  /** Program and arguments; `--state DIR --host HOST --port PORT` are added. Its output goes to `gateway.log` in the state folder. */
  readonly command: readonly string[];
  readonly log: Log;
}

/** What became of the gateway's process. */
export type GatewayChange =
  | { readonly kind: "up"; readonly pid: number; readonly publicUrl: string }
  | { readonly kind: "down"; readonly why: string };

export interface GatewayProcess {
  readonly router: GatewayRouter;
  /** Base of the public address, as of now. */
  publicUrl(): string;
  /** Calls back on every change from now on; gives what ends that. */
  onChange(listener: (change: GatewayChange) => void): () => void;
  /** Ends the gateway: it finishes what is in flight first. */
  stop(): Promise<void>;
  /** Leaves the gateway running by itself. */
  detach(): Promise<void>;
}

const watchEveryMs = 250;
const firstRestartMs = 100;
const longestRestartMs = 5_000;
/** A gateway that stayed up that long is not in a crash loop. */
const settledAfterMs = 30_000;

/** Resolves once a gateway answers. @throws `router/unreachable` when the one started does not come up, with the end of its log. */
export async function ensureGatewayProcess(options: LauncherOptions): Promise<GatewayProcess> {
  const router = createGatewayRouter({ gateway: { stateDirectory: options.stateDirectory }, publicUrl: null });
  const listeners = new Set<(change: GatewayChange) => void>();
  const tell = (change: GatewayChange) => listeners.forEach((listener) => listener(change));
  const first = await adoptOrSpawn(options, router);
  const watch = keepUp({ first, start: () => adoptOrSpawn(options, router), tell, log: options.log });
  const detach = async () => {
    await watch.end();
    listeners.clear();
    await router.close();
  };
  return {
    router,
    publicUrl: () => watch.current().url,
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async stop() {
      await detach();
      await terminate(watch.current().pid);
    },
    detach,
  };
}

interface KeepUp {
  readonly first: Identity;
  readonly start: () => Promise<Identity>;
  readonly tell: (change: GatewayChange) => void;
  readonly log: Log;
}

/** Looks whether the process is there, and starts it again when it is not, later each time while it does not stay. */
function keepUp({ first, start, tell, log }: KeepUp): { current(): Identity; end(): Promise<void> } {
  let current = first;
  let isOver = false;
  let timer: NodeJS.Timeout | undefined;
  let pending: Promise<void> = Promise.resolve();
  const later = (work: () => void, delayMs: number) => {
    if (!isOver) timer = setTimeout(work, delayMs).unref();
  };
  const restart = async (delayMs: number): Promise<void> => {
    try {
      current = await start();
      tell({ kind: "up", pid: current.pid, publicUrl: current.url });
      watch(performance.now(), delayMs);
    } catch (error) {
      log.error({ error }, "gateway does not come up; trying again");
      again(delayMs);
    }
  };
  const again = (delayMs: number) => later(() => void (pending = restart(Math.min(longestRestartMs, delayMs * 2))), delayMs);
  const watch = (sinceMs: number, delayMs: number): void => {
    later(() => {
      if (isAlive(current.pid)) return watch(sinceMs, delayMs);
      log.warn({ pid: current.pid }, "gateway died; starting it again");
      tell({ kind: "down", why: `process ${current.pid} is gone` });
      again(performance.now() - sinceMs > settledAfterMs ? firstRestartMs : delayMs);
    }, watchEveryMs);
  };
  watch(performance.now(), firstRestartMs);
  return {
    current: () => current,
    async end() {
      isOver = true;
      clearTimeout(timer);
      await pending;
    },
  };
}

async function adoptOrSpawn(options: LauncherOptions, router: GatewayRouter): Promise<Identity> {
  const { stateDirectory, log } = options;
  const found = readIdentity(stateDirectory);
  if (found && (await isServing(found, router))) {
    if (isWhereAsked(found, options)) {
      log.info({ pid: found.pid, url: found.url }, "gateway found and adopted");
      return found;
    }
    log.warn(
      { pid: found.pid, url: found.url, host: options.host, port: options.port },
      "gateway listens elsewhere than configured; replacing it",
    );
    await terminate(found.pid);
  }
  const started = await spawnGateway({ ...options, isServing: (identity) => isServing(identity, router) });
  log.info({ pid: started.pid, url: started.url }, "gateway started");
  return started;
}

/** Alive, and answers to the token: a process id alone may be anybody's by now. */
async function isServing(identity: Identity, router: GatewayRouter): Promise<boolean> {
  if (!isAlive(identity.pid)) return false;
  return router.routes("probe").then(
    () => true,
    () => false,
  );
}

function isWhereAsked(identity: Identity, { host, port }: LauncherOptions): boolean {
  const isPort = port === 0 || portOf(identity.url) === port;
  return isPort && identity.host === host;
}
