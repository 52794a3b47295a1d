/** Reads what a gateway's successor is to be started with, as a controller says it to the control port. */

import type { GatewaySettings, OwnAddress } from "../domain/config/config.ts";

/** What a successor is started with instead of what the gateway before was. */
export interface SuccessorChange {
  readonly host: string;
  readonly port: number;
  readonly settings: GatewaySettings;
}

/** Null: it cannot be used. */
export function parseChange(value: unknown): SuccessorChange | null {
  if (!isRecord(value)) return null;
  const { host, port } = value;
  const settings = parseSettings(value["settings"]);
  if (!isText(host) || !isCount(port) || port > 65_535 || settings === null) return null;
  return { host, port, settings };
}

function parseSettings(value: unknown): GatewaySettings | null {
  if (!isRecord(value)) return null;
  const { trustedProxies, maxConnections, bodyIdleMs } = value;
  const environments = parseOwn(value["environments"]);
  const areProxies = Array.isArray(trustedProxies) && trustedProxies.every(isText);
  if (!areProxies || !isCount(maxConnections) || !isCount(bodyIdleMs) || environments === null) return null;
  return { trustedProxies, maxConnections, bodyIdleMs, environments };
}

function parseOwn(value: unknown): Readonly<Record<string, OwnAddress>> | null {
  if (!isRecord(value)) return null;
  const own = Object.entries(value).map(([environment, address]) => [environment, parseAddress(address)] as const);
  const known = own.flatMap(([environment, address]) => (address === null ? [] : [[environment, address] as const]));
  return known.length === own.length ? Object.fromEntries(known) : null;
}

function parseAddress(value: unknown): OwnAddress | null {
  if (!isRecord(value)) return null;
  const { port, host } = value;
  if (isCount(port) && port > 0 && port <= 65_535) return { port };
  return isText(host) ? { host } : null;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
