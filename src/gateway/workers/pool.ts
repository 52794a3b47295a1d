/** The workers of a gateway: kept in number, asked whether they are there, replaced when they are not, and handed the connections. */

import { setTimeout as wait } from "node:timers/promises";
import type { Log } from "../../ports/log.ts";
import type { Counters } from "../counters.ts";
import type { OwnedProcess } from "../../platform/owned-process.ts";
import type { Table } from "../table-file.ts";
import type { RouteChange, WorkerSettings } from "../messages.ts";
import { createLedger, type Ledger } from "../reports.ts";
import { type Handed, startWorker, type WorkerEvents, type WorkerProcess } from "./worker-process.ts";

export interface PoolOptions {
  readonly workers: number;
  readonly settings: WorkerSettings;
  /** What a worker begins with, and what every worker's counts are added to. */
  readonly table: () => Table;
  readonly counters: Counters;
  readonly env: NodeJS.ProcessEnv;
  /** How often a worker is asked whether it is there. */
  readonly heartbeatMs: number;
  /** Called when a worker has come or gone. */
  readonly onMembers: () => void;
  readonly log: Log;
  /** Starts one; the tests have some that do not behave. */
  readonly start?: typeof startWorker;
}

export interface Pool {
  /** Resolves when a worker serves. @throws Error when none does within a minute. */
  started(): Promise<void>;
  /** Gives a connection to a worker, now or as soon as one has room. */
  hand(handed: Handed): void;
  /** Resolves once every worker that serves does so by the change; one that is still beginning has it before it serves. */
  publish(changes: readonly RouteChange[]): Promise<void>;
  /** Resolves once the counters hold what all workers that answer have counted. */
  count(): Promise<void>;
  /** Origins that some worker leaves out. */
  ejected(): ReadonlySet<string>;
  members(): readonly OwnedProcess[];
  /** Connections that are open or wait for a worker. */
  connections(): number;
  /** How many workers were replaced because they died or hung. */
  replaced(): number;
  close(limitMs: number): Promise<void>;
}

interface Member {
  readonly worker: WorkerProcess;
  readonly ledger: Ledger;
  readonly sinceMs: number;
  /** `beginning`: it has been sent the table. `joining`: it has it, and takes in what has changed meanwhile. */
  state: "starting" | "beginning" | "joining" | "serving" | "leaving";
  /** Heartbeats in a row without an answer. Counted in beats, so that time in which this process did not run counts as one. */
  missed: number;
  isAsked: boolean;
  connections: number;
  ejected: readonly string[];
}

/** Beats without an answer after which a worker hangs, and does not start. */
const hungAfterBeats = 5;
const startBeats = 60;
/** It gets nothing new while it is silent for that long. */
const silentAfterBeats = 2;
/** Two, so that it need not wait for the next; not more, because they wait as long as a worker that hangs. */
const mostUntaken = 2;
const countLimitMs = 500;
const steadyAfterMs = 5_000;
const longestBackoffMs = 5_000;

export function createPool(options: PoolOptions): Pool {
  return new WorkerPool(options);
}

class WorkerPool implements Pool {
  readonly #options: PoolOptions;
  readonly #members = new Set<Member>();
  readonly #waiting: Handed[] = [];
  readonly #heart: NodeJS.Timeout;
  #isClosing = false;
  #failures = 0;
  #replaced = 0;

  constructor(options: PoolOptions) {
    this.#options = options;
    for (let n = 0; n < options.workers; n++) this.#start();
    this.#heart = setInterval(() => this.#members.forEach((member) => this.#beat(member)), options.heartbeatMs).unref();
  }

  async started(): Promise<void> {
    const limit = performance.now() + startBeats * this.#options.heartbeatMs;
    while (!this.#serving().length) {
      if (performance.now() > limit) throw new Error("no worker of the gateway came up");
      await wait(10);
    }
  }

  hand(handed: Handed): void {
    this.#waiting.push(handed);
    this.#dispatch();
  }

  async publish(changes: readonly RouteChange[]): Promise<void> {
    const tell = ({ worker }: Member): Promise<void> => worker.ask({ kind: "routes", changes });
    const of = (...states: readonly Member["state"][]) => [...this.#members].filter(({ state }) => states.includes(state));
    // One that never gets ready must not hold up what all others serve by.
    for (const member of of("beginning")) tell(member).catch(() => undefined);
    await Promise.allSettled(of("joining", "serving").map(tell));
  }

  async count(): Promise<void> {
    const all = Promise.allSettled(this.#serving().map(({ worker }) => worker.ask({ kind: "report" })));
    await Promise.race([all, wait(countLimitMs, undefined, { ref: false })]);
  }

  ejected(): ReadonlySet<string> {
    return new Set([...this.#members].flatMap((member) => member.ejected));
  }

  members(): readonly OwnedProcess[] {
    return [...this.#members].map(({ worker: { pid, startTime } }) => ({ pid, startTime }));
  }

  connections(): number {
    return [...this.#members].reduce((sum, member) => sum + member.connections, this.#waiting.length);
  }

  replaced(): number {
    return this.#replaced;
  }

  async close(limitMs: number): Promise<void> {
    this.#isClosing = true;
    for (const member of this.#members) this.#leave(member, limitMs);
    const limit = performance.now() + limitMs + 3_000;
    while (this.#members.size > 0 && performance.now() < limit) await wait(10);
    clearInterval(this.#heart);
    for (const { worker } of this.#members) worker.kill();
    for (const { socket } of this.#waiting.splice(0)) socket.destroy();
  }

  #serving(): readonly Member[] {
    return [...this.#members].filter(({ state }) => state === "serving");
  }

  #start(): void {
    const { counters, env, onMembers, log, start = startWorker } = this.#options;
    const events: WorkerEvents = {
      onReady: () => void this.#begin(member),
      onMessage: (message) => {
        if (message.kind === "log") log[message.level]({ worker: member.worker.pid, ...message.fields }, message.message);
        else if (message.kind === "leaving") this.#replaceLeaving(member);
        else this.#note(member, message);
      },
      onTaken: () => this.#dispatch(),
      onGone: (untaken) => this.#lose(member, untaken),
    };
    const member: Member = {
      worker: start(events, env),
      ledger: createLedger(counters),
      sinceMs: performance.now(),
      state: "starting",
      missed: 0,
      isAsked: false,
      connections: 0,
      ejected: [],
    };
    this.#members.add(member);
    onMembers();
  }

  /** With the table of this moment; what changes later follows it on the same way. */
  async #begin(member: Member): Promise<void> {
    const { settings, table, log } = this.#options;
    const whole = [...table()].map(([environment, routes]) => ({ environment, routes }));
    member.state = "beginning";
    try {
      await member.worker.ask({ kind: "begin", settings, table: whole });
      member.state = "joining";
      // Answered in the order asked: then it has what was published since.
      await member.worker.ask({ kind: "ping" });
    } catch {
      return;
    }
    if (this.#isClosing) return;
    Object.assign(member, { state: "serving", missed: 0 });
    log.info({ worker: member.worker.pid }, "gateway worker serves");
    this.#dispatch();
  }

  #note(member: Member, { counters, closed, ejected }: Parameters<WorkerEvents["onMessage"]>[0] & { kind: "report" }): void {
    member.ledger.add(counters);
    member.connections -= closed;
    if (ejected) member.ejected = ejected;
  }

  /** The one with the fewest connections that has room. */
  #dispatch(): void {
    while (this.#waiting.length > 0) {
      const able = this.#serving().filter(({ worker }) => worker.untaken() < mostUntaken);
      const awake = able.filter(({ missed }) => missed < silentAfterBeats);
      const [first, ...others] = awake.length > 0 ? awake : able;
      const handed = first && this.#waiting.shift();
      if (!handed) return;
      const member = others.reduce((best, other) => (other.connections < best.connections ? other : best), first);
      member.connections += 1;
      member.worker.hand(handed);
    }
  }

  #beat(member: Member): void {
    if (member.state === "leaving") return;
    const isServing = member.state === "serving" || member.state === "joining";
    member.missed = isServing && !member.isAsked ? 0 : member.missed + 1;
    if (member.missed >= (isServing ? hungAfterBeats : startBeats)) return this.#endHanging(member);
    if (!isServing || member.isAsked) return;
    member.isAsked = true;
    void member.worker.ask({ kind: "ping" }).then(
      () => Object.assign(member, { isAsked: false, missed: 0 }),
      () => undefined,
    );
  }

  #endHanging(member: Member): void {
    const { log, heartbeatMs } = this.#options;
    log.warn(
      { worker: member.worker.pid, silentMs: member.missed * heartbeatMs },
      "a gateway worker does not answer; it is ended and replaced",
    );
    member.missed = 0;
    member.worker.kill();
  }

  #lose(member: Member, untaken: readonly Handed[]): void {
    const { log, onMembers } = this.#options;
    this.#members.delete(member);
    member.ledger.close();
    this.#waiting.unshift(...untaken);
    if (member.state !== "leaving" && !this.#isClosing) {
      log.warn({ worker: member.worker.pid, connections: member.connections }, "a gateway worker is gone; starting another");
      this.#replaced += 1;
      this.#startLater(performance.now() - member.sinceMs > steadyAfterMs);
    }
    onMembers();
    this.#dispatch();
  }

  /** At once, unless they die as soon as they start. */
  #startLater(wasSteady: boolean): void {
    this.#failures = wasSteady ? 0 : this.#failures + 1;
    const delayMs = this.#failures < 2 ? 0 : Math.min(longestBackoffMs, 50 * 2 ** this.#failures);
    setTimeout(() => {
      if (!this.#isClosing) this.#start();
    }, delayMs);
  }

  #replaceLeaving(member: Member): void {
    this.#options.log.info({ worker: member.worker.pid }, "a gateway worker was asked to end; another one replaces it");
    member.state = "leaving";
    if (!this.#isClosing) this.#start();
  }

  #leave(member: Member, limitMs: number): void {
    member.state = "leaving";
    member.worker.leave(limitMs);
  }
}
