/** Starts one Node-RED as a process that outlives this one, and finds out whether one is there already. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseShallowJson } from "../../../domain/shallow-json.ts";
import { engineVariables } from "./engine-variables.ts";
import { isObject } from "./flow-nodes.ts";
import {
  childSettings,
  forgetArmed,
  type InstanceRecord,
  lastLogLine,
  newRecord,
  newToken,
  openAtWork,
  openLog,
  readRecord,
  writeRecord,
} from "./instance-files.ts";
import { findByWords, identify, isAlive, type OsProcess, readWaitedMs, terminate } from "./os-process.ts";
import { createPatienceWith } from "./patience.ts";
import { isListening } from "../../../platform/listeners.ts";
import { bearer } from "../../../platform/http/authorization.ts";
import { beginning, type HttpAnswer, whole } from "../../../platform/http/http-answer.ts";
import { createHttpClient, type HttpClient, type HttpRequest } from "../../../platform/http/http-client.ts";
import { HttpFailure } from "../../../platform/http/http-failure.ts";
import { ensureOwnFolder, type RunAs } from "../../../platform/run-as.ts";
import { askOnce, countMisses, isHanging, noMisses, pulseTimeoutMs } from "./pulse.ts";

export interface ChildOptions {
  /** What the controller keeps of it: nobody else can look into it. */
  readonly directory: string;
  /** Node-RED's own folder, `data` in the other by default. */
  readonly userDir?: string;
  /** Null: as the controller. */
  readonly runAs?: RunAs | null;
  /** Null: Node.js decides. */
  readonly maxMemoryMb: number | null;
  /** How long what is in flight may take when the instance is told to end. */
  readonly drainMs: number;
  /** How long it may take to answer, of the time that the machine gives it. */
  readonly startTimeoutMs: number;
  /** What is run; the tests plant one that does not behave. */
  readonly entry?: string;
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
const largestHealthBytes = 1024 * 1024;
const longestPulseBytes = 4 * 1024;
const ownEntry = fileURLToPath(new URL("./runtime/child.cjs", import.meta.url));

/** The living instance of this directory, else a new one that answers. @throws Error with the reason it does not start. */
export async function adoptOrStart(options: ChildOptions, signal: AbortSignal): Promise<RunningChild> {
  // Also of one that runs already: folders above it may have been closed meanwhile.
  await ensureOwnFolder(userDirOf(options), options.runAs ?? null);
  const record = await readRecord(options.directory);
  if (record && record.uid !== uidOf(options)) await endOther(record, options);
  else if (record) {
    const adopted = await adopt(record, options, signal);
    if (adopted) return adopted;
  }
  return start({ ...(record ?? newRecord(await freePort())), uid: uidOf(options) }, options, signal);
}

function uidOf({ runAs }: ChildOptions): number | null {
  return runAs?.uid ?? null;
}

/** One that runs as somebody else than it should. */
async function endOther(record: InstanceRecord, { drainMs }: ChildOptions): Promise<void> {
  if (record.process) await terminate(record.process, drainMs);
}

function userDirOf({ directory, userDir }: ChildOptions): string {
  return userDir ?? join(directory, "data");
}

/** Whether whatever runs there answers at all; what it says is not asked. `http` keeps its connection: one that cannot take another may be well. */
export async function hasPulse(http: HttpClient, record: InstanceRecord, timeoutMs: number): Promise<boolean> {
  return askPlugin(http, record, { path: "pulse", timeoutMs, reading: beginning(longestPulseBytes) }).then(
    () => true,
    () => false,
  );
}

type Health =
  | { readonly kind: "answers"; readonly pid: number }
  /** It takes connections and says nothing. */
  | { readonly kind: "silent" }
  /** Nobody listens, or somebody who does not know the token. */
  | { readonly kind: "absent" };

/**
 * Whether the instance answers to its token; the answer names its pid. Another user, such as a flow of another environment, who waits at its
 * port is not shown the token.
 */
async function askHealth(record: InstanceRecord): Promise<Health> {
  const { port, uid } = record;
  if (uid !== null && !(await isListening(uid, port))) return { kind: "absent" };
  try {
    const asked = { path: "health", timeoutMs: pulseTimeoutMs, reading: whole(largestHealthBytes) };
    const answer = await askPlugin(createHttpClient(), record, asked);
    const body: unknown = answer.status === 200 ? parseShallowJson(answer.text()) : null;
    return isObject(body) && typeof body["pid"] === "number" ? { kind: "answers", pid: body["pid"] } : { kind: "absent" };
  } catch (error) {
    return { kind: error instanceof HttpFailure && error.code === "timeout" ? "silent" : "absent" };
  }
}

type Question = Pick<HttpRequest, "timeoutMs" | "reading"> & { readonly path: string };

function askPlugin(http: HttpClient, { port, token }: InstanceRecord, { path, ...limits }: Question): Promise<HttpAnswer> {
  return http.ask({ url: `http://127.0.0.1:${port}/__admin/pinion/${path}`, headers: bearer(token), isRepeatable: true, ...limits });
}

/** Null when nothing of this record lives; one that lives but stays silent is ended. */
async function adopt(record: InstanceRecord, options: ChildOptions, signal: AbortSignal): Promise<RunningChild | null> {
  const waitedMs = async () => record.process && readWaitedMs(record.process);
  const patience = createPatienceWith(waitedMs, options.startTimeoutMs);
  for (let misses = noMisses; ;) {
    const { answer: health, ...took } = await askOnce({ ask: () => askHealth(record), waitedMs });
    misses = countMisses(misses, { answered: health.kind !== "silent", ...took });
    if (health.kind === "answers") {
      const own = await whoAnswers(health.pid, record, options);
      return own && remember(record, own, options.directory);
    }
    if (record.process === null || !(await isAlive(record.process))) return null;
    if ((await patience.isOver()) || isHanging(misses, { isBusy: false })) break;
    await pause(100, undefined, { signal });
  }
  await terminate(record.process, 0);
  return null;
}

/** What a child says of its own pid is the word of its flows: only a process that is provably ours is ever ended as such. Null: none is. */
async function whoAnswers(claimed: number, { process: known }: InstanceRecord, options: ChildOptions): Promise<OsProcess | null> {
  if (known !== null && (await isAlive(known))) return known;
  const { directory, entry = ownEntry, runAs } = options;
  const ours = await findByWords([entry, directory], runAs?.uid);
  return ours.find(({ pid }) => pid === claimed) ?? null;
}

async function start(record: InstanceRecord, options: ChildOptions, signal: AbortSignal): Promise<RunningChild> {
  await endStrays(options);
  await writeRecord(options.directory, { ...record, process: null });
  await ensureOwnFolder(userDirOf(options), options.runAs ?? null);
  if (options.isOneOfMany) await forgetArmed(userDirOf(options));
  const child = await spawnDetached(record, options);
  const exit = { code: child.exitCode, ended: child.exitCode !== null };
  child.once("exit", (code) => Object.assign(exit, { code, ended: true }));
  child.unref();
  const own = await identify(child.pid ?? -1);
  // What nobody has on record would be found by nobody: it must not outlive a start that failed.
  await writeRecord(options.directory, { ...record, process: own }).catch(async (error: unknown) => {
    await terminate(own, 0);
    throw error;
  });
  const patience = createPatienceWith(() => readWaitedMs(own), options.startTimeoutMs);
  while (!exit.ended && !(await patience.isOver()) && !signal.aborted) {
    const health = await askHealth(record);
    if (health.kind === "answers" && health.pid === own.pid) return { record: { ...record, process: own }, process: own, adopted: false };
    await pause(40);
  }
  return failed(record, options, signal, { ...exit, own });
}

/** Processes of this folder that are on no record, since it was lost or could not be written. */
async function endStrays({ directory, entry = ownEntry }: ChildOptions): Promise<void> {
  const strays = await findByWords([entry, directory]);
  await Promise.all(strays.map((stray) => terminate(stray, 0)));
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
  // The process that has the port now may have been sent the token of the process before.
  return adopted ?? start({ ...record, port: await freePort(), token: newToken() }, options, signal);
}

/** What it must know it is told through a pipe, which nobody else can read and which is gone afterwards. */
async function spawnDetached(record: InstanceRecord, options: ChildOptions): Promise<ReturnType<typeof spawn>> {
  const { directory, maxMemoryMb, runAs, entry = ownEntry } = options;
  const userDir = userDirOf(options);
  const log = await openLog(directory);
  const atWork = await openAtWork(directory);
  try {
    const memory = maxMemoryMb === null ? [] : [`--max-old-space-size=${maxMemoryMb}`];
    const child = spawn(process.execPath, [...memory, entry, directory], {
      cwd: userDir,
      detached: true,
      env: environmentFor(runAs ? userDir : null),
      ...(runAs ? { uid: runAs.uid, gid: runAs.gid } : {}),
      stdio: ["pipe", log.fd, log.fd, atWork.fd],
    });
    // One that dies before it has read is told of by its exit.
    child.stdin?.on("error", () => undefined);
    child.stdin?.end(JSON.stringify(childSettings(userDir, record, options.drainMs)));
    await once(child, "spawn");
    return child;
  } finally {
    await Promise.all([log.close(), atWork.close()]);
  }
}

/** Nothing else of the controller's environment: there may be secrets in it. */
function environmentFor(home: string | null): NodeJS.ProcessEnv {
  const env = Object.fromEntries(engineVariables.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])));
  return home === null ? env : { ...env, HOME: home };
}

async function remember(record: InstanceRecord, process: OsProcess, directory: string): Promise<RunningChild> {
  await writeRecord(directory, { ...record, process });
  return { record: { ...record, process }, process, adopted: true };
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
