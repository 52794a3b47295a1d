/** The controller as `pinion demo` runs it: the very program that users run, as a child, asked over its API. */

import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Overview } from "../api/views.ts";
import { PinionError } from "../domain/errors.ts";
import type { Deployment } from "../domain/journal/state.ts";
import { createControllerClient } from "../api/client.ts";
import { readTokenFile } from "../api/target.ts";

export interface RunningController {
  readonly url: string;
  /** What its API is entered with is in this file. */
  readonly tokenFile: string;
  overview(): Promise<Overview>;
  /** Newest first. */
  history(limit: number): Promise<readonly Deployment[]>;
  /** Why it ended; null while it runs. */
  death(): string | null;
  /** Ends controller, gateway and engines. */
  stop(): Promise<void>;
}

export interface ControllerCommand {
  /** Program and arguments in front of `run`. */
  readonly command: readonly string[];
  readonly configFile: string;
  readonly stateDirectory: string;
  readonly logFile: string;
  /** Gives the start up. */
  readonly signal?: AbortSignal;
}

const startLimitMs = 120_000;

/** Resolves when its API answers. @throws `controller/failed` with the end of its log, the signal's reason; nothing is left running then. */
export async function startController(options: ControllerCommand): Promise<RunningController> {
  const child = spawnController(options);
  let death: string | null = null;
  child.once("exit", (code, signal) => {
    death = `the controller ended with ${signal ?? `exit code ${code}`}; its log is ${options.logFile}`;
  });
  const url = await untilUp(options, child, () => death).catch(async (error: unknown) => {
    await stop(child);
    throw error;
  });
  const tokenFile = join(options.stateDirectory, "api.token");
  const token = () => readTokenFile(tokenFile);
  const client = createControllerClient({ url, socket: null, token });
  return {
    url,
    tokenFile,
    overview: () => client.overview({}),
    history: (limit) => client.history({ limit }),
    death: () => death,
    stop: () => stop(child),
  };
}

function spawnController({ command, configFile, logFile }: ControllerCommand): ChildProcess {
  const [program, ...parameters] = command;
  if (program === undefined) throw new Error("no program to run");
  const log = openSync(logFile, "a", 0o600);
  // Its own process group: Ctrl-C reaches this process only, which then ends everything in order.
  const child = spawn(program, [...parameters, "run", "--config", configFile, "--on-exit", "stop"], {
    stdio: ["ignore", log, log],
    detached: true,
  });
  closeSync(log);
  return child;
}

async function untilUp(options: ControllerCommand, { pid }: ChildProcess, death: () => string | null): Promise<string> {
  const { stateDirectory, logFile, signal } = options;
  const deadline = Date.now() + startLimitMs;
  while (Date.now() < deadline) {
    signal?.throwIfAborted();
    const dead = death();
    if (dead) throw new PinionError("controller/failed", `${dead}\n${await endOf(logFile)}`);
    const url = await addressOf(pid, stateDirectory);
    if (url && (await isUp(url))) return url;
    await sleep(50);
  }
  throw new PinionError("controller/failed", `the controller does not answer\n${await endOf(logFile)}`);
}

/** Null while the file is missing or an earlier controller's, whose port may be anybody's by now. */
async function addressOf(pid: number | undefined, stateDirectory: string): Promise<string | null> {
  const text = await readFile(join(stateDirectory, "controller.json"), "utf8").catch(() => null);
  if (text === null) return null;
  const written = JSON.parse(text) as { readonly pid?: unknown; readonly url?: unknown };
  return written.pid === pid && typeof written.url === "string" ? written.url : null;
}

async function isUp(url: string): Promise<boolean> {
  return fetch(`${url}/healthz`, { signal: AbortSignal.timeout(1_000) }).then(
    (answer) => answer.ok,
    () => false,
  );
}

async function endOf(file: string): Promise<string> {
  const text = await readFile(file, "utf8").catch(() => "");
  return text.split("\n").slice(-15).join("\n");
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  child.kill("SIGTERM");
  await gone;
}
