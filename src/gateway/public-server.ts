/** The public port: takes requests in, finds who serves them, and hands them over. */

import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { setTimeout as wait } from "node:timers/promises";
import type { GatewaySettings } from "../domain/config/config.ts";
import type { EnvironmentName } from "../domain/names.ts";
import type { Log } from "../ports/log.ts";
import { answer, answerOnSocket } from "./answers.ts";
import { Exchange } from "./exchange.ts";
import { headWithoutOffer, requestHeaders, requestIdOf, stickyValue } from "./headers.ts";
import { engineMarkOf, isCheck } from "./own-requests.ts";
import { askedBy, createOwnAddresses, type OwnEnvironment } from "./own-addresses.ts";
import { createPipelining, type Pipelining } from "./pipelining.ts";
import { resolve, type Environments } from "./resolve.ts";
import { createTrust } from "./trusted-proxies.ts";
import { isWebSocket, tunnel, type Upgrade } from "./tunnel.ts";
import type { Upstreams } from "./upstreams.ts";

interface Dependencies {
  /** The table at this moment: a request keeps the one it began with. */
  readonly environments: () => Environments;
  readonly upstreams: Upstreams;
  readonly settings: Pick<GatewaySettings, "trustedProxies" | "bodyIdleMs" | "environments">;
  /** By what the controller's own requests are known. */
  readonly checkMark: string;
  readonly log: Log;
  /** A connection is over. */
  readonly onClosed?: () => void;
}

interface Handling extends Dependencies {
  readonly isTrusted: (socket: Socket) => boolean;
  readonly ownEnvironment: OwnEnvironment;
}

/** The server of the public port, and the connections that left HTTP. */
export interface PublicServer {
  readonly server: Server;
  /** Takes in a connection that somebody else accepted, on the port of an environment or (null) of all. */
  take(socket: Socket, environment: EnvironmentName | null): void;
  /** All that are open. */
  readonly connections: ReadonlySet<Socket>;
  /** Takes no more requests and resolves once those in flight are over, at the latest after `limitMs`. */
  finish(limitMs: number): Promise<void>;
}

const maxHeaderBytes = 32 * 1024;
const headersTimeoutMs = 60_000;
/** Longer than the 60 s of usual load balancers, so that they close first. */
const keepAliveTimeoutMs = 65_000;
const lookEveryMs = 20;

/** Not listening yet. */
export function createPublicServer(given: Dependencies): PublicServer {
  const isTrusted = createTrust(given.settings.trustedProxies);
  const { ownEnvironment, cameFor } = createOwnAddresses(given.settings, isTrusted);
  const dependencies = { ...given, isTrusted, ownEnvironment };
  const pipelining = createPipelining();
  const tunnels = new Set<Duplex>();
  const connections = new Set<Socket>();
  let isDraining = false;
  let isWatching = false;
  // requestTimeout 0: an upload may take as long as it moves; slow headers are cut by headersTimeout.
  const server = createServer({
    maxHeaderSize: maxHeaderBytes,
    requestTimeout: 0,
    headersTimeout: headersTimeoutMs,
    keepAliveTimeout: keepAliveTimeoutMs,
    noDelay: true,
  });
  const take = (request: IncomingMessage, response: ServerResponse, onServed?: () => void) => {
    if (!pipelining.enter(request.socket, response)) return;
    if (isDraining) response.shouldKeepAlive = false;
    guard(dependencies.log, response, () => handle(dependencies, request, response, onServed));
  };
  server.on("connection", keepKnown(connections, given.onClosed));
  server.on("request", (request, response) => take(request, response));
  // A caller that was not told to go on may or may not send its body, so what follows on its connection is not to be read.
  server.on("checkContinue", (request, response) => {
    const isKept = response.shouldKeepAlive;
    response.shouldKeepAlive = false;
    take(request, response, () => {
      response.shouldKeepAlive = isKept && !isDraining;
      response.writeContinue();
    });
  });
  server.on("upgrade", (request, socket, head) => onUpgrade(server, pipelining, { ...dependencies, tunnels, request, socket, head }));
  server.on("clientError", refuseMalformed);
  return {
    server,
    connections,
    take(socket, environment) {
      if (environment !== null) cameFor(socket, environment);
      // What watches over slow headers begins with this event, which only a server that listens itself has.
      if (!server.listening && !isWatching) server.emit("listening");
      isWatching = true;
      server.emit("connection", socket);
    },
    finish(limitMs) {
      isDraining = true;
      return finish({ server, tunnels, connections }, limitMs);
    },
  };
}

/** An offer to leave HTTP: taken up for a WebSocket alone. */
function onUpgrade(server: Server, pipelining: Pipelining, upgrade: Upgrade & { readonly log: Log }): void {
  const { request, socket, head } = upgrade;
  if (isWebSocket(request)) return leaveHttp(upgrade);
  if (!pipelining.mayReadAgain(socket)) return;
  // Another protocol, such as h2c, is not spoken: as a server may, the offer is ignored, and the request read again without it.
  socket.unshift(Buffer.concat([headWithoutOffer(request), head]));
  server.emit("connection", socket);
}

/** Each connection once: one whose first request offered another protocol comes twice. */
function keepKnown(connections: Set<Socket>, onClosed?: () => void): (socket: Socket) => void {
  return (socket) => {
    if (connections.has(socket)) return;
    connections.add(socket);
    socket.once("close", () => {
      connections.delete(socket);
      onClosed?.();
    });
  };
}

function leaveHttp({ log, ...upgrade }: Upgrade & { readonly log: Log }): void {
  const { socket } = upgrade;
  socket.on("error", () => socket.destroy());
  try {
    tunnel(upgrade);
  } catch (error) {
    log.error({ error }, "gateway failed on an upgrade");
    socket.destroy();
  }
}

interface Open {
  readonly server: Server;
  readonly tunnels: ReadonlySet<Duplex>;
  readonly connections: ReadonlySet<Socket>;
}

/** Requests finish; WebSockets, which would never, are ended when the requests are over. */
async function finish({ server, tunnels, connections }: Open, limitMs: number): Promise<void> {
  const limit = performance.now() + limitMs;
  const endTunnelsAt = performance.now() + Math.min(1_000, limitMs);
  server.close();
  for (const socket of tunnels) socket.end();
  while (connections.size > 0 && performance.now() < limit) {
    server.closeIdleConnections();
    if (performance.now() >= endTunnelsAt) tunnels.forEach((socket) => socket.destroy());
    await wait(lookEveryMs);
  }
  connections.forEach((socket) => socket.destroy());
}

function handle(dependencies: Handling, request: IncomingMessage, response: ServerResponse, onServed?: () => void): void {
  const startedAtMs = performance.now();
  const requestId = requestIdOf(request);
  const resolved = resolve(dependencies.environments(), askedBy(request, dependencies.ownEnvironment));
  if (resolved.kind === "none") return answer(response, requestId, resolved.answer);
  const { environment, prefix, target, service } = resolved;
  const version = service.choose(stickyValue(request, service.route.sticky));
  if (version === null)
    return answer(response, requestId, { status: 503, error: "no-version", message: "No version takes requests.", about: { environment } });
  onServed?.();
  const headers = requestHeaders(request, prefix, requestId, dependencies.isTrusted(request.socket));
  const isOwn = isCheck(request.headers, dependencies.checkMark);
  if (isOwn) headers.push(...engineMarkOf(request.headers));
  const { timeoutMs } = service.route;
  const { eject } = dependencies.upstreams;
  const { bodyIdleMs } = dependencies.settings;
  new Exchange({
    request,
    response,
    requestId,
    environment,
    prefix,
    target,
    headers,
    version,
    timeoutMs,
    bodyIdleMs,
    startedAtMs,
    isCounted: !isOwn,
    eject,
  }).send();
}

/** One request's failure is that request's alone. */
function guard(log: Log, response: ServerResponse, work: () => void): void {
  try {
    work();
  } catch (error) {
    log.error({ error }, "gateway failed on a request");
    answer(response, requestIdOf(response.req), { status: 500, error: "internal", message: "The gateway failed on this request." });
  }
}

/** Bytes that are no HTTP, or too much of it. */
function refuseMalformed(error: Error & { readonly code?: string }, socket: Duplex): void {
  if (error.code === "ECONNRESET" || !socket.writable) return void socket.destroy();
  const [status, message] = malformed[error.code ?? ""] ?? ([400, "The request is not well-formed HTTP."] as const);
  answerOnSocket(socket, randomUUID(), { status, error: "bad-request", message });
}

const malformed: Readonly<Record<string, readonly [number, string] | undefined>> = {
  HPE_HEADER_OVERFLOW: [431, `The headers are larger than ${maxHeaderBytes} bytes.`],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: [413, "The chunk extensions are too large."],
  ERR_HTTP_REQUEST_TIMEOUT: [408, `The headers did not arrive within ${headersTimeoutMs} ms.`],
};
