/** Starts one Node-RED as a process that outlives this one, and finds out whether one is there already. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { isObject } from "./flow-nodes.ts";
import {
  forgetArmed,
  type InstanceRecord,
  lastLogLine,
  newRecord,
  openLog,
  readRecord,
  writeChildSettings,
  writeRecord,
} from "./instance-files.ts";
import { type OsProcess, identify, isAlive, terminate } from "./os-process.ts";

export interface ChildOptions {
  readonly directory: string;
  /** Null: Node.js decides. */
  readonly maxMemoryMb: number | null;
  /** How long what is in flight may take when the instance is told to end. */
  readonly drainMs: number;
  readonly startTimeoutMs: number;
  /** Then a new process starts with everything disarmed, since another one may fire in its place by now. */
  readonly isOneOfMany: boolean;
}

export interface RunningChild {
  readonly record: InstanceRecord;
  readonly process: OsProcess;
  readonly adopted: boolean;
}

/** The exit code of runtime/child.cjs that says that the port is taken. */
const portTaken = 98;
const entry = fileURLToPath(new URL("./runtime/child.cjs", import.meta.url));
const passedOn = [
  "PATH",
  "HOME",
  "LANG",
  "LC_ALL",
  "TZ",
  "TMPDIR",
  "NODE_EXTRA_CA_CERTS",
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "NO_PROXY",
  "http_proxy",
  "https_proxy",
  "no_proxy",
];

/** The living instance of this directory, else a new one that answers. @throws Error with the reason it does not start. */
export async function adoptOrStart(options: ChildOptions, signal: AbortSignal): Promise<RunningChild> {
  const record = await readRecord(options.directory);
  if (record) {
    const adopted = await adopt(record, options, signal);
    if (adopted) return adopted;
  }
  return start(record ?? newRecord(await freePort()), options, signal);
}

/** Whether the instance answers to its token; the answer names its pid. */
export async function askHealth(record: InstanceRecord, timeoutMs: number): Promise<{ readonly pid: number } | null> {
  try {
    const response = await fetch(`http://127.0.0.1:${record.port}/__admin/pinion/health`, {
      headers: { authorization: `Bearer ${record.token}` },
      signal: AbortSignal.timeout(timeoutMs),
    });
    const body: unknown = response.ok ? await response.json() : null;
    return isObject(body) && typeof body["pid"] === "number" ? { pid: body["pid"] } : null;
  } catch {
    return null;
  }
}

/** Null when nothing of this record lives; one that lives but stays silent is ended. */
async function adopt(record: InstanceRecord, options: ChildOptions, signal: AbortSignal): Promise<RunningChild | null> {
  const deadline = Date.now() + options.startTimeoutMs;
  for (;;) {
    const health = await askHealth(record, 2_000);
    if (health) return remember(record, await identify(health.pid), options.directory, true);
    if (record.process === null || !(await isAlive(record.process))) return null;
    if (Date.now() > deadline) break;
    await pause(100, undefined, { signal });
  }
  await terminate(record.process, 0);
  return null;
}

async function start(record: InstanceRecord, options: ChildOptions, signal: AbortSignal): Promise<RunningChild> {
  const exit = { code: null as number | null, ended: false };
  await writeRecord(options.directory, { ...record, process: null });
  if (options.isOneOfMany) await forgetArmed(options.directory);
  const child = await spawnDetached(record, options);
  child.once("exit", (code) => Object.assign(exit, { code, ended: true }));
  child.unref();
  const own = await identify(child.pid ?? -1);
  await writeRecord(options.directory, { ...record, process: own });
  const deadline = Date.now() + options.startTimeoutMs;
  while (!exit.ended && Date.now() < deadline && !signal.aborted) {
    const health = await askHealth(record, 2_000);
    if (health?.pid === own.pid) return { record: { ...record, process: own }, process: own, adopted: false };
    await pause(40);
  }
  return failed(record, options, signal, { ...exit, own });
}

interface Failed {
  readonly code: number | null;
  readonly ended: boolean;
  readonly own: OsProcess;
}

async function failed(
  record: InstanceRecord,
  options: ChildOptions,
  signal: AbortSignal,
  { code, ended, own }: Failed,
): Promise<RunningChild> {
  signal.throwIfAborted();
  if (!ended) await terminate(own, 0);
  if (code !== portTaken)
    throw new Error(
      ended
        ? `it ended with code ${code ?? "none"}: ${await lastLogLine(options.directory)}`
        : `it did not answer within ${options.startTimeoutMs} ms`,
    );
  const adopted = await adopt(record, options, signal);
  return adopted ?? start({ ...record, port: await freePort() }, options, signal);
}

async function spawnDetached(record: InstanceRecord, options: ChildOptions): Promise<ReturnType<typeof spawn>> {
  const settings = await writeChildSettings(options.directory, record, options.drainMs);
  const log = await openLog(options.directory);
  try {
    const memory = options.maxMemoryMb === null ? [] : [`--max-old-space-size=${options.maxMemoryMb}`];
    const env = Object.fromEntries(passedOn.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])));
    const child = spawn(process.execPath, [...memory, entry, settings], {
      cwd: options.directory,
      detached: true,
      env,
      stdio: ["ignore", log.fd, log.fd],
    });
    await once(child, "spawn");
    return child;
  } finally {
    await log.close();
  }
}

async function remember(record: InstanceRecord, process: OsProcess, directory: string, adopted: boolean): Promise<RunningChild> {
  await writeRecord(directory, { ...record, process });
  return { record: { ...record, process }, process, adopted };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("the system gave no port");
  return address.port;
}
