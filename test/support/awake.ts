/** Processes that never stood still, or that do when a test wants it. */

import type { Awake, Clock } from "../../src/ports/clock.ts";

export function alwaysAwake({ now }: Pick<Clock, "now">): Awake {
  return { ran: now, lostMs: () => 0, since: () => 0 };
}

export interface Sleepy extends Awake {
  /** It has just stood still for so long. */
  stoodStill(ms: number): void;
}

export function sometimesAwake({ now }: Pick<Clock, "now">): Sleepy {
  let [lostMs, since] = [0, 0];
  return {
    ran: () => now() - lostMs,
    lostMs: () => lostMs,
    since: () => since,
    stoodStill(ms) {
      lostMs += ms;
      since = now();
    },
  };
}
