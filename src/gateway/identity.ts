/** `gateway.json`: where a gateway is found. Readable by its owner only. */

import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { GatewaySettings } from "../domain/config/config.ts";
import { identity as fits } from "../generated/validators/gateway.mjs";
import { writeDurably } from "../platform/durable-file.ts";
import type { OwnedProcess } from "../platform/owned-process.ts";

/** Who serves this state folder, now or before. */
export interface Identity extends OwnedProcess {
  /** Base of the public port. */
  readonly url: string;
  /** What it listens on, as it was asked to. */
  readonly host: string;
  readonly controlUrl: string;
  /** Of the control port. Null: the process that started it keeps it. */
  readonly token: string | null;
  /** ISO 8601. */
  readonly startedAt: string;
  /** What it was started with, as JSON; "" for older ones. */
  readonly settings: string;
  /** Those that serve for it; they end when it does, unless they hang. */
  readonly workers: readonly OwnedProcess[];
  /** Goes on in its place when it is gone; null: nobody does. */
  readonly standby: OwnedProcess | null;
}

/** The identity left in a state folder; null when there is none, or none that can be read. */
export function readIdentity(stateDirectory: string): Identity | null {
  try {
    const identity = parseIdentity(JSON.parse(readFileSync(identityFile(stateDirectory), "utf8")));
    return identity && withoutStrangers(identity, statSync(stateDirectory).uid);
  } catch {
    return null;
  }
}

/** A gateway with a user of its own may write down whatever process it likes; ours are only those of that user. */
function withoutStrangers(identity: Identity, owner: number): Identity | null {
  const isStranger = ({ pid }: OwnedProcess) => {
    const user = userOf(pid);
    return user !== null && user !== owner;
  };
  // As root we started it ourselves, and its processes are ours.
  if (owner === process.getuid?.()) return identity;
  if (isStranger(identity)) return null;
  const { workers, standby } = identity;
  return {
    ...identity,
    workers: workers.filter((worker) => !isStranger(worker)),
    standby: standby && !isStranger(standby) ? standby : null,
  };
}

/** Null: there is no such process. */
export function userOf(pid: number): number | null {
  return statSync(`/proc/${pid}`, { throwIfNoEntry: false })?.uid ?? null;
}

/** Resolves once it is on disk. */
export async function writeIdentity(stateDirectory: string, identity: Identity): Promise<void> {
  await writeDurably(identityFile(stateDirectory), `${JSON.stringify(identity, null, 2)}\n`, 0o600);
}

/** The port in a URL. */
export function portOf(url: string): number {
  return Number(new URL(url).port);
}

function identityFile(stateDirectory: string): string {
  return join(stateDirectory, "gateway.json");
}

/** Files of older gateways name less. */
const older = { token: null, settings: "", workers: [], standby: null, startTime: null };

function parseIdentity(value: unknown): Identity | null {
  const whole = { ...older, ...(value as object) };
  return fits(whole) && URL.canParse(whole.url) && URL.canParse(whole.controlUrl) ? whole : null;
}

/** One text for equal settings, in whatever order they were given: two that differ in nothing else must not replace each other's gateway. */
export function settingsText({ trustedProxies, maxConnections, bodyIdleMs, environments }: GatewaySettings): string {
  const own = Object.entries(environments).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return JSON.stringify([trustedProxies, maxConnections, bodyIdleMs, own]);
}
