/** Says a failure that comes again and again once, then at rising intervals, and once when it is over. */

import { PinionError } from "../domain/errors.ts";
import type { Instant } from "../domain/names.ts";
import type { Clock } from "../ports/clock.ts";
import type { Log } from "../ports/log.ts";

export interface RepeatedFailure {
  failed(error: unknown): void;
  /** It went well: said when failures were said before. */
  wentWell(): void;
}

export interface FailureWords {
  readonly log: Log;
  readonly clock: Pick<Clock, "now">;
  readonly about: Readonly<Record<string, unknown>>;
  /** What is said of each failure. */
  readonly text: string;
  /** What is said when it is over. */
  readonly over: string;
}

const firstIntervalMs = 60_000;
const longestIntervalMs = 3_600_000;

interface Run {
  readonly what: string;
  readonly failures: number;
  readonly nextAt: Instant;
  readonly intervalMs: number;
}

/** One failure is another when its code, or what it says, is another. */
export function createRepeatedFailure({ log, clock, about, text, over }: FailureWords): RepeatedFailure {
  let run: Run | null = null;
  return {
    failed(error) {
      const what = nameOf(error);
      const failures = (run?.failures ?? 0) + 1;
      if (run?.what === what && clock.now() < run.nextAt) {
        run = { ...run, failures };
        return;
      }
      const intervalMs = run?.what === what ? Math.min(run.intervalMs * 2, longestIntervalMs) : firstIntervalMs;
      run = { what, failures, intervalMs, nextAt: clock.now() + intervalMs };
      log.error({ ...about, ...(failures > 1 && { failures }), error: described(error) }, text);
    },
    wentWell() {
      if (run !== null) log.info({ ...about, failures: run.failures }, over);
      run = null;
    },
  };
}

function nameOf(error: unknown): string {
  return error instanceof PinionError ? error.code : String(error);
}

/** An unexpected error needs its stack. */
function described(error: unknown): string {
  if (error instanceof PinionError) return `${error.code}: ${error.message}`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
