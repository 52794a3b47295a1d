import type { Instant } from "../domain/names.ts";

/** The time, handed in so that tests can be the time. */
export interface Clock {
  /** Never jumps within a run, whatever is done to the machine's clock: differences of two of them are elapsed time. */
  now(): Instant;
  /** Resolves after so many milliseconds, or at once when aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/**
 * Tells the time in which this process ran from the time in which it did not: ended, stopped, in a paused machine, or with its
 * loop held for seconds. After a pause the controller measures before it judges.
 */
export interface Awake {
  /** Milliseconds in which it ran. They stand still while it does: compare two of these, never instants, to say that somebody else was silent for long. */
  ran(): number;
  /** Milliseconds in which it did not run, in this run and between those before it. Only grows. */
  lostMs(): number;
  /** When it last began to run again; its start at first. What was asked before that was perhaps not heard. */
  since(): Instant;
}
