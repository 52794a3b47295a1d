/** A server that answers as nobody should: without end, not at all, with somebody else's address, or with what is no answer. */

import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { gzipSync } from "node:zlib";

/** What it does with every request. */
export type Hostility =
  | "endless body"
  | "endless headers"
  | "endless trailers"
  | "endless interim answers"
  | "slow body"
  | "silence"
  | "reset"
  | "half an answer"
  | "redirect"
  | "login page"
  | "compressed"
  | "another protocol"
  | "another protocol, agreed";

export interface HostileServer {
  readonly url: string;
  readonly port: number;
  /** Requests that came, with their heads. */
  readonly heads: readonly string[];
  /** So much was written, as far as the system took it. */
  readonly writtenBytes: () => number;
  /** Resolves when nobody is connected any more. */
  deserted(): Promise<void>;
  close(): Promise<void>;
}

interface Setting {
  readonly hostility: Hostility;
  /** Where a redirect leads. */
  readonly elsewhere: string;
  readonly status?: number;
}

const json = "content-type: application/json\r\n";
const chunked = "transfer-encoding: chunked\r\n\r\n";
/** Of what has no end so much is sent that no test goes on for ever. */
const mostBytes = 512 * 1024 * 1024;

/** Listens on loopback, or on a unix socket. */
export async function openHostileServer(setting: Setting, path?: string): Promise<HostileServer> {
  const sockets = new Set<Socket>();
  const heads: string[] = [];
  const written = { bytes: 0 };
  let leave = (): void => undefined;
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket
      .on("error", () => undefined)
      .on("close", () => {
        sockets.delete(socket);
        if (sockets.size === 0) leave();
      });
    // One that only connects asks for nothing.
    socket.once("data", (head: Buffer) => {
      heads.push(head.toString("latin1"));
      answer(socket, setting, written);
    });
  });
  await new Promise<void>((resolve) => (path === undefined ? server.listen(0, "127.0.0.1", resolve) : server.listen(path, resolve)));
  const port = path === undefined ? (server.address() as AddressInfo).port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    heads,
    writtenBytes: () => written.bytes,
    deserted: () => new Promise((resolve) => (sockets.size === 0 ? resolve() : (leave = resolve))),
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function answer(socket: Socket, { hostility, elsewhere, status = 200 }: Setting, written: { bytes: number }): void {
  const line = `HTTP/1.1 ${status} OK\r\n`;
  const forEver = (start: string, piece: string): void => {
    socket.write(start);
    sendWithoutEnd(socket, Buffer.from(piece), written);
  };
  const chunk = " ".repeat(0x10000);
  const acts: Readonly<Record<Hostility, () => void>> = {
    "endless body": () => forEver(line + json + chunked, `10000\r\n${chunk}\r\n`),
    "endless headers": () => forEver(line, `x-more: ${"x".repeat(1_000)}\r\n`),
    "endless trailers": () => forEver(`${line}${json}${chunked}2\r\n{}\r\n0\r\n`, `x-more: ${"x".repeat(1_000)}\r\n`),
    "endless interim answers": () => forEver("", "HTTP/1.1 103 Early Hints\r\nlink: </a>; rel=preload\r\n\r\n".repeat(100)),
    "slow body": () => {
      socket.write(`${line}${json}content-length: 100000\r\n\r\n`);
      const timer = setInterval(() => socket.write(" "), 10);
      socket.once("close", () => clearInterval(timer));
    },
    silence: () => undefined,
    reset: () => (socket.remoteAddress === undefined ? socket.destroy() : socket.resetAndDestroy()),
    "half an answer": () => socket.end(`${line}${json}content-length: 1000\r\n\r\n{"a":`),
    redirect: () => socket.write(`HTTP/1.1 307 Moved\r\nlocation: ${elsewhere}\r\ncontent-length: 0\r\n\r\n`),
    "login page": () => page(socket, status),
    compressed: () => {
      const body = gzipSync(Buffer.alloc(8 * 1024 * 1024, " "));
      socket.write(`${line}${json}content-encoding: gzip\r\ncontent-length: ${body.length}\r\n\r\n`);
      socket.write(body);
    },
    "another protocol": () => socket.write("SSH-2.0-OpenSSH_9.2\r\n"),
    "another protocol, agreed": () => socket.write("HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: tea\r\n\r\n"),
  };
  acts[hostility]();
}

/** It shows the credentials it was asked with, as some do, and rings the terminal's bell. */
function page(socket: Socket, status: number): void {
  const body = "<!doctype html><html><head><title>Sign in\u0007 please</title></head><body>s3cret-t0ken</body></html>";
  socket.write(`HTTP/1.1 ${status} OK\r\ncontent-type: text/html\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
}

function sendWithoutEnd(socket: Socket, piece: Buffer, written: { bytes: number }): void {
  while (!socket.destroyed && written.bytes < mostBytes) {
    written.bytes += piece.length;
    if (!socket.write(piece)) return void socket.once("drain", () => sendWithoutEnd(socket, piece, written));
  }
}
