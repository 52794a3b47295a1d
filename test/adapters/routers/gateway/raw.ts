/** Bytes on a bare connection, for what no HTTP client would send. */

import { connect } from "node:net";

/** Sends the bytes and gives everything that comes back until the connection ends. */
export function rawRequest(url: string, bytes: string | Buffer): Promise<string> {
  return new Promise((resolve) => {
    let received = "";
    const socket = connect(Number(new URL(url).port), "127.0.0.1", () => socket.write(bytes));
    socket.on("data", (chunk: Buffer) => (received += chunk.toString("latin1")));
    socket.on("error", () => {});
    socket.on("close", () => resolve(received));
  });
}

/** Sends the bytes and is gone before an answer. */
export function hangUp(url: string, bytes: Buffer): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(url).port), "127.0.0.1", () => socket.end(bytes, () => setImmediate(() => socket.destroy())));
    socket.on("error", () => {});
    socket.on("close", () => resolve());
  });
}
