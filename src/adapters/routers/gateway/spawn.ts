/** Starts and ends a gateway's process. */

import { spawn } from "node:child_process";
import { mkdirSync, openSync, closeSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { PinionError } from "../../../domain/errors.ts";
import { isAlive, readIdentity, type Identity } from "./identity.ts";

interface SpawnOptions {
  readonly stateDirectory: string;
  readonly host: string;
  readonly port: number;
  readonly command: readonly string[];
  readonly isServing: (identity: Identity) => Promise<boolean>;
}

const startLimitMs = 60_000;
const askEveryMs = 25;
/** The gateway's own limit for what is in flight is 30 s. */
const stopLimitMs = 35_000;

/** Starts it in a session of its own, so that no signal to this process reaches it. @throws `router/unreachable`. */
export async function spawnGateway(options: SpawnOptions): Promise<Identity> {
  const { stateDirectory, isServing } = options;
  mkdirSync(stateDirectory, { recursive: true, mode: 0o700 });
  const logFile = join(stateDirectory, "gateway.log");
  const { pid, hasExited } = launch(options, logFile);
  const limit = performance.now() + startLimitMs;
  while (performance.now() < limit) {
    const identity = readIdentity(stateDirectory);
    // Another one may have won the folder meanwhile; whoever serves it is the gateway.
    if (identity && isAlive(identity.pid) && (await isServing(identity))) return identity;
    if (hasExited()) throw new PinionError("router/unreachable", `the gateway exited at its start: ${endOf(logFile)}`);
    await wait(askEveryMs);
  }
  if (pid !== undefined) signal(pid, "SIGKILL");
  throw new PinionError("router/unreachable", `the gateway did not answer within ${startLimitMs / 1000} s: ${endOf(logFile)}`);
}

function launch(
  { command, stateDirectory, host, port }: SpawnOptions,
  logFile: string,
): { readonly pid: number | undefined; readonly hasExited: () => boolean } {
  const [program = "", ...given] = command;
  const log = openSync(logFile, "a", 0o600);
  let isGone = false;
  try {
    const child = spawn(program, [...given, "--state", stateDirectory, "--host", host, "--port", String(port)], {
      detached: true,
      stdio: ["ignore", log, log],
    });
    child.once("exit", () => (isGone = true));
    child.once("error", () => (isGone = true));
    child.unref();
    return { pid: child.pid, hasExited: () => isGone };
  } finally {
    closeSync(log);
  }
}

/** Resolves once the process is gone: asked first, killed when it takes too long. */
export async function terminate(pid: number): Promise<void> {
  signal(pid, "SIGTERM");
  const limit = performance.now() + stopLimitMs;
  while (isAlive(pid)) {
    if (performance.now() > limit) signal(pid, "SIGKILL");
    await wait(askEveryMs);
  }
}

function signal(pid: number, name: "SIGTERM" | "SIGKILL"): void {
  try {
    process.kill(pid, name);
  } catch {
    // Gone already.
  }
}

function endOf(file: string): string {
  return readFileSync(file, "utf8").trim().split("\n").slice(-3).join(" | ").slice(-600) || "it wrote nothing";
}
