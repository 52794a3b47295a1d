/** Gets a server to listen: on the port that was asked for, or on the one before. */

import type { AddressInfo, Server } from "node:net";
import { PinionError } from "../domain/errors.ts";
import { heldFor, type HeldSocket, type SocketRequest } from "./held-sockets.ts";

/** Loopback of IPv4. */
export const loopback = "127.0.0.1";

/** `held`: sockets that listen already. Resolves with the port. @throws `system/port-taken` when a port that was asked for is taken; else what the system says. */
export async function listen(server: Server, wanted: SocketRequest, held: readonly HeldSocket[] = []): Promise<number> {
  const { host, port, previous } = wanted;
  const taken = heldFor(held, wanted);
  if (taken !== null) return listenOn(server, { fd: taken.descriptor });
  if (port !== 0 || previous === null)
    return listenOn(server, { host, port }).catch((error: unknown) => Promise.reject(named(error, host, port)));
  try {
    return await listenOn(server, { host, port: previous });
  } catch {
    return listenOn(server, { host, port: 0 });
  }
}

/** A port that is taken is the usual case, and the system says nothing of by whom. */
function named(error: unknown, host: string, port: number): unknown {
  const isTaken = error instanceof Error && "code" in error && error.code === "EADDRINUSE";
  if (!isTaken) return error;
  const message =
    `gateway: port ${port} of ${host} is taken (EADDRINUSE): by the gateway of another state folder, or by another program. ` +
    `\`ss -ltnp 'sport = :${port}'\` shows which; end it (\`pinion down\` with its pinion.yaml ends a gateway), or set another \`gateway.port\` in pinion.yaml (0 picks a free one)`;
  return new PinionError("system/port-taken", message, { cause: error });
}

type Place = { readonly fd: number } | { readonly host: string; readonly port: number };

function listenOn(server: Server, place: Place): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ ...place, backlog: 1_024 }, () => {
      server.off("error", reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

/** Base URL for callers on this machine: an address that listens everywhere is called on loopback. */
export function baseUrl(host: string, port: number): string {
  const everywhere = new Map([
    ["0.0.0.0", loopback],
    ["::", "::1"],
  ]);
  const callable = everywhere.get(host) ?? host;
  return `http://${callable.includes(":") ? `[${callable}]` : callable}:${port}`;
}
