import type { Instant } from "../domain/names.ts";

/** The time, handed in so that tests can be the time. */
export interface Clock {
  now(): Instant;
}
