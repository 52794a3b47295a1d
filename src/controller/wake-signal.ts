/** Lets a loop sleep until a time or a wake-up, whichever comes first. A wake-up while the loop is not asleep is not lost. */

import type { Clock } from "../ports/clock.ts";

export interface WakeSignal {
  notify(): void;
  /** Resolves after so many milliseconds, or at once when rung since the last wait. */
  wait(ms: number): Promise<void>;
}

export function createWakeSignal(clock: Clock): WakeSignal {
  let rung = false;
  let sleeper: AbortController | null = null;
  return {
    notify() {
      rung = true;
      sleeper?.abort();
    },
    async wait(ms) {
      if (!rung) {
        sleeper = new AbortController();
        await clock.sleep(ms, sleeper.signal);
        sleeper = null;
      }
      rung = false;
    },
  };
}
