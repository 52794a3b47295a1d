/** The standby of a primary: a process that holds its listening sockets too, and goes on in its place as soon as it is gone. */

import { type ChildProcess, fork } from "node:child_process";
import type { Log } from "../../ports/log.ts";
import { type OwnedProcess, ownedProcess } from "../../platform/owned-process.ts";
import { childEnvironment } from "./child-environment.ts";
import type { HeldSocket } from "../held-sockets.ts";
import type { Succession } from "./primary-options.ts";

/** What a standby reads at its start. Through a pipe, which holds it also when the primary dies meanwhile, and which nobody else can read. */
export interface Inheritance {
  readonly succession: Succession;
  /** The sockets that it was started with. */
  readonly held: readonly HeldSocket[];
}

/** What is said to a standby later; `ping` is answered. The end of the channel itself says that the primary is gone. */
export type ToStandby = "end" | "ping";

export interface StandbyOptions {
  /** The file of its program. */
  readonly program: string;
  readonly succession: Succession;
  readonly sockets: readonly HeldSocket[];
  /** How often it is asked whether it is there. */
  readonly heartbeatMs: number;
  /** Called when one has come or gone. */
  readonly onChange: () => void;
  readonly log: Log;
}

export interface Standby {
  current(): OwnedProcess | null;
  /** Resolves when one could go on. Rejects when it has ended before. */
  ready(): Promise<void>;
  /** From now on it is the primary. */
  letGo(): void;
  /** Resolves once none is there. */
  end(): Promise<void>;
}

/** Standard streams and the channel come before. */
const firstDescriptor = 4;
const againAfterMs = 1_000;
const endLimitMs = 2_000;
/** So many beats without an answer, and it hangs: connections would wait for it until they are given up. */
const hungAfterBeats = 5;
/** Before its first answer, in which it loads everything. */
const startBeats = 30;

/** Keeps one: when it ends or hangs, another one is started. */
export function keepStandby(options: StandbyOptions): Standby {
  const { log, onChange, heartbeatMs } = options;
  let isOver = false;
  let child: ChildProcess | null = start(options);
  let again: NodeJS.Timeout | undefined;
  const silence = { beats: 0, limit: startBeats };
  const beat = setInterval(() => {
    if (child?.connected !== true) return;
    silence.beats += 1;
    if (silence.beats <= silence.limit) return send(child, "ping");
    log.warn({ pid: child.pid }, "the standby of the gateway does not answer; it is ended and replaced");
    child.kill("SIGKILL");
  }, heartbeatMs).unref();
  const watch = (watched: ChildProcess) => {
    Object.assign(silence, { beats: 0, limit: startBeats });
    watched.on("message", () => void Object.assign(silence, { beats: 0, limit: hungAfterBeats }));
    watched.once("exit", () => {
      if (isOver || watched !== child) return;
      log.warn({ pid: watched.pid }, "the standby of the gateway is gone; starting another");
      again = setTimeout(() => {
        child = start(options);
        watch(child);
        onChange();
      }, againAfterMs).unref();
    });
  };
  watch(child);
  const stopKeeping = () => {
    isOver = true;
    clearInterval(beat);
    clearTimeout(again);
  };
  return {
    current: () => (child?.pid !== undefined && isThere(child) ? ownedProcess(child.pid) : null),
    ready: () => ready(child),
    letGo() {
      stopKeeping();
      if (child?.connected) child.disconnect();
      child = null;
    },
    async end() {
      stopKeeping();
      if (child) await end(child);
    },
  };
}

function start({ program, succession, sockets, log }: StandbyOptions): ChildProcess {
  const descriptors = sockets.map(({ descriptor }) => descriptor);
  const child = fork(program, [], {
    // A signal to the primary's group is not meant for who goes on when that is gone.
    detached: true,
    stdio: ["pipe", "inherit", "inherit", "ipc", ...descriptors],
    env: childEnvironment(process.env),
  });
  child.on("error", (error) => log.error({ error }, "the standby of the gateway cannot be started"));
  const held = sockets.map((socket, index) => ({ ...socket, descriptor: firstDescriptor + index }));
  const inheritance: Inheritance = { succession, held };
  child.stdin?.on("error", () => undefined);
  child.stdin?.end(JSON.stringify(inheritance));
  child.unref();
  child.channel?.unref();
  return child;
}

function ready(child: ChildProcess | null): Promise<void> {
  return new Promise((resolve, reject) => {
    if (child === null || !isThere(child)) return reject(new Error("there is no standby"));
    child.once("message", () => resolve());
    child.once("exit", () => reject(new Error("the standby of the gateway has ended")));
  });
}

async function end(child: ChildProcess): Promise<void> {
  if (!isThere(child)) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(() => child.kill("SIGKILL"), endLimitMs);
    child.once("exit", () => {
      clearTimeout(timer);
      resolve();
    });
    child.ref();
    if (child.connected) send(child, "end");
  });
}

function send(child: ChildProcess, message: ToStandby): void {
  child.send(message, () => undefined);
}

function isThere({ pid, exitCode, signalCode }: ChildProcess): boolean {
  return pid !== undefined && exitCode === null && signalCode === null;
}
