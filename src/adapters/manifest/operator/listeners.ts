/** The ports that pinion.yaml has Pinion listen on: each can be one listener's alone. */

import { isIPv6 } from "node:net";
import type { Finding } from "../../../domain/finding.ts";
import type { PinionFile } from "../../../generated/pinion.ts";
import type { Say } from "../document/findings.ts";

interface Listener {
  /** Where the document says the port. */
  readonly pointer: string;
  readonly host: string;
  readonly port: number;
}

/** Each port that an earlier listener has taken already, at its line. */
export function listenerFindings(file: PinionFile, say: Say): readonly Finding[] {
  const listeners = listenersOf(file);
  return listeners.flatMap(({ pointer, host, port }, index) => {
    const first = listeners.slice(0, index).find((other) => other.port === port && isOneAddress(other.host, host));
    if (first === undefined) return [];
    const owner = first.pointer.slice(1).replaceAll("/", ".");
    return [say(pointer, "schema/duplicate", `port ${port} of ${host} is taken by ${owner}`, "Give each its own port.")];
  });
}

/** Port 0 is a free one, and clashes with nobody. */
function listenersOf({ listen = {}, gateway = {} }: PinionFile): readonly Listener[] {
  const api = { pointer: "/listen/port", host: listen.host ?? loopback, port: listen.port ?? 0 };
  return [api, ...gatewayListeners(gateway)].filter(({ port }) => port !== 0);
}

function gatewayListeners({ external, host = loopback, port = 0, environments = {} }: NonNullable<PinionFile["gateway"]>) {
  if (external !== undefined) return [];
  const own = Object.entries(environments).map(([name, address]) => ({
    pointer: `/gateway/environments/${name}/port`,
    host,
    port: address.port ?? 0,
  }));
  return [{ pointer: "/gateway/port", host, port }, ...own];
}

function isOneAddress(one: string, other: string): boolean {
  const [first, second] = [one, other].map((host) => (host === "localhost" ? loopback : host.toLowerCase()));
  return first === second || covers(one, other) || covers(other, one);
}

/** `::` listens for callers of both families. */
function covers(everywhere: string, host: string): boolean {
  return everywhere === "::" || (everywhere === "0.0.0.0" && !isIPv6(host));
}

const loopback = "127.0.0.1";
