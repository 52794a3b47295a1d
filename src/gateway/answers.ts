/** What the gateway says itself when no version answers: JSON with the request's id, in every case. */

import { STATUS_CODES, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";

/** An answer of the gateway's own. */
export interface OwnAnswer {
  readonly status: number;
  /** For programs: stable words. */
  readonly error: string;
  /** For people. */
  readonly message: string;
  /** Environment, process and version, as far as they are known. */
  readonly about?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Answers, unless an answer has begun already: then the connection ends, so that nobody takes half for whole. */
export function answer(response: ServerResponse, requestId: string, own: OwnAnswer): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const body = bodyOf(requestId, own);
  response.writeHead(own.status, { ...headersOf(requestId, body), ...own.headers });
  response.end(response.req.method === "HEAD" ? undefined : body);
}

/** Answers on a bare connection, and ends it. */
export function answerOnSocket(socket: Duplex, requestId: string, own: OwnAnswer): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const body = bodyOf(requestId, own);
  const headers = { ...headersOf(requestId, body), connection: "close", ...own.headers };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${own.status} ${STATUS_CODES[own.status] ?? ""}\r\n${lines.join("")}\r\n${body}`, () => socket.destroy());
}

function bodyOf(requestId: string, own: OwnAnswer): string {
  return `${JSON.stringify({ error: own.error, message: own.message, ...own.about, requestId })}\n`;
}

function headersOf(requestId: string, body: string): Record<string, string> {
  return {
    "content-type": "application/json; charset=utf-8",
    "content-length": String(Buffer.byteLength(body)),
    "cache-control": "no-store",
    "x-request-id": requestId,
  };
}
