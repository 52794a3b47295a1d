/** Clocks and log of the real world. */

import { setTimeout as sleep } from "node:timers/promises";
import { type DestinationStream, pino } from "pino";
import type { Clock } from "../../ports/clock.ts";
import type { Log } from "../../ports/log.ts";

const pause: Clock["sleep"] = (ms, signal) => sleep(ms, undefined, signal ? { signal } : {}).catch(() => undefined);

/** The time since this process began, which never jumps; for programs that keep nothing of earlier runs. */
export const systemClock: Clock = { now: () => Math.floor(performance.timeOrigin + performance.now()), sleep: pause };

/** What the machine's clock says just now. It may be set at any moment: for dates that people read, never for elapsed time. */
export const wallClock: Clock = { now: () => Date.now(), sleep: pause };

/** How much of the log waits while it cannot be written, such as on a full disk; what is more is dropped. */
const waitingLogBytes = 1024 * 1024;

/** Structured lines on standard output, or where told; an `error` field is written with its stack. A log that cannot be written stops nothing. */
export function createLog(level: string, component: string, destination: DestinationStream = standardOutput()): Log {
  const logger = pino({ level, base: { component }, errorKey: "error", timestamp: pino.stdTimeFunctions.isoTime }, destination);
  return {
    info: (fields, message) => logger.info(fields, message),
    warn: (fields, message) => logger.warn(fields, message),
    error: (fields, message) => logger.error(fields, message),
  };
}

/** Reporting that the log cannot be written would fail in the same way, without end. */
function standardOutput(): DestinationStream {
  const output = pino.destination({ dest: 1, sync: true, maxLength: waitingLogBytes });
  output.on("error", () => undefined);
  return output;
}
