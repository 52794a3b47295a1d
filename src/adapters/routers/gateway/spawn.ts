/** Starts and ends a gateway's process. */

import { spawn } from "node:child_process";
import { closeSync, fstatSync, mkdirSync, openSync, readSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { GatewaySettings } from "../../../domain/config/config.ts";
import { isErrorCode, PinionError } from "../../../domain/errors.ts";
import { readIdentity, type Identity } from "../../../gateway/identity.ts";
import { isRunning, ownedProcess, type OwnedProcess, terminate } from "../../../platform/owned-process.ts";
import { childEnvironment } from "../../../gateway/workers/child-environment.ts";

interface SpawnOptions {
  readonly stateDirectory: string;
  readonly keptIn: string;
  readonly runAs: { readonly uid: number; readonly gid: number } | null;
  readonly token: string;
  readonly host: string;
  readonly port: number;
  readonly settings: GatewaySettings;
  readonly command: readonly string[];
  readonly isServing: (identity: Identity) => Promise<boolean>;
}

const startLimitMs = 60_000;
const askEveryMs = 25;
const logLimitBytes = 5 * 1024 * 1024;
const longestQuoteBytes = 16 * 1024;

/** Starts it in a session of its own, so that no signal to this process reaches it. @throws `router/unreachable`. */
export async function spawnGateway(options: SpawnOptions): Promise<Identity> {
  const { stateDirectory, keptIn, runAs, isServing } = options;
  for (const folder of runAs ? [keptIn] : [keptIn, stateDirectory]) mkdirSync(folder, { recursive: true, mode: 0o700 });
  const logFile = join(keptIn, "gateway.log");
  const { started, hasExited } = launch(options, logFile);
  const limit = performance.now() + startLimitMs;
  while (performance.now() < limit) {
    const identity = readIdentity(stateDirectory);
    // Another one may have won the folder meanwhile; the one that serves it is the gateway.
    if (identity && isRunning(identity) && (await isServing(identity))) return identity;
    if (hasExited())
      throw saidAtItsEnd(logFile) ?? new PinionError("router/unreachable", `the gateway exited at its start: ${endOf(logFile)}`);
    await wait(askEveryMs);
  }
  if (started) await terminate(started, 0);
  throw new PinionError("router/unreachable", `the gateway did not answer within ${startLimitMs / 1000} s: ${endOf(logFile)}`);
}

function launch(options: SpawnOptions, logFile: string): { readonly started: OwnedProcess | null; readonly hasExited: () => boolean } {
  const [program = "", ...given] = options.command;
  const { runAs, stateDirectory, token } = options;
  if ((statSync(logFile, { throwIfNoEntry: false })?.size ?? 0) > logLimitBytes) renameSync(logFile, `${logFile}.1`);
  const log = openSync(logFile, "a", 0o600);
  let isGone = false;
  try {
    const child = spawn(program, [...given, ...parameters(options)], {
      detached: true,
      env: { ...childEnvironment(process.env), ...(runAs ? { HOME: stateDirectory } : {}) },
      ...(runAs ? { uid: runAs.uid, gid: runAs.gid, cwd: stateDirectory } : {}),
      stdio: ["pipe", log, log],
    });
    // Through a pipe, which nobody else can read and which is gone afterwards. One that dies before it has read is told of by its exit.
    child.stdin?.on("error", () => undefined);
    child.stdin?.end(token);
    child.once("exit", () => (isGone = true));
    child.once("error", () => (isGone = true));
    child.unref();
    return { started: child.pid === undefined ? null : ownedProcess(child.pid), hasExited: () => isGone };
  } finally {
    closeSync(log);
  }
}

function parameters({ stateDirectory, host, port, settings }: SpawnOptions): readonly string[] {
  const options = {
    state: stateDirectory,
    host,
    port,
    "trusted-proxies": settings.trustedProxies.join(","),
    "max-connections": settings.maxConnections,
    "body-idle-timeout": settings.bodyIdleMs,
    "own-addresses": Object.entries(settings.environments)
      .map(([environment, own]) => `${environment}=${"port" in own ? own.port : own.host}`)
      .join(","),
  };
  return [...Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]), "--token-from-stdin"];
}

/** The error for people that it ended with, as it is; null: it said none. */
function saidAtItsEnd(file: string): PinionError | null {
  const [, code = "", message = ""] = /(?:^|\n)error (\S+): ([^\n]*)(?:\nhint: [^\n]*)?$/u.exec(lastOf(file)) ?? [];
  return isErrorCode(code) ? new PinionError(code, message) : null;
}

/** Its last lines. */
function endOf(file: string): string {
  const lines = lastOf(file).split("\n");
  return lines.slice(-3).join(" | ").slice(-600) || "it wrote nothing";
}

/** The end of a log, which may have become long. */
function lastOf(file: string): string {
  const log = openSync(file, "r");
  try {
    const { size } = fstatSync(log);
    const end = Buffer.alloc(Math.min(size, longestQuoteBytes));
    readSync(log, end, 0, end.length, size - end.length);
    return end.toString("utf8").trim();
  } finally {
    closeSync(log);
  }
}
