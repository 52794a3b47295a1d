/** The real time, for controllers that run elsewhere. */

import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "../ports/clock.ts";

export const systemTime: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) => sleep(ms, undefined, signal ? { signal } : {}).catch(() => undefined),
};
