/** Listening sockets that more than one process holds: who connects while the one that accepts is replaced waits, and is not refused. */

import { closeSync } from "node:fs";
import type { Server } from "node:net";

/** Where a server is to listen. */
export interface SocketRequest {
  readonly host: string;
  /** 0: the one before when it is free, else any. */
  readonly port: number;
  readonly previous: number | null;
}

/** A socket that listens, as this process holds it. */
export interface HeldSocket {
  readonly host: string;
  readonly port: number;
  /** Of the file table of this process. */
  readonly descriptor: number;
}

/** The one that listens where it is wanted; null: none of them does. */
export function heldFor(held: readonly HeldSocket[], { host, port, previous }: SocketRequest): HeldSocket | null {
  const asked = port === 0 ? previous : port;
  return held.find((socket) => socket.host === host && socket.port === asked) ?? null;
}

/** Lets go of those that are wanted no more: an address that is held cannot be listened on anew. */
export function closeOthers(held: readonly HeldSocket[], all: readonly SocketRequest[]): void {
  const kept = new Set(all.map((wanted) => heldFor(held, wanted)?.descriptor));
  for (const { descriptor } of held) if (!kept.has(descriptor)) closeSync(descriptor);
}

/** Null: it does not listen, or the system has no descriptors. */
export function descriptorOf(server: Server): number | null {
  const handle: unknown = Reflect.get(server, "_handle");
  const isThere = typeof handle === "object" && handle !== null && "fd" in handle;
  return isThere && typeof handle.fd === "number" && handle.fd >= 0 ? handle.fd : null;
}
