/** A server in front of a git server that can be told to misbehave, over http or https, and that remembers what it was sent. */

import { createServer, request } from "node:http";
import type { IncomingMessage, RequestListener, Server, ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { testCertificate, testKey } from "./test-certificate.ts";

export interface FrontRequest {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | null;
  /** The how-manieth it is on its connection, from 1. */
  readonly onConnection: number;
}

/** Null: as the git server behind it. `break`: the connection ends without an answer. `trickle`: a word every now and then, without end. */
export type FrontAnswer =
  | null
  | "break"
  | "trickle"
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string };

export interface GitFront {
  readonly url: string;
  readonly requests: readonly FrontRequest[];
  behave(answer: (request: FrontRequest) => FrontAnswer): void;
  close(): Promise<void>;
}

/** `behind`: the base of the git server; null where everything is answered by `behave`. */
export async function startGitFront(behind: string | null, { tls = false }: { readonly tls?: boolean } = {}): Promise<GitFront> {
  const requests: FrontRequest[] = [];
  const perConnection = new WeakMap<object, number>();
  let behaviour: (request: FrontRequest) => FrontAnswer = () => null;
  const listener: RequestListener = (incoming, outgoing) => {
    const onConnection = (perConnection.get(incoming.socket) ?? 0) + 1;
    perConnection.set(incoming.socket, onConnection);
    const { method = "", url: path = "", headers } = incoming;
    const seen = { method, path, authorization: headers.authorization ?? null, onConnection };
    requests.push(seen);
    answer(behaviour(seen), incoming, outgoing, behind);
  };
  const server: Server = tls ? createTlsServer({ key: testKey, cert: testCertificate }, listener) : createServer(listener);
  // A connection whose TLS handshake is not over yet is none to `closeAllConnections`, and would be waited for.
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => void sockets.add(socket.once("close", () => sockets.delete(socket))));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `${tls ? "https" : "http"}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    behave: (next) => void (behaviour = next),
    close: () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      return closed;
    },
  };
}

function answer(how: FrontAnswer, incoming: IncomingMessage, outgoing: ServerResponse, behind: string | null): void {
  if (how === null && behind !== null) return forward(incoming, outgoing, behind);
  incoming.resume();
  if (how === "break") return void incoming.socket.destroy();
  if (how === "trickle") return trickle(outgoing);
  const { status, headers = {}, body = "" } = how ?? { status: 404 };
  outgoing.writeHead(status, headers).end(body);
}

function forward(incoming: IncomingMessage, outgoing: ServerResponse, behind: string): void {
  const { authorization: _, ...headers } = incoming.headers;
  const onward = request(`${behind}${incoming.url ?? ""}`, { method: incoming.method ?? "GET", headers }, (answered) => {
    outgoing.writeHead(answered.statusCode ?? 500, answered.headers);
    answered.pipe(outgoing);
  });
  onward.on("error", () => outgoing.destroy());
  incoming.pipe(onward);
}

function trickle(outgoing: ServerResponse): void {
  outgoing.writeHead(200, { "content-type": "application/x-git-upload-pack-result" });
  outgoing.write("000dpackfile\n");
  const timer = setInterval(() => outgoing.write("000a\u0002work\n".replace("000a", "000a")), 50);
  outgoing.on("close", () => clearInterval(timer));
}
