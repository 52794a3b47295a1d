import type { Instant } from "../domain/names.ts";

/** The time, handed in so that tests can be the time. */
export interface Clock {
  now(): Instant;
  /** Resolves after so many milliseconds, or at once when aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
