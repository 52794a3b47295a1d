/** One of the processes that share the seeds of a range. Whoever only hands them out does not load all this. */

import { type RunResult, simulate } from "./simulate.ts";

/** Runs the seeds that it is sent, one after the other, until nobody listens any more. */
export function work(): void {
  let last = Promise.resolve();
  let playing: number | null = null;
  process.on("message", (seed: number) => {
    last = last.then(() => answer((playing = seed)));
  });
  process.on("unhandledRejection", (error) => {
    console.error(`seed ${playing ?? "none"} cannot be played to its end:`, error);
    process.exit(1);
  });
  process.on("disconnect", () => process.exit());
}

async function answer(seed: number): Promise<void> {
  const { lines, ...result } = await simulate(seed);
  await tell({ ...result, lines: result.violations.length > 0 ? lines : [] });
}

function tell(result: RunResult): Promise<void> {
  return new Promise((resolve, reject) => process.send?.(result, (error: Error | null) => (error ? reject(error) : resolve())));
}
