/** The primary of a gateway: holds the listening sockets, the table and the control port, and outlives the workers that serve. Its standby goes on in its place. */

import { settingsText } from "../identity.ts";
import type { Server as ControlServer } from "node:http";
import type { Server } from "node:net";
import { gatewayDefaults } from "../../domain/config/config.ts";
import type { Log } from "../../ports/log.ts";
import { type GatewayFolder, listenForControl, openFolder, sayWho } from "../control.ts";
import { createControlServer } from "../control-server.ts";
import { createCounters } from "../counters.ts";
import type { Gateway } from "../gateway.ts";
import { baseUrl, listen } from "../listen.ts";
import { openLiveTable } from "../live-table.ts";
import { ownPorts } from "../own-addresses.ts";
import { checkMark } from "../own-requests.ts";
import type { Successor } from "../../schemas/gateway.ts";
import type { Health } from "../prometheus.ts";
import { tableFile } from "../table-file.ts";
import { guardTable, type TableGuard } from "../table-guard.ts";
import { createTrust } from "../trusted-proxies.ts";
import { createUpstreams, type Upstreams } from "../upstreams.ts";
import { childEnvironment } from "./child-environment.ts";
import { closeOthers, descriptorOf, type HeldSocket, type SocketRequest } from "../held-sockets.ts";
import type { PrimaryOptions, Succession } from "./primary-options.ts";
import { createPool, type Pool } from "./pool.ts";
import { createReception } from "./reception.ts";
import { keepStandby, type Standby } from "./standby.ts";

export interface Primary extends Gateway {
  /** Lets a successor go on with the same sockets. Resolves once this one has let go of everything but what is in flight. */
  handOver(change: Successor): Promise<void>;
}

const defaultWorkers = 2;
const defaultHeartbeatMs = 1_000;
const reportEveryMs = 50;
const forgetCountersAfterMs = 15 * 60_000;
const sweepEveryMs = 60_000;
const closeLimitMs = 30_000;

/** Starts a gateway whose requests are served by processes of their own. @throws `store/locked`, Error when no worker comes up. */
export async function startPrimary(options: PrimaryOptions): Promise<Primary> {
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
  onMembers: () => Promise<void>;
  standby: Standby | null;
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
  const parts: Pick<Parts, "onMembers" | "standby"> = { onMembers: () => Promise.resolve(), standby: null };
  const pool = createPool({
    workers: options.workers ?? defaultWorkers,
    settings: { ...settings, reportEveryMs, checkMark: checkMark(token) },
    table: table.all,
    counters,
    env: childEnvironment(process.env),
    heartbeatMs: options.heartbeatMs ?? defaultHeartbeatMs,
    onMembers: () => void parts.onMembers(),
    log,
  });
  const control = createControlServer({
    token,
    table,
    restored: guard.restored,
    counters,
    count: () => pool.count(),
    health: () => healthOf(upstreams, pool),
    succeed: options.onSuccessor ?? null,
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

async function openToAll(options: PrimaryOptions, folder: GatewayFolder, parts: Parts): Promise<Primary> {
  const { token, keptToken } = folder;
  const { pool, control } = parts;
  const { log, stateDirectory, host, settings = gatewayDefaults } = options;
  const controlUrl = await listenForControl(control, folder, options.controlPort ?? 0);
  const sockets = await listenToAll(options, folder, parts);
  const url = baseUrl(host, sockets[0]?.port ?? options.port);
  const identity = { url, host, controlUrl, token: keptToken, settings: settingsText(settings) };
  const say = () => sayWho(stateDirectory, { ...identity, workers: pool.members(), standby: parts.standby?.current() ?? null });
  const keep = (change: Successor | null) => {
    parts.standby = startStandby(
      { ...options, ...change },
      { token: keptToken === null ? token : null, sockets, onChange: () => void parts.onMembers() },
    );
  };
  keep(null);
  await say();
  parts.onMembers = inTurn(say, log);
  void parts.onMembers();
  log.info({ url, controlUrl }, "gateway is up");
  return {
    url,
    controlUrl,
    token,
    close: (limitMs = closeLimitMs) => closeAll(parts, limitMs),
    async handOver(change) {
      await parts.standby?.end();
      keep(change);
      // Who looks for the successor must find it, however soon this one ends.
      await Promise.all([parts.standby?.ready(), parts.onMembers()]);
      await stopTakingIn(parts);
      parts.standby?.letGo();
    },
  };
}

/** The public one first. */
async function listenToAll({ host, port, held = [] }: PrimaryOptions, folder: GatewayFolder, parts: Parts): Promise<readonly HeldSocket[]> {
  const open = { server: parts.reception, wanted: { host, port, previous: folder.before?.port ?? null } };
  const all = [open, ...parts.own.map((one) => ({ server: one.server, wanted: { host, port: one.port, previous: null } }))];
  const wanted: readonly SocketRequest[] = all.map((one) => one.wanted);
  closeOthers(held, wanted);
  const sockets: HeldSocket[] = [];
  for (const one of all) {
    const taken = await listen(one.server, one.wanted, held);
    sockets.push({ host, port: taken, descriptor: descriptorOf(one.server) ?? -1 });
  }
  return sockets;
}

interface StandbyParts {
  /** Null: kept in the folder. */
  readonly token: string | null;
  readonly sockets: readonly HeldSocket[];
  readonly onChange: () => void;
}

function startStandby(
  { log, held: _held, onSuccessor: _asked, ...succession }: PrimaryOptions,
  { token, sockets, onChange }: StandbyParts,
): Standby | null {
  const { standbyProgram } = succession;
  const isHeld = sockets.every(({ descriptor }) => descriptor >= 0);
  if (standbyProgram === undefined || !isHeld) return null;
  const told: Succession = { ...succession, token };
  const { heartbeatMs = defaultHeartbeatMs } = succession;
  return keepStandby({ program: standbyProgram, succession: told, sockets, heartbeatMs, onChange, log });
}

/** Nothing is written in the state folder any more, nothing new comes in; what is in flight goes on. */
async function stopTakingIn(parts: Parts): Promise<void> {
  const { control, reception, own, guard, sweeping } = parts;
  clearInterval(sweeping);
  guard.stop();
  parts.onMembers = () => Promise.resolve();
  for (const server of [reception, ...own.map((one) => one.server)]) server.close();
  await new Promise((resolve) => {
    control.close(resolve);
    control.closeAllConnections();
  });
}

async function closeAll(parts: Parts, limitMs: number): Promise<void> {
  // Before all else: it would go on with what ends here.
  await parts.standby?.end();
  const isShut = stopTakingIn(parts);
  await parts.pool.close(limitMs);
  await Promise.all([isShut, parts.upstreams.close()]);
}

function healthOf(upstreams: Upstreams, pool: Pool): readonly Health[] {
  const ejected = pool.ejected();
  return upstreams.all().map(({ origin }) => ({ origin, isEjected: ejected.has(origin) }));
}

/** Does the work again when it was asked for meanwhile, never twice at a time. Resolves once it is done. */
function inTurn(work: () => Promise<void>, log: Log): () => Promise<void> {
  let isWanted = false;
  let busy: Promise<void> | null = null;
  const run = async () => {
    while (isWanted) {
      isWanted = false;
      await work().catch((error: unknown) => log.error({ error }, "the gateway cannot say in its state folder who serves it"));
    }
    busy = null;
  };
  return () => {
    isWanted = true;
    busy ??= run();
    return busy;
  };
}
