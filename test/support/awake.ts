/** A process that never stood still. */

import type { Awake, Clock } from "../../src/ports/clock.ts";

export function alwaysAwake({ now }: Pick<Clock, "now">): Awake {
  return { ran: now, lostMs: () => 0, since: () => 0 };
}
