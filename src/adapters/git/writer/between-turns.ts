/** When to try again after a lost race against others who push. */

import type { CommitId } from "../../../domain/names.ts";
import type { Clock } from "../../../ports/clock.ts";

export interface BetweenTools {
  readonly branch: string;
  /** Where a branch is at the remote; null when there is none. */
  readonly find: (branch: string) => Promise<CommitId | null>;
  readonly clock: Clock;
  /** 0 to below 1, for the jitter between two looks; default `Math.random`. */
  readonly random?: () => number;
}

const [patienceMs, maxLooks, maxJitterMs] = [3_000, 100, 20];

/** A first try that was in vain is soon followed by another; where others push all the time, the next ones start when the branch has just moved. */
export async function betweenTurns(tools: BetweenTools, turns: number, signal?: AbortSignal): Promise<void> {
  if (turns > 1) await nextMove(tools, signal);
  else await pause(tools, signal);
}

/**
 * Resolves when the branch has just moved: whoever starts then is ahead of all others. When it does not move for a while, the others have stopped. Never
 * throws: the next try says what is wrong.
 */
async function nextMove(tools: BetweenTools, signal?: AbortSignal): Promise<void> {
  const { branch, find, clock } = tools;
  const since = clock.now();
  const look = (): Promise<CommitId | null> => find(branch).catch(() => null);
  const before = await look();
  for (let looks = 1; looks < maxLooks && clock.now() - since < patienceMs; looks += 1) {
    await pause(tools, signal);
    if (signal?.aborted === true || (await look()) !== before) return;
  }
}

function pause({ clock, random = Math.random }: BetweenTools, signal: AbortSignal | undefined): Promise<void> {
  return clock.sleep(random() * maxJitterMs, signal);
}
