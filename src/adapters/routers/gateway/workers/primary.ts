/** The primary of a gateway: holds the listening sockets, the table and the control port, and outlives the workers that serve. */

import { settingsText } from "../identity.ts";
import type { Server as ControlServer } from "node:http";
import type { Server } from "node:net";
import { gatewayDefaults } from "../../../../domain/controller-config.ts";
import type { Log } from "../../../../ports/log.ts";
import { type GatewayFolder, listenForControl, openFolder, sayWho } from "../control.ts";
import { createControlServer } from "../control-server.ts";
import { createCounters } from "../counters.ts";
import type { Gateway, GatewayOptions } from "../gateway.ts";
import { baseUrl, listen } from "../listen.ts";
import { openLiveTable } from "../live-table.ts";
import { ownPorts } from "../own-addresses.ts";
import type { Health } from "../prometheus.ts";
import { tableFile } from "../table-file.ts";
import { guardTable, type TableGuard } from "../table-guard.ts";
import { createTrust } from "../trusted-proxies.ts";
import { createUpstreams, type Upstreams } from "../upstreams.ts";
import { childEnvironment } from "./child-environment.ts";
import { createPool, type Pool } from "./pool.ts";
import { createReception } from "./reception.ts";

export interface PrimaryOptions extends GatewayOptions {
  /** How many processes serve; default 2. */
  readonly workers?: number;
  /** How often a worker is asked whether it is there; default 1 s. */
  readonly heartbeatMs?: number;
}

const defaultWorkers = 2;
const defaultHeartbeatMs = 1_000;
const reportEveryMs = 50;
const forgetCountersAfterMs = 15 * 60_000;
const sweepEveryMs = 60_000;
const closeLimitMs = 30_000;

/** Starts a gateway whose requests are served by processes of their own. @throws `store/locked`, Error when no worker comes up. */
export async function startPrimary(options: PrimaryOptions): Promise<Gateway> {
  const folder = await openFolder(options);
  const parts = await openParts(options, folder);
  try {
    await parts.pool.started();
    return await openToAll(options, folder, parts);
  } catch (error) {
    await closeAll(parts, 0);
    throw error;
  }
}

interface Parts {
  readonly pool: Pool;
  readonly control: ControlServer;
  /** Takes in connections from the public address. */
  readonly reception: Server;
  /** Take in connections for one environment each. */
  readonly own: readonly { readonly port: number; readonly server: Server }[];
  readonly upstreams: Upstreams;
  readonly guard: TableGuard;
  readonly sweeping: NodeJS.Timeout;
  /** Called when a worker has come or gone, once all is open. */
  onMembers: () => void;
}

async function openParts(options: PrimaryOptions, { token, tableFile: file }: GatewayFolder): Promise<Parts> {
  const { log, settings = gatewayDefaults } = options;
  // Said here, once, rather than by each worker at each start.
  createTrust(settings.trustedProxies);
  const counters = createCounters(forgetCountersAfterMs);
  // Nothing is ever sent there from here: only what origins there are is of use.
  const upstreams = createUpstreams({ log });
  const publish: Pool["publish"] = (changes) => pool.publish(changes);
  const storage = tableFile(file, log);
  const guard = guardTable(storage, log);
  const table = await openLiveTable({ storage, publish, counters, upstreams, log });
  const parts: { onMembers: Parts["onMembers"] } = { onMembers: () => undefined };
  const pool = createPool({
    workers: options.workers ?? defaultWorkers,
    settings: { ...settings, reportEveryMs },
    table: table.all,
    counters,
    env: childEnvironment(process.env),
    heartbeatMs: options.heartbeatMs ?? defaultHeartbeatMs,
    onMembers: () => parts.onMembers(),
    log,
  });
  const control = createControlServer({
    token,
    table,
    restored: guard.restored,
    counters,
    count: () => pool.count(),
    health: () => healthOf(upstreams, pool),
    log,
  });
  const sweeping = setInterval(table.sweep, sweepEveryMs).unref();
  return Object.assign(parts, {
    pool,
    control,
    reception: createReception({ pool, mostConnections: settings.maxConnections, listener: null, log }),
    own: ownPorts(settings).map(([listener, port]) => ({
      port,
      server: createReception({ pool, mostConnections: settings.maxConnections, listener, log }),
    })),
    upstreams,
    guard,
    sweeping,
  });
}

async function openToAll({ stateDirectory, host, ...options }: PrimaryOptions, folder: GatewayFolder, parts: Parts): Promise<Gateway> {
  const { token, keptToken, before } = folder;
  const { pool, control, reception, own } = parts;
  const { log, settings = gatewayDefaults } = options;
  const controlUrl = await listenForControl(control, folder, options.controlPort ?? 0);
  const port = await listen(reception, { host, port: options.port, previous: before?.port ?? null });
  for (const one of own) await listen(one.server, { host, port: one.port, previous: null });
  const url = baseUrl(host, port);
  const say = () =>
    sayWho(stateDirectory, { url, host, controlUrl, token: keptToken, settings: settingsText(settings), workers: pool.members() });
  await say();
  parts.onMembers = inTurn(say, log);
  parts.onMembers();
  log.info({ url, controlUrl }, "gateway is up");
  return { url, controlUrl, token, close: (limitMs = closeLimitMs) => closeAll(parts, limitMs) };
}

async function closeAll(parts: Parts, limitMs: number): Promise<void> {
  const { pool, control, reception, own, upstreams, guard, sweeping } = parts;
  clearInterval(sweeping);
  guard.stop();
  parts.onMembers = () => undefined;
  for (const server of [reception, ...own.map((one) => one.server)]) server.close();
  await pool.close(limitMs);
  control.closeAllConnections();
  await Promise.all([new Promise((resolve) => control.close(resolve)), upstreams.close()]);
}

function healthOf(upstreams: Upstreams, pool: Pool): readonly Health[] {
  const ejected = pool.ejected();
  return upstreams.all().map(({ origin }) => ({ origin, isEjected: ejected.has(origin) }));
}

/** Does the work again when it was asked for meanwhile, never twice at a time. */
function inTurn(work: () => Promise<void>, log: Log): () => void {
  let isWanted = false;
  let isBusy = false;
  const run = async () => {
    isBusy = true;
    while (isWanted) {
      isWanted = false;
      await work().catch((error: unknown) => log.error({ error }, "the gateway cannot say in its state folder who serves it"));
    }
    isBusy = false;
  };
  return () => {
    isWanted = true;
    if (!isBusy) void run();
  };
}
