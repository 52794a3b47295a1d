/** Finds the commit of an order in the branch's history, however it came there: pushed, merged, or squashed by a forge. */

import type { CommitId } from "../../../domain/names.ts";
import type { RevertOrder } from "../../../domain/revert.ts";
import type { LocalGit } from "../run-local-git.ts";
import { idTrailer } from "./commit-message.ts";

export interface SearchRange {
  readonly head: CommitId;
  /** What was searched before, and need not be again; null: nothing. */
  readonly after: CommitId | null;
}

/**
 * The oldest commit whose message has the order's Rollback-Id on a line of its own. All of the history is looked at: dates of
 * commits are their authors' claims, and a wrong one must not hide a commit.
 */
export async function findRollback(local: LocalGit, order: RevertOrder, { head, after }: SearchRange): Promise<CommitId | null> {
  const wanted = idTrailer(order);
  const output = await local.run([
    "log",
    "-z",
    "--no-color",
    "--encoding=UTF-8",
    "--format=%H%n%B",
    "--fixed-strings",
    `--grep=${wanted}`,
    "--end-of-options",
    head,
    ...(after === null ? [] : [`^${after}`]),
  ]);
  const found = output.split("\0").filter((record) => record.split("\n").some((line) => line.trimEnd() === wanted));
  return found.at(-1)?.slice(0, head.length) ?? null;
}
