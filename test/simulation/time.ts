/** Virtual time: it moves only when nobody can run, and then straight to whoever wakes next. */

import type { Instant } from "../../src/domain/names.ts";
import type { Life } from "./life.ts";

export interface VirtualTime {
  now(): Instant;
  /** Resolves after so many milliseconds, or at once when aborted; never when its owner has died. */
  sleep(ms: number, owner: Life | null, signal?: AbortSignal): Promise<void>;
  /** Runs some work later, unless its owner has died by then; calls it off when the returned function is called. */
  later(ms: number, work: () => void, owner?: Life | null): () => void;
  /** Lets everybody live until that instant, or until `isOver`. */
  runUntil(instant: Instant, isOver: () => boolean): Promise<void>;
  /** While this says so, somebody waits for something real, and time stands still. */
  isWaitingForReal: () => boolean;
}

interface Timer {
  at: Instant;
  readonly order: number;
  readonly work: () => void;
  readonly owner: Life | null;
  isOff: boolean;
}

export function createVirtualTime(start: Instant): VirtualTime {
  let now = start;
  let count = 0;
  const timers: Timer[] = [];

  const add = (ms: number, work: () => void, owner: Life | null): Timer => {
    const timer: Timer = { at: now + Math.max(0, ms), order: (count += 1), work, owner, isOff: false };
    push(timers, timer);
    return timer;
  };
  const later = (ms: number, work: () => void, owner: Life | null = null): (() => void) => {
    const timer = add(ms, work, owner);
    return () => {
      timer.isOff = true;
    };
  };
  const sleepUntilAborted = (ms: number, owner: Life | null, signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      if (signal.aborted) return resolve();
      const wake = (): void => {
        signal.removeEventListener("abort", cut);
        resolve();
      };
      const timer = add(ms, wake, owner);
      const cut = (): void => {
        timer.isOff = true;
        wake();
      };
      signal.addEventListener("abort", cut, { once: true });
    });

  const time: VirtualTime = {
    now: () => now,
    later,
    isWaitingForReal: () => false,
    sleep: (ms, owner, signal) => (signal ? sleepUntilAborted(ms, owner, signal) : new Promise((resolve) => void add(ms, resolve, owner))),
    runUntil: (instant, isOver) =>
      new Promise((resolve, reject) => {
        const onTick = (): void => process.nextTick(goOn);
        const goOn = (): void => {
          if (time.isWaitingForReal()) return void setImmediate(queueMicrotask, goOn);
          try {
            if (wakeNext(instant, isOver)) return void settled.then(onTick);
          } catch (error) {
            return reject(error);
          }
          if (!isOver()) now = Math.max(now, instant);
          resolve();
        };
        void settled.then(onTick);
      }),
  };

  /** False: nobody wakes until then. */
  function wakeNext(instant: Instant, isOver: () => boolean): boolean {
    for (let next = timers[0]; next && next.at <= instant && !isOver(); next = timers[0]) {
      pop(timers);
      if (next.isOff || next.owner?.isDead) continue;
      if (next.owner && next.owner.frozenUntil > next.at) {
        next.at = next.owner.frozenUntil;
        push(timers, next);
        continue;
      }
      now = Math.max(now, next.at);
      next.work();
      return true;
    }
    return false;
  }
  return time;
}

/**
 * Everything that is simulated is promises alone, and ticks come after the last of them: no turn of the event loop is needed. The next
 * tick is asked for by a promise: one that is asked for by a tick would come before the promises that it wakes.
 */
const settled = Promise.resolve();

function isBefore(one: Timer, other: Timer): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order);
}

/** A binary heap, earliest first. */
function push(heap: Timer[], timer: Timer): void {
  heap.push(timer);
  let index = heap.length - 1;
  while (index > 0) {
    const above = (index - 1) >> 1;
    if (!swapIf(heap, index, above)) return;
    index = above;
  }
}

function pop(heap: Timer[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  heap[0] = last;
  let index = 0;
  for (;;) {
    const left = 2 * index + 1;
    const right = left + 1;
    const one = heap[left];
    const other = heap[right];
    const least = one && other && isBefore(other, one) ? right : left;
    if (!one || !swapIf(heap, least, index)) return;
    index = least;
  }
}

/** Swaps the two when the lower one comes before the upper one. */
function swapIf(heap: Timer[], lower: number, upper: number): boolean {
  const one = heap[lower];
  const other = heap[upper];
  if (!one || !other || !isBefore(one, other)) return false;
  heap[upper] = one;
  heap[lower] = other;
  return true;
}
