/** Durations of a document whose schema has checked their form. */

import { parseDuration } from "../../../domain/durations.ts";

/** Milliseconds of a duration, or of a number of milliseconds. */
export function durationMs(value: number | string): number {
  const ms = typeof value === "number" ? value : parseDuration(value);
  if (ms === null) throw new Error(`not a duration: ${value}`);
  return ms;
}
