/** Workers that are mute, hang, die or never get ready: noticed, ended, replaced, and held against nobody else. Their processes are played. */

import type { Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createCounters } from "../../../src/gateway/counters.ts";
import type { Ask } from "../../../src/gateway/messages.ts";
import { createPool, type Pool } from "../../../src/gateway/workers/pool.ts";
import type { Handed, WorkerEvents, WorkerProcess } from "../../../src/gateway/workers/worker-process.ts";
import { digestOf, logInto } from "../../adapters/routers/gateway/setting.ts";

const beatMs = 1_000;

/** One worker: what it is asked waits until it answers, or for ever while it is mute. */
class Played implements WorkerProcess {
  readonly startTime = null;
  readonly asked: Ask[] = [];
  readonly handed: Handed[] = [];
  isMute = false;
  isGone = false;
  readonly #waiting: { readonly resolve: () => void; readonly reject: (error: Error) => void }[] = [];

  readonly pid: number;
  readonly events: WorkerEvents;

  constructor(pid: number, events: WorkerEvents) {
    this.pid = pid;
    this.events = events;
  }

  ask(ask: Ask): Promise<void> {
    this.asked.push(ask);
    if (!this.isMute) return Promise.resolve();
    return new Promise((resolve, reject) => void this.#waiting.push({ resolve, reject }));
  }

  /** Answers all that it was asked. */
  wakeUp(): void {
    this.isMute = false;
    for (const { resolve } of this.#waiting.splice(0)) resolve();
  }

  hand(handed: Handed): void {
    this.handed.push(handed);
  }

  untaken(): number {
    return this.handed.length;
  }

  leave(): void {
    this.kill();
  }

  kill(): void {
    if (this.isGone) return;
    this.isGone = true;
    for (const { reject } of this.#waiting.splice(0)) reject(new Error("gone"));
    this.events.onGone(this.handed.splice(0));
  }
}

let started: Played[];
let pool: Pool;
let logged: string[];
/** Of the next workers that start. */
let areMute: boolean;

beforeEach(() => {
  vi.useFakeTimers();
  [started, logged, areMute] = [[], [], false];
});
afterEach(async () => {
  vi.useRealTimers();
  await pool.close(0);
});

const counters = createCounters(1);

async function beats(count: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(count * beatMs);
}

/** A pool whose workers are ready at once. */
async function open(workers = 2): Promise<void> {
  pool = createPool({
    workers,
    settings: { trustedProxies: [], bodyIdleMs: 1, environments: {}, reportEveryMs: 1, checkMark: "" },
    table: () => new Map(),
    counters,
    env: {},
    heartbeatMs: beatMs,
    onMembers: () => undefined,
    log: logInto(logged),
    start: (events) => {
      const worker = new Played(started.length + 1, events);
      worker.isMute = areMute;
      started.push(worker);
      queueMicrotask(() => worker.events.onReady());
      return worker;
    },
  });
  await vi.advanceTimersByTimeAsync(1);
}

function worker(number: number): Played {
  const found = started[number - 1];
  if (!found) throw new Error(`worker ${number} was not started`);
  return found;
}

const living = () => started.filter(({ isGone }) => !isGone).map(({ pid }) => pid);
const connection = (): Handed => ({ socket: { destroy: () => undefined } as unknown as Socket, listener: null });

describe("a worker that hangs", () => {
  it("is ended within ten beats, not within three, and replaced at once", async () => {
    await open();
    worker(1).isMute = true;
    await beats(3);
    expect(living()).toEqual([1, 2]);
    await beats(7);
    expect(living()).toEqual([2, 3]);
    expect(pool.replaced()).toBe(1);
    expect(logged.join("\n")).toMatch(/does not answer; it is ended and replaced/);
    await beats(10);
    expect(living()).toEqual([2, 3]);
  });

  it("that answers after all is kept, and its silence forgotten", async () => {
    await open();
    for (let time = 0; time < 4; time += 1) {
      worker(1).isMute = true;
      await beats(4);
      worker(1).wakeUp();
      await beats(2);
    }
    expect(living()).toEqual([1, 2]);
  });

  it("gives back what it has not taken, and gets nothing new while it is silent", async () => {
    await open();
    worker(1).isMute = true;
    await beats(3);
    for (let count = 0; count < 2; count += 1) pool.hand(connection());
    expect([worker(1).handed.length, worker(2).handed.length]).toEqual([0, 2]);
    pool.hand(connection());
    pool.hand(connection());
    expect([worker(1).handed.length, pool.connections()]).toEqual([2, 4]);
    await beats(7);
    expect([worker(3).handed.length, pool.connections()]).toEqual([2, 4]);
  });

  it("holds up a change of the table for no longer than it lives", async () => {
    await open();
    worker(1).isMute = true;
    let isPublished = false;
    void pool.publish([{ environment: "production", routes: [] }]).then(() => (isPublished = true));
    await beats(1);
    expect(isPublished).toBe(false);
    await beats(9);
    expect([isPublished, living()]).toEqual([true, [2, 3]]);
  });

  it("holds up no count for longer than half a second", async () => {
    await open();
    worker(1).isMute = true;
    await pool.count();
    expect(worker(1).asked.at(-1)).toEqual({ kind: "report" });
  });
});

describe("a worker that never gets ready", () => {
  it("is ended after a minute, and holds up no change of the table meanwhile", async () => {
    await open();
    areMute = true;
    worker(1).kill();
    await beats(1);
    expect(worker(3).asked.map(({ kind }) => kind)).toEqual(["begin"]);
    let isPublished = false;
    void pool.publish([{ environment: "production", routes: [] }]).then(() => (isPublished = true));
    await beats(1);
    expect(isPublished).toBe(true);
    // It has the change after its table, so that it serves by it once it serves.
    expect(worker(3).asked.map(({ kind }) => kind)).toEqual(["begin", "routes"]);
    pool.hand(connection());
    expect([worker(2).handed.length, worker(3).handed.length]).toEqual([1, 0]);
    await beats(50);
    expect(living()).toEqual([2, 3]);
    await beats(10);
    expect(living()).toEqual([2, 4]);
  });

  it("of a pool in which nobody serves is said so", async () => {
    areMute = true;
    await open();
    const start = pool.started().then(
      () => "up",
      (error: unknown) => String(error),
    );
    await beats(61);
    expect(await start).toMatch(/no worker of the gateway came up/);
  });
});

describe("a worker that dies", () => {
  it("as soon as it starts is started again ever more patiently", async () => {
    await open(1);
    for (let time = 0; time < 6; time += 1) {
      started.at(-1)?.kill();
      await beats(4);
    }
    const soon = started.length;
    started.at(-1)?.kill();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(started.length).toBe(soon);
    await beats(5);
    expect(started.length).toBe(soon + 1);
  });

  it("leaves its counts behind, and nothing in flight", async () => {
    await open();
    const labels = { environment: "production", process: "orders", version: "1.0.0", digest: digestOf("1"), instance: "one" };
    const report = { labels, requests: 3, errors: 0, latencySumMs: 3, inFlight: 2, byStatus: [], buckets: [] };
    worker(1).events.onMessage({ kind: "report", counters: [report], closed: 0, ejected: ["http://one"] });
    expect([counters.of(labels).inFlight, [...pool.ejected()]]).toEqual([2, ["http://one"]]);
    worker(1).kill();
    expect([counters.of(labels).requests, counters.of(labels).inFlight, [...pool.ejected()]]).toEqual([3, 0, []]);
  });

  it("because it was told to has another one in its place before it is gone", async () => {
    await open();
    worker(1).events.onMessage({ kind: "leaving" });
    expect(living()).toEqual([1, 2, 3]);
    worker(1).kill();
    await beats(1);
    expect(living()).toEqual([2, 3]);
    expect(pool.replaced()).toBe(0);
  });
});
