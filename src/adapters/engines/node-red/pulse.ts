/** Tells a process that hangs from one that is fine, by questions that were asked and not answered. A stretch in which this process stood still condemns nobody. */

import { setTimeout as sleep } from "node:timers/promises";
import { type OsProcess, readUsage, type Usage } from "./os-process.ts";

/** One question, and what became of it. Times are of the monotonic clock. */
export interface Asked {
  readonly answered: boolean;
  readonly tookMs: number;
  readonly timeoutMs: number;
}

/** How long one answer may take. */
export const pulseTimeoutMs = 2_000;
const betweenMs = 1_000;
const afterMissMs = 100;
/** A question that ends so long after its time limit was held up on this side. */
const awayAfterMs = 1_000;
/** With the timeout: a hanging process is noticed within eight seconds. */
const missesOfIdle = 3;
/** While a deployment is under way, or the machine gives the process no time, it may be busy for this many questions: about 45 s. */
const missesOfBusy = 20;

/** How many questions in a row were asked and not answered. */
export function countMisses(before: number, { answered, tookMs, timeoutMs }: Asked): number {
  if (answered) return 0;
  const wasAway = tookMs > timeoutMs + awayAfterMs;
  return wasAway ? 0 : before + 1;
}

/** Whether that many say that it hangs. A starved process is one that wants to run and is hardly let. */
export function isHanging(misses: number, { isBusy, isStarved }: { readonly isBusy: boolean; readonly isStarved: boolean }): boolean {
  return misses >= (isBusy || isStarved ? missesOfBusy : missesOfIdle);
}

/** From what it used between two looks: runnable, and with less than a tenth of a processor. */
export function wasStarved(before: Usage | null, after: Usage | null, elapsedMs: number): boolean {
  if (before === null || after === null || after.state !== "R") return false;
  return after.cpuMs - before.cpuMs < elapsedMs / 10;
}

export interface PulseOptions {
  readonly process: OsProcess;
  /** Whether it answers in time. Never rejects. */
  readonly ask: (timeoutMs: number) => Promise<boolean>;
  /** Whether it has good reason to answer late. */
  readonly isBusy: () => boolean;
  readonly signal: AbortSignal;
  readonly time?: MonotonicTime;
  /** What the process has used so far; asked of the system by default. */
  readonly usage?: (process: OsProcess) => Promise<Usage | null>;
}

/** Time that nobody sets, in milliseconds. */
export interface MonotonicTime {
  now(): number;
  pause(ms: number, signal: AbortSignal): Promise<unknown>;
}

const realTime: MonotonicTime = {
  now: () => performance.now(),
  pause: (ms, signal) => sleep(ms, undefined, { signal }).catch(() => undefined),
};

/** Asks until it hangs, or the signal says that it is enough. */
export async function untilItHangs({ process, ask, isBusy, signal, time = realTime, usage = readUsage }: PulseOptions): Promise<void> {
  let answered = { at: time.now(), usage: await usage(process) };
  for (let misses = 0; !signal.aborted;) {
    const askedAt = time.now();
    const isAnswered = await ask(pulseTimeoutMs);
    misses = countMisses(misses, { answered: isAnswered, tookMs: time.now() - askedAt, timeoutMs: pulseTimeoutMs });
    const now = { at: time.now(), usage: await usage(process) };
    if (misses === 0) answered = now;
    const starved = wasStarved(answered.usage, now.usage, now.at - answered.at);
    if (isHanging(misses, { isBusy: isBusy(), isStarved: starved })) return;
    await time.pause(misses === 0 ? betweenMs : afterMissMs, signal);
  }
}
