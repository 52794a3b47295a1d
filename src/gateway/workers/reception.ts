/** Accepts the connections of a gateway, reads nothing of them, and hands them on; no more of them than it may. */

import { createServer, type Server, type Socket } from "node:net";
import type { EnvironmentName } from "../../domain/names.ts";
import type { Log } from "../../ports/log.ts";
import type { Pool } from "./pool.ts";

export interface ReceptionOptions {
  readonly pool: Pick<Pool, "hand" | "connections">;
  readonly mostConnections: number;
  /** The environment whose own port this is; null: the port of all. */
  readonly listener: EnvironmentName | null;
  readonly log: Log;
}

/** How often it is said that connections are refused. */
const sayEveryMs = 60_000;
/** How long an answer may take to be read before its connection is cut. */
const lingerMs = 1_000;
const body = '{"error":"too-many-connections","message":"The gateway has as many connections as it may."}\n';
const refusal = [
  "HTTP/1.1 503 Service Unavailable",
  "content-type: application/json; charset=utf-8",
  `content-length: ${body.length}`,
  "retry-after: 1",
  "connection: close",
  "",
  body,
].join("\r\n");

/** Not listening yet. */
export function createReception({ pool, mostConnections, listener, log }: ReceptionOptions): Server {
  let saidAtMs = Number.NEGATIVE_INFINITY;
  const server = createServer({ pauseOnConnect: true, noDelay: true }, (socket) => {
    socket.on("error", () => socket.destroy());
    if (pool.connections() < mostConnections) return pool.hand({ socket, listener });
    refuse(socket);
    if (performance.now() - saidAtMs < sayEveryMs) return;
    saidAtMs = performance.now();
    log.warn(
      { connections: mostConnections },
      "the gateway has as many connections as it may (gateway.limits.connections); more are refused",
    );
  });
  // What goes wrong with one connection is not the end of all.
  server.on("error", (error) => log.error({ error }, "the gateway cannot accept a connection"));
  return server;
}

function refuse(socket: Socket): void {
  socket.end(refusal);
  // Bytes left unread would make the system cut the answer off.
  socket.resume();
  setTimeout(() => socket.destroy(), lingerMs).unref();
}
