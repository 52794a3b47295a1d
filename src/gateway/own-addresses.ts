/** Which environment was asked by its own address: the port that took the connection in, or the host name that was sent. */

import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { GatewaySettings } from "../domain/config/config.ts";
import type { EnvironmentName } from "../domain/names.ts";
import type { Asked } from "./resolve.ts";

/** Null: its name stands before the path. */
export type OwnEnvironment = (request: IncomingMessage) => EnvironmentName | null;

export interface OwnAddresses {
  readonly ownEnvironment: OwnEnvironment;
  /** Says that a connection came in on the port of an environment. */
  cameFor(socket: Socket, environment: EnvironmentName): void;
}

/** A proxy that `isTrusted` is believed about the host name that its caller sent. */
export function createOwnAddresses(settings: Pick<GatewaySettings, "environments">, isTrusted: (socket: Socket) => boolean): OwnAddresses {
  const hosts = new Map(Object.entries(settings.environments).flatMap(([name, own]) => ("host" in own ? [[own.host, name] as const] : [])));
  const ports = new WeakMap<Socket, EnvironmentName>();
  return {
    ownEnvironment(request) {
      const byPort = ports.get(request.socket);
      if (byPort !== undefined || hosts.size === 0) return byPort ?? null;
      return hosts.get(hostOf(request, isTrusted(request.socket))) ?? null;
    },
    cameFor: (socket, environment) => void ports.set(socket, environment),
  };
}

/** Environments with a port of their own. */
export function ownPorts({ environments }: Pick<GatewaySettings, "environments">): readonly (readonly [EnvironmentName, number])[] {
  return Object.entries(environments).flatMap(([name, own]) => ("port" in own ? [[name, own.port] as const] : []));
}

/** What is asked, of the environment that it is asked of. */
export function askedBy(request: IncomingMessage, ownEnvironment: OwnEnvironment): Asked {
  const { method = "", url: target = "" } = request;
  return { method, target, own: ownEnvironment(request), isAmbiguous: namesSeveralHosts(request) };
}

/** Who stands in front may have judged such a request by another name than we would; RFC 9112, 3.2, has it refused. */
function namesSeveralHosts({ rawHeaders }: IncomingMessage): boolean {
  return rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === "host").length > 1;
}

/** In lower case, without a port and without the dot that may end it. */
function hostOf({ url = "", headers }: IncomingMessage, isTrusted: boolean): string {
  const forwarded = isTrusted ? headers["x-forwarded-host"] : undefined;
  const host = typeof forwarded === "string" ? (forwarded.split(",")[0] ?? "") : (hostInTarget(url) ?? headers.host ?? "");
  return host
    .trim()
    .toLowerCase()
    .replace(/\.?(?::\d+)?$/, "");
}

/** Of a request for a whole address: then that counts, whatever the header says. */
function hostInTarget(url: string): string | null {
  return /^https?:\/\/([^/?#]*)/i.exec(url)?.[1] ?? null;
}
