/**
 * The longest hold of the event loop. What a busy machine adds to it is told apart: the time for which the kernel had this thread wait for a core is taken off
 * each turn (Linux; elsewhere the wall's time stands).
 */

import { setTimeout } from "node:timers/promises";
import { threadTimesOf } from "./thread-times.ts";

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
  const thread = threadTimesOf(process.pid);
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
