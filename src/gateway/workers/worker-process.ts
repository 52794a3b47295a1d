/** One worker, as its primary sees it: a child process that is asked, handed connections, and ended when it hangs. */

import { type ChildProcess, fork } from "node:child_process";
import type { Socket } from "node:net";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { type OwnedProcess, ownedProcess } from "../../platform/owned-process.ts";
import type { Ask, FromWorker, ToWorker } from "../messages.ts";

/** What a worker says without being asked. */
export interface WorkerEvents {
  /** It can be asked. */
  readonly onReady: () => void;
  readonly onMessage: (message: Exclude<FromWorker, { kind: "ready" | "done" | "taken" }>) => void;
  /** Room for another connection. */
  readonly onTaken: () => void;
  /** It is gone. Comes once, after everything that it has said. `untaken` are connections that it never got to. */
  readonly onGone: (untaken: readonly Handed[]) => void;
}

/** A connection on its way to a worker. */
export interface Handed {
  readonly socket: Socket;
  readonly listener: string | null;
}

export interface WorkerProcess extends OwnedProcess {
  /** Resolves once it is done. Rejects when the worker is gone before. */
  ask(ask: Ask): Promise<void>;
  hand(handed: Handed): void;
  /** How many connections it was handed that it has not taken yet. */
  untaken(): number;
  leave(limitMs: number): void;
  kill(): void;
}

/** The file beside this one, in src/ as in dist/. */
const here = fileURLToPath(import.meta.url);
const program = fileURLToPath(new URL(`./worker-program${extname(here)}`, import.meta.url));
/** After a process has ended its last words are read; they are short. */
const lastWordsMs = 1_000;

interface Waiting {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** @throws what the system says when no process can be started. */
export function startWorker(events: WorkerEvents, env: NodeJS.ProcessEnv): WorkerProcess {
  const child = fork(program, [], { stdio: ["ignore", "inherit", "inherit", "ipc"], env });
  const asked = new Map<number, Waiting>();
  const untaken = new Map<number, Handed>();
  let lastId = 0;
  let isGone = false;
  const send = (message: ToWorker, socket?: Socket) => {
    // What cannot be sent is given back when the worker is gone, which is soon then.
    if (child.connected) child.send(message, socket, { keepOpen: true }, () => undefined);
  };
  const take = (id: number) => {
    // The connection itself stays open: it is the worker's now.
    untaken.get(id)?.socket.destroy();
    untaken.delete(id);
    events.onTaken();
  };
  const settle = (id: number) => {
    asked.get(id)?.resolve();
    asked.delete(id);
  };
  const gone = () => {
    if (isGone) return;
    isGone = true;
    for (const { reject } of asked.values()) reject(new Error(`worker ${child.pid ?? 0} is gone`));
    events.onGone([...untaken.values()]);
  };
  child.on("message", (message: FromWorker) => {
    if (message.kind === "done") settle(message.id);
    else if (message.kind === "taken") take(message.id);
    else if (message.kind === "ready") events.onReady();
    else events.onMessage(message);
  });
  whenGone(child, gone);
  return {
    ...ownedProcess(child.pid ?? -1),
    ask: (ask) =>
      new Promise((resolve, reject) => {
        if (isGone) return reject(new Error("the worker is gone"));
        lastId += 1;
        asked.set(lastId, { resolve, reject });
        send({ kind: "ask", id: lastId, ask });
      }),
    hand(handed) {
      lastId += 1;
      untaken.set(lastId, handed);
      send({ kind: "connection", id: lastId, listener: handed.listener }, handed.socket);
    },
    untaken: () => untaken.size,
    leave: (limitMs) => send({ kind: "leave", limitMs }),
    // A child that nobody has collected yet keeps its pid, so this can hit nobody else.
    kill: () => void child.kill("SIGKILL"),
  };
}

/** The channel ends after the last message was read; that the process has ended may be known before. */
function whenGone(child: ChildProcess, gone: () => void): void {
  child.once("disconnect", () => {
    // A worker without a channel is of no use to anybody.
    if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
    gone();
  });
  child.once("exit", () => setTimeout(gone, lastWordsMs).unref());
  child.once("error", gone);
}
