/**
 * The longest hold of the event loop. What a busy machine adds to it is told apart: the time for which the kernel had this thread wait for a core is taken off
 * each turn (Linux; elsewhere the wall's time stands).
 */

import { openSync, readSync } from "node:fs";
import { setTimeout } from "node:timers/promises";

export interface Held {
  /** The longest turn, without the time that the machine had no core for us. */
  readonly holdMs: number;
  /** The longest turn by the wall's clock. */
  readonly wallMs: number;
  /** The longest turn by the processor time of the main thread: what neither other programs nor helpers of the collector that have no core can add to. */
  readonly busyMs: number;
  /** Most memory of the process so far. */
  readonly memoryMb: number;
}

const settleMs = 50;

/** Measures while the work goes on, and a little before and after it. */
export async function meter(work: () => Promise<unknown>): Promise<Held> {
  const thread = createThread();
  let [holdMs, wallMs, busyMs] = [0, 0, 0];
  let isOver = false;
  let before = { at: performance.now(), ...thread() };
  const turn = (): void => {
    const now = { at: performance.now(), ...thread() };
    busyMs = Math.max(busyMs, now.ranMs - before.ranMs);
    wallMs = Math.max(wallMs, now.at - before.at);
    holdMs = Math.max(holdMs, now.at - before.at - (now.waitedMs - before.waitedMs));
    before = now;
    if (!isOver) setImmediate(turn);
  };
  setImmediate(turn);
  await setTimeout(settleMs);
  await work();
  await setTimeout(settleMs);
  isOver = true;
  return { holdMs, wallMs, busyMs, memoryMb: process.resourceUsage().maxRSS / 1024 };
}

/** Milliseconds for which the main thread has run, and for which it could have run and had no core. */
function createThread(): () => { readonly ranMs: number; readonly waitedMs: number } {
  const statistics = open(`/proc/self/task/${process.pid}/schedstat`);
  const buffer = Buffer.alloc(128);
  return () => {
    if (statistics === null) return { ranMs: 0, waitedMs: 0 };
    const length = readSync(statistics, buffer, 0, buffer.length, 0);
    const [ran, waited] = buffer.toString("latin1", 0, length).split(" ");
    return { ranMs: Number(ran) / 1e6, waitedMs: Number(waited) / 1e6 };
  };
}

function open(path: string): number | null {
  try {
    return openSync(path, "r");
  } catch {
    return null;
  }
}
