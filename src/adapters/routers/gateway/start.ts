/** Puts a gateway together and starts it, in this process. */

import { randomBytes } from "node:crypto";
import { mkdir } from "node:fs/promises";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { PinionError } from "../../../domain/errors.ts";
import type { Log } from "../../../ports/log.ts";
import { createControlServer } from "./control-server.ts";
import { createCounters } from "./counters.ts";
import { isAlive, portOf, readIdentity, writeIdentity, type Identity } from "./identity.ts";
import { openLiveTable } from "./live-table.ts";
import { createPublicServer, type PublicServer } from "./public-server.ts";
import { createUpstreams } from "./upstreams.ts";

/** What a gateway is started with. */
export interface GatewayOptions {
  /** Table and identity live there; one gateway per folder. */
  readonly stateDirectory: string;
  /** The public address to listen on. */
  readonly host: string;
  /** 0: the port of the gateway before in this folder when it is free, else any. */
  readonly port: number;
  /** The same, on loopback; default 0. */
  readonly controlPort?: number;
  readonly log: Log;
}

export interface Gateway {
  /** Base of the public address; `/<environment>/<path>` follows. */
  readonly url: string;
  readonly controlUrl: string;
  readonly token: string;
  /** Takes no more requests and resolves once those in flight are over, at the latest after `limitMs` (30 s). */
  close(limitMs?: number): Promise<void>;
}

const forgetCountersAfterMs = 15 * 60_000;
const sweepEveryMs = 60_000;
const closeLimitMs = 30_000;
const loopback = "127.0.0.1";

/** @throws `store/locked` when a gateway serves this state folder already. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { stateDirectory, host, log } = options;
  await mkdir(stateDirectory, { recursive: true, mode: 0o700 });
  const before = readIdentity(stateDirectory);
  if (before !== null) await refuseSecond(before);
  const token = before?.token ?? randomBytes(32).toString("base64url");
  const counters = createCounters(forgetCountersAfterMs);
  const upstreams = createUpstreams({ log });
  const table = await openLiveTable({ file: join(stateDirectory, "routes.json"), counters, upstreams, log });
  const open = createPublicServer({ environments: table.environments, upstreams, log });
  const control = createControlServer({ token, table, counters, upstreams, log });
  const sweeping = setInterval(table.sweep, sweepEveryMs).unref();

  const controlPort = await listen(control, loopback, options.controlPort ?? 0, before && portOf(before.controlUrl));
  const port = await listen(open.server, host, options.port, before && portOf(before.url)).catch((error: unknown) => {
    control.close();
    throw error;
  });
  const identity: Identity = {
    pid: process.pid,
    url: baseUrl(host, port),
    host,
    controlUrl: baseUrl(loopback, controlPort),
    token,
    startedAt: new Date().toISOString(),
  };
  await writeIdentity(stateDirectory, identity);
  log.info({ url: identity.url, controlUrl: identity.controlUrl }, "gateway is up");

  return {
    url: identity.url,
    controlUrl: identity.controlUrl,
    token,
    async close(limitMs = closeLimitMs) {
      clearInterval(sweeping);
      await finish(open, limitMs);
      control.closeAllConnections();
      await Promise.all([new Promise((resolve) => control.close(resolve)), upstreams.close()]);
    },
  };
}

/** Requests finish; WebSockets, which would never, are ended when the requests are over. */
async function finish(open: PublicServer, limitMs: number): Promise<void> {
  open.drain();
  const limit = setTimeout(() => open.server.closeAllConnections(), limitMs);
  const idling = setInterval(() => open.server.closeIdleConnections(), 50);
  const closed = new Promise((resolve) => open.server.close(resolve));
  for (const socket of open.tunnels) socket.end();
  const ending = setTimeout(() => open.tunnels.forEach((socket) => socket.destroy()), Math.min(1_000, limitMs));
  await closed;
  for (const timer of [limit, ending]) clearTimeout(timer);
  clearInterval(idling);
  open.tunnels.forEach((socket) => socket.destroy());
}

async function refuseSecond(before: Identity): Promise<void> {
  if (before.pid === process.pid || !isAlive(before.pid)) return;
  const health: unknown = await fetch(`${before.controlUrl}/healthz`, { signal: AbortSignal.timeout(2_000) })
    .then((response) => response.json())
    .catch(() => null);
  const isItself = typeof health === "object" && health !== null && "pid" in health && health.pid === before.pid;
  if (isItself) throw new PinionError("store/locked", `a gateway with process id ${before.pid} serves this state folder at ${before.url}`);
}

/** Listens on the port, or where 0 was asked on the one before, or on any. */
async function listen(server: Server, host: string, port: number, previous: number | null): Promise<number> {
  if (port !== 0 || previous === null) return listenOn(server, host, port);
  try {
    return await listenOn(server, host, previous);
  } catch {
    return listenOn(server, host, 0);
  }
}

function listenOn(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port, backlog: 1_024 }, () => {
      server.off("error", reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

/** An address that listens everywhere is called on loopback. */
function baseUrl(host: string, port: number): string {
  const everywhere = new Map([
    ["0.0.0.0", loopback],
    ["::", "::1"],
  ]);
  const callable = everywhere.get(host) ?? host;
  return `http://${callable.includes(":") ? `[${callable}]` : callable}:${port}`;
}
