/** Stands in for the gateway: each caller has a base address of its own, where it reaches the versions that it depends on. */

import { type IncomingMessage, type ServerResponse, createServer, request } from "node:http";
import type { AddressInfo } from "node:net";

export interface PublicAddress {
  /** What a flow is given as PINION_ENVIRONMENT_URL. */
  of(caller: string): string;
  close(): Promise<void>;
}

/** Where a caller's request goes; null: nobody answers, the connection just breaks. */
export type Lookup = (caller: string, method: string, path: string) => string | null;

export async function startPublicAddress(lookup: Lookup): Promise<PublicAddress> {
  const server = createServer((incoming, answer) => forward(lookup, incoming, answer));
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    of: (caller) => `http://127.0.0.1:${port}/${caller}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function forward(lookup: Lookup, incoming: IncomingMessage, answer: ServerResponse): void {
  const { method = "GET", url = "/", headers } = incoming;
  const [, caller = "", ...rest] = url.split("/");
  const path = `/${rest.join("/")}`;
  const address = lookup(caller, method, path.replace(/\?.*$/, ""));
  if (address === null) {
    incoming.socket.destroy();
    return;
  }
  const onward = request(address + path, { method, headers }, (reply) => {
    answer.writeHead(reply.statusCode ?? 502, reply.headers);
    reply.pipe(answer);
  });
  onward.on("error", () => incoming.socket.destroy());
  incoming.pipe(onward);
}
