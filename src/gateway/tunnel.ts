/** Upgraded connections (WebSocket): the handshake is passed on like a request, then bytes flow both ways until one side ends. */

import { request as requestHttp, STATUS_CODES, type ClientRequest, type IncomingMessage } from "node:http";
import { request as requestHttps } from "node:https";
import type { Socket } from "node:net";
import { pipeline, type Duplex } from "node:stream";
import { answerOnSocket, type OwnAnswer } from "./answers.ts";
import { callerGone, type Counter } from "./counters.ts";
import { requestHeaders, requestIdOf, responseHeaders, stickyValue } from "./headers.ts";
import { askedBy, type OwnEnvironment } from "./own-addresses.ts";
import { resolve, type Environments } from "./resolve.ts";
import { addressesOf, choosePlace, type Place, type RoutedVersion } from "./routing.ts";
import type { Upstreams } from "./upstreams.ts";

/** A request to leave HTTP, and its bare connection. */
export interface Upgrade {
  readonly environments: () => Environments;
  readonly upstreams: Upstreams;
  /** The environment whose own address was asked; null: none. */
  readonly ownEnvironment: OwnEnvironment;
  readonly tunnels: Set<Duplex>;
  readonly isTrusted: (socket: Socket) => boolean;
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  /** What followed the headers already. */
  readonly head: Buffer;
}

interface Handshake extends Upgrade {
  readonly version: RoutedVersion;
  readonly requestId: string;
  readonly environment: string;
  readonly prefix: string;
  readonly target: string;
  readonly timeoutMs: number;
  readonly startedAtMs: number;
}

const unknownLength: OwnAnswer = {
  status: 411,
  error: "bad-request",
  message: "A body of unknown length cannot be sent together with an Upgrade.",
};

/** Passes the handshake on, or answers why not. */
export function tunnel(upgrade: Upgrade): void {
  const { request, socket } = upgrade;
  const startedAtMs = performance.now();
  const requestId = requestIdOf(request);
  const resolved = resolve(upgrade.environments(), askedBy(request, upgrade.ownEnvironment));
  if (resolved.kind === "none") return answerOnSocket(socket, requestId, resolved.answer);
  if (request.headers["transfer-encoding"] !== undefined) return answerOnSocket(socket, requestId, unknownLength);
  const { service, environment, prefix, target } = resolved;
  const version = service.choose(stickyValue(request, service.route.sticky));
  const handshake = version && {
    ...upgrade,
    version,
    requestId,
    environment,
    prefix,
    target,
    timeoutMs: service.route.timeoutMs,
    startedAtMs,
  };
  if (handshake === null)
    return answerOnSocket(socket, requestId, { status: 503, error: "no-version", message: "No version takes requests." });
  attempt(handshake, []);
}

function attempt(handshake: Handshake, tried: readonly Place[]): void {
  const { version, socket, requestId } = handshake;
  const place = choosePlace(version, tried);
  if (place === null)
    return answerOnSocket(
      socket,
      requestId,
      about(handshake, { status: 502, error: "instance-unreachable", message: "No instance of the version accepts connections." }),
    );
  const end = once(place.counter, handshake.startedAtMs);
  const outgoing = open(handshake, place);
  const giveUp = () => outgoing.destroy();
  let isConnected = false;
  socket.once("close", giveUp);
  outgoing.once("socket", (upstream: Socket) => upstream.once("connect", () => (isConnected = true)));
  outgoing.on("upgrade", (response, upstream, head) => {
    // From now on the two connections end each other.
    socket.off("close", giveUp);
    join({ handshake, place, end, response, upstream, head });
  });
  outgoing.on("response", (response) => relay({ handshake, place, end, response }));
  outgoing.on("timeout", () => outgoing.destroy(new Error("timeout")));
  outgoing.on("error", (error) => {
    socket.off("close", giveUp);
    if (socket.destroyed) return end(callerGone, false);
    if (!isConnected) {
      handshake.upstreams.eject(place.upstream, error.message);
      end(null, false);
      return attempt(handshake, [...tried, place]);
    }
    const status = error.message === "timeout" ? 504 : 502;
    end(status, true);
    answerOnSocket(
      socket,
      requestId,
      about(handshake, { status, error: status === 504 ? "timeout" : "bad-answer", message: "The version did not answer the upgrade." }),
    );
  });
  outgoing.end();
}

function open(handshake: Handshake, place: Place): ClientRequest {
  const { request, prefix, requestId, target, timeoutMs } = handshake;
  const { origin } = place.upstream;
  const headers = requestHeaders(request, prefix, requestId, handshake.isTrusted(request.socket));
  headers.push("host", new URL(origin).host, "connection", "Upgrade", "upgrade", request.headers.upgrade ?? "");
  const connect = origin.startsWith("https:") ? requestHttps : requestHttp;
  return connect(origin, {
    agent: false,
    method: request.method ?? "GET",
    path: place.prefix + target,
    headers,
    timeout: timeoutMs,
  });
}

interface Answered {
  readonly handshake: Handshake;
  readonly place: Place;
  readonly end: End;
  readonly response: IncomingMessage;
}

interface Joined extends Answered {
  readonly upstream: Duplex;
  readonly head: Buffer;
}

function join({ handshake, place, end, response, upstream, head }: Joined): void {
  const { socket, tunnels } = handshake;
  socket.write(headOf({ handshake, place, response }, ["connection", "Upgrade", "upgrade", response.headers.upgrade ?? "websocket"]));
  if (head.length > 0) socket.write(head);
  if (handshake.head.length > 0) upstream.write(handshake.head);
  for (const side of [socket, upstream] as Socket[]) {
    // Two pipelines hold on to each side.
    side.setMaxListeners(20);
    side.setTimeout(0);
    side.setNoDelay(true);
    side.setKeepAlive(true, 30_000);
  }
  tunnels.add(socket);
  const done = end.open(101);
  pipeline(upstream, socket, () => socket.destroy());
  pipeline(socket, upstream, () => upstream.destroy());
  socket.once("close", () => {
    tunnels.delete(socket);
    done();
  });
}

/** The version did not upgrade: its plain answer goes back, and the connection ends with it. */
function relay({ handshake, place, end, response }: Answered): void {
  const { socket } = handshake;
  const isBare = response.statusCode === 204 || response.statusCode === 304;
  const coding = !isBare && response.headers["content-length"] === undefined ? ["transfer-encoding", "chunked"] : [];
  socket.write(headOf({ handshake, place, response }, ["connection", "close", ...coding]));
  const isChunked = coding.length > 0;
  response.on("data", (chunk: Buffer) => {
    const isFull = !socket.write(
      isChunked ? Buffer.concat([Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from("\r\n")]) : chunk,
    );
    if (!isFull) return;
    response.pause();
    socket.once("drain", () => response.resume());
  });
  response.on("end", () => socket.end(isChunked ? "0\r\n\r\n" : undefined));
  response.on("error", () => socket.destroy());
  response.once("close", () => end(response.statusCode ?? 502, !response.complete));
}

function headOf({ handshake, place, response }: Omit<Answered, "end">, own: readonly string[]): string {
  const { version, prefix, requestId } = handshake;
  const from = { version: version.version, process: version.process, addresses: addressesOf(place, prefix), takesTrailers: false };
  const { headers } = responseHeaders(response.rawHeaders, from, requestId);
  const status = response.statusCode ?? 502;
  const all = [...headers, ...own];
  const lines = all.flatMap((name, index) => (index % 2 === 0 ? [`${name}: ${all[index + 1] ?? ""}\r\n`] : []));
  return `HTTP/1.1 ${status} ${response.statusMessage ?? STATUS_CODES[status] ?? ""}\r\n${lines.join("")}\r\n`;
}

/** Ends a count once; a null status means it was not this instance's request after all. */
interface End {
  (status: number | null, failed: boolean): void;
  /** Counts the handshake now and gives what ends the stay. */
  open(status: number): () => void;
}

function once(counter: Counter, startedAtMs: number): End {
  let isOver = false;
  counter.begin();
  const leave = () => {
    if (isOver) return false;
    isOver = true;
    counter.withdraw();
    return true;
  };
  const tookMs = () => performance.now() - startedAtMs;
  const end = (status: number | null, failed: boolean) => {
    if (leave() && status !== null) counter.note(status, failed, tookMs());
  };
  const openTunnel = (status: number) => {
    counter.note(status, false, tookMs());
    return () => void leave();
  };
  return Object.assign(end, { open: openTunnel });
}

/** Whether a request wants to leave HTTP for a WebSocket, the one protocol that is passed on. */
export function isWebSocket(request: IncomingMessage): boolean {
  return request.headers.upgrade?.toLowerCase() === "websocket";
}

function about({ environment, version }: Handshake, own: OwnAnswer): OwnAnswer {
  return {
    ...own,
    about: { environment, process: version.process, version: version.version },
    headers: { "x-pinion-version": version.version, "x-pinion-process": version.process },
  };
}
