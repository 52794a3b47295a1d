/** Finds the commit of an order in the branch's history, however it came there: pushed, merged, or squashed by a forge. */

import type { CommitId } from "../../../domain/names.ts";
import type { RevertOrder } from "../../../domain/revert.ts";
import type { LocalGit } from "../run-local-git.ts";
import { idTrailer } from "./commit-message.ts";

export interface SearchRange {
  readonly head: CommitId;
  /** Cannot have it in their history: searched before, or older than the order. Those that the mirror does not know are passed over. */
  readonly without: readonly CommitId[];
}

/**
 * The oldest commit whose message has the order's Rollback-Id on a line of its own. All of the history since the order is looked at, whatever its dates: dates of
 * commits are their authors' claims, and a wrong one must not hide a commit.
 */
export async function findRollback(local: LocalGit, order: RevertOrder, { head, without }: SearchRange): Promise<CommitId | null> {
  const wanted = idTrailer(order);
  const output = await local.run([
    "log",
    "-z",
    "--no-color",
    "--encoding=UTF-8",
    "--format=%H%n%B",
    "--ignore-missing",
    "--fixed-strings",
    `--grep=${wanted}`,
    "--end-of-options",
    head,
    ...without.filter((commit) => /^[0-9a-f]{40,64}$/.test(commit)).map((commit) => `^${commit}`),
  ]);
  const found = output.split("\0").filter((record) => record.split("\n").some((line) => line.trimEnd() === wanted));
  return found.at(-1)?.slice(0, head.length) ?? null;
}
