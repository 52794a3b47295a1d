/** Tells early that a push has lost its race, so that the next try starts when the branch has just moved, level with everybody else. */

import type { CommitId } from "../../../domain/names.ts";
import type { Clock } from "../../../ports/clock.ts";

export interface WatchTools {
  readonly branch: string;
  /** Where a branch is at the remote; null when there is none. */
  readonly find: (branch: string) => Promise<CommitId | null>;
  readonly clock: Clock;
}

/** A push takes a second or so; the server has others to answer, too. */
const betweenLooksMs = 100;

/** Aborts `lost` when the branch is neither where it was seen nor at what we push; looks until `over`. Never throws. */
export async function watchForOthers(
  { branch, find, clock }: WatchTools,
  expected: readonly (CommitId | null)[],
  { lost, over }: { readonly lost: AbortController; readonly over: AbortSignal },
): Promise<void> {
  while (!over.aborted) {
    const there = await find(branch).catch(() => undefined);
    if (there !== undefined && !expected.includes(there)) return lost.abort();
    await clock.sleep(betweenLooksMs, over);
  }
}
