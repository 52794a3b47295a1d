/** Small arithmetic that benchmarks share. */

import type { BenchResult } from "./result.ts";

/** The middle of the values; 0 of none. */
export function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? 0;
}

/** One figure beside another. */
export function compared(ours: number, baseline: number): Pick<BenchResult, "ours" | "baseline" | "ratio"> {
  return { ours, baseline, ratio: ours / baseline };
}

/** Milliseconds that a piece of work takes. */
export async function timed(work: () => unknown): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}
