/** Opens what both kinds of gateway have: the state folder with its identity, and the control port. */

import { randomBytes } from "node:crypto";
import { mkdir } from "node:fs/promises";
import type { Server } from "node:http";
import { join } from "node:path";
import { PinionError } from "../domain/errors.ts";
import { parseShallowJson } from "../domain/shallow-json.ts";
import { whole } from "../platform/http/http-answer.ts";
import { createHttpClient } from "../platform/http/http-client.ts";
import type { GatewayOptions } from "./gateway.ts";
import { portOf, readIdentity, writeIdentity, type Identity } from "./identity.ts";
import { baseUrl, listen, loopback } from "./listen.ts";
import { isRunning, ownedProcess } from "../platform/owned-process.ts";

const largestHealthBytes = 1024 * 1024;
const healthTimeoutMs = 2_000;

/** A state folder that is this gateway's. */
export interface GatewayFolder {
  readonly token: string;
  /** What is written down of the token: null if the process that started the gateway keeps it. */
  readonly keptToken: string | null;
  readonly tableFile: string;
  /** Where the gateway before listened; null without one. */
  readonly before: { readonly port: number; readonly controlPort: number } | null;
}

/** @throws `store/locked` when a gateway serves this state folder already. */
export async function openFolder({ stateDirectory, token: given = null }: GatewayOptions): Promise<GatewayFolder> {
  await mkdir(stateDirectory, { recursive: true, mode: 0o700 });
  const before = readIdentity(stateDirectory);
  if (before !== null) await refuseSecond(before);
  const token = given ?? before?.token ?? newToken();
  return {
    token,
    keptToken: given === null ? token : null,
    tableFile: join(stateDirectory, "routes.json"),
    before: before && { port: portOf(before.url), controlPort: portOf(before.controlUrl) },
  };
}

/** A new token of a control port. */
export function newToken(): string {
  return randomBytes(32).toString("base64url");
}

/** Resolves with the URL of the control port. */
export async function listenForControl(control: Server, folder: GatewayFolder, port: number): Promise<string> {
  return baseUrl(loopback, await listen(control, { host: loopback, port, previous: folder.before?.controlPort ?? null }));
}

/** Says in the state folder who serves it. */
export async function sayWho(
  stateDirectory: string,
  identity: Pick<Identity, "url" | "host" | "controlUrl" | "token" | "settings" | "workers" | "standby">,
): Promise<void> {
  await writeIdentity(stateDirectory, { ...ownedProcess(process.pid), startedAt: new Date().toISOString(), ...identity });
}

async function refuseSecond(before: Identity): Promise<void> {
  if (before.pid === process.pid || !isRunning(before)) return;
  const asked = { url: `${before.controlUrl}/healthz`, timeoutMs: healthTimeoutMs, reading: whole(largestHealthBytes) };
  const health: unknown = await createHttpClient()
    .ask(asked)
    .then((answer) => parseShallowJson(answer.text()))
    .catch(() => null);
  const isItself = typeof health === "object" && health !== null && "pid" in health && health.pid === before.pid;
  if (isItself) throw new PinionError("store/locked", `a gateway with process id ${before.pid} serves this state folder at ${before.url}`);
}
