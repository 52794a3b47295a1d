/** A config repository in memory: commits are pushed by the test, and the remote can be made to fail in every way the port names. */

import { PinionError } from "../../src/domain/errors.ts";
import type { ErrorCode } from "../../src/domain/errors.ts";
import type { CommitId } from "../../src/domain/names.ts";
import type { ConfigRepository, Head } from "../../src/ports/config-repository.ts";

export interface FakeConfigRepository extends ConfigRepository {
  /** A new commit on top of the branch. */
  push(subject?: string): CommitId;
  /** Replaces the newest commits, as a force-push does: `keep` of the oldest stay. */
  rewrite(keep: number, subject?: string): CommitId;
  deleteBranch(): void;
  /** Every call to the remote fails so until it is null again. */
  fail(code: ErrorCode | null): void;
  readonly polls: number;
  readonly fetches: number;
}

export function createFakeConfigRepository(): FakeConfigRepository {
  let branch: readonly Head[] | null = [];
  let mirror: Head | null = null;
  let failing: ErrorCode | null = null;
  let made = 0;
  let polls = 0;
  let fetches = 0;

  function commit(base: readonly Head[], subject: string): CommitId {
    made += 1;
    const head: Head = { commit: made.toString(16).padStart(40, "0"), committedAt: made * 1000, subject, author: "somebody" };
    branch = [...base, head];
    return head.commit;
  }

  function remote(): Head {
    if (failing) throw new PinionError(failing, `the fake remote fails with ${failing}`);
    const head = branch?.at(-1);
    if (!head) throw new PinionError("git/branch-missing", "the fake remote has no such branch");
    return head;
  }

  return {
    push: (subject = "a commit") => commit(branch ?? [], subject),
    rewrite: (keep, subject = "a rewrite") => commit((branch ?? []).slice(0, keep), subject),
    deleteBranch: () => void (branch = null),
    fail: (code) => void (failing = code),
    get polls() {
      return polls;
    },
    get fetches() {
      return fetches;
    },
    poll: async () => {
      polls += 1;
      return remote().commit;
    },
    fetch: async (applied) => {
      fetches += 1;
      const head = remote();
      if (applied !== null && !branch?.some((known) => known.commit === applied)) {
        throw new PinionError("git/history-rewritten", `the fake branch no longer contains ${applied}`);
      }
      return (mirror = head);
    },
    mirrored: async () => mirror,
  };
}
