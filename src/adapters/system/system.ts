/** Clocks and log of the real world. */

import { setTimeout as sleep } from "node:timers/promises";
import { type DestinationStream, pino } from "pino";
import type { Clock } from "../../ports/clock.ts";
import type { Log } from "../../ports/log.ts";

const pause: Clock["sleep"] = (ms, signal) => sleep(ms, undefined, signal ? { signal } : {}).catch(() => undefined);

/** The time since this process began, which never jumps; for whoever remembers no earlier run. */
export const systemClock: Clock = { now: () => Math.floor(performance.timeOrigin + performance.now()), sleep: pause };

/** What the machine's clock says just now. It may be set at any moment: for dates that people read, never for elapsed time. */
export const wallClock: Clock = { now: () => Date.now(), sleep: pause };

/** Structured lines on standard output, or where told; an `error` field is written with its stack. */
export function createLog(level: string, component: string, destination?: DestinationStream): Log {
  const logger = pino({ level, base: { component }, errorKey: "error", timestamp: pino.stdTimeFunctions.isoTime }, destination);
  return {
    info: (fields, message) => logger.info(fields, message),
    warn: (fields, message) => logger.warn(fields, message),
    error: (fields, message) => logger.error(fields, message),
  };
}
