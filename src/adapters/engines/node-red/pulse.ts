/** Tells a process that hangs from one that is fine, by questions that were asked and not answered. Neither a stretch in which this process stood still rejects anybody, nor one in which the other waited for a processor. */

import { setTimeout as sleep } from "node:timers/promises";
import { type OsProcess, readWaitedMs } from "./os-process.ts";
import { type Waited, waitedBetween } from "./patience.ts";

/** One question, and what became of it. Times are of the monotonic clock. */
export interface Asked {
  readonly answered: boolean;
  readonly tookMs: number;
  /** For how much of it the process wanted to run and was not let. */
  readonly waitedMs: number;
  readonly timeoutMs: number;
}

/** How long one answer may take. */
export const pulseTimeoutMs = 2_000;
const betweenMs = 1_000;
const afterMissMs = 100;
/** A question that ends so long after its time limit was held up on this side. */
const awayAfterMs = 1_000;
/** Three, of which it could use most: with the timeout, a hanging process is noticed within eight seconds. */
const missesOfIdle = 2.5;
/** While a deployment is under way it may be busy for this many questions: about 45 s. */
const missesOfBusy = 20;
/** However little time the machine gives it: about five minutes. */
const mostUnanswered = 150;

/** Questions in a row that were asked and not answered. */
export interface Misses {
  readonly questions: number;
  /** The share of each that the process could use, added up. */
  readonly used: number;
}

export const noMisses: Misses = { questions: 0, used: 0 };

export function countMisses(before: Misses, { answered, tookMs, waitedMs, timeoutMs }: Asked): Misses {
  const wasAway = tookMs > timeoutMs + awayAfterMs;
  if (answered || wasAway) return noMisses;
  return { questions: before.questions + 1, used: before.used + Math.max(0, 1 - waitedMs / Math.max(1, tookMs)) };
}

/** Whether that many say that it hangs. */
export function isHanging({ questions, used }: Misses, { isBusy }: { readonly isBusy: boolean }): boolean {
  return used >= (isBusy ? missesOfBusy : missesOfIdle) || questions >= mostUnanswered;
}

export interface PulseOptions {
  readonly process: OsProcess;
  /** Whether it answers in time. Never rejects. */
  readonly ask: (timeoutMs: number) => Promise<boolean>;
  /** Whether it has good reason to answer late. */
  readonly isBusy: () => boolean;
  readonly signal: AbortSignal;
  readonly time?: MonotonicTime;
  /** How long the process has waited for a processor so far, in milliseconds; asked of the system by default. */
  readonly waitedMs?: (process: OsProcess) => Promise<number | null>;
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
export async function untilItHangs({
  process,
  ask,
  isBusy,
  signal,
  time = realTime,
  waitedMs = readWaitedMs,
}: PulseOptions): Promise<void> {
  let misses = noMisses;
  while (!signal.aborted) {
    const { answer, ...took } = await askOnce({ ask, time, waitedMs: () => waitedMs(process) });
    misses = countMisses(misses, { answered: answer, ...took });
    if (isHanging(misses, { isBusy: isBusy() })) return;
    await time.pause(misses === noMisses ? betweenMs : afterMissMs, signal);
  }
}

interface Question<T> {
  readonly ask: (timeoutMs: number) => Promise<T>;
  readonly time?: Pick<MonotonicTime, "now">;
  readonly waitedMs: Waited;
}

/** One question, with its answer and what the process had of that time. */
export async function askOnce<T>({
  ask,
  time = realTime,
  waitedMs,
}: Question<T>): Promise<{ readonly answer: T } & Omit<Asked, "answered">> {
  const before = { at: time.now(), waitedMs: await waitedMs() };
  const answer = await ask(pulseTimeoutMs);
  const tookMs = time.now() - before.at;
  return { answer, tookMs, waitedMs: waitedBetween(before.waitedMs, await waitedMs()), timeoutMs: pulseTimeoutMs };
}
