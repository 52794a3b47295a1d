/** A clock that only moves when it is told to, and then wakes the sleepers in order. */

import type { Clock } from "../../src/ports/clock.ts";

export interface VirtualClock extends Clock {
  /** Lets so many milliseconds pass; code that wakes meanwhile runs until nothing is left to do. */
  pass(ms: number): Promise<void>;
  /** Lets everybody run who need not wait for the time. */
  idle(): Promise<void>;
}

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

export function createVirtualClock(start = 1_000_000): VirtualClock {
  let now = start;
  const sleepers = new Set<Sleeper>();
  const idle = async (): Promise<void> => {
    // Everything under test is promises alone: one turn of the event loop lets all of them run out.
    for (let turns = 0; turns < 3; turns += 1) await new Promise<void>((resolve) => void setImmediate(resolve));
  };
  return {
    now: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        const sleeper: Sleeper = {
          at: now + ms,
          wake() {
            sleepers.delete(sleeper);
            signal?.removeEventListener("abort", sleeper.wake);
            resolve();
          },
        };
        sleepers.add(sleeper);
        signal?.addEventListener("abort", sleeper.wake, { once: true });
      }),
    idle,
    async pass(ms) {
      const until = now + ms;
      await idle();
      for (let next = due(sleepers, until); next; next = due(sleepers, until)) {
        now = Math.max(now, next.at);
        next.wake();
        await idle();
      }
      now = until;
    },
  };
}

function due(sleepers: ReadonlySet<Sleeper>, until: number): Sleeper | undefined {
  return [...sleepers].filter(({ at }) => at <= until).toSorted((one, other) => one.at - other.at)[0];
}
