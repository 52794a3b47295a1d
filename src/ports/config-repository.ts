import type { CommitId, Instant } from "../domain/names.ts";

export interface Head {
  readonly commit: CommitId;
  readonly committedAt: Instant;
  /** First line of the message. */
  readonly subject: string;
  readonly author: string;
}

/** The config repository's branch, far away and mirrored here. Secrets never appear in an error. */
export interface ConfigRepository {
  /**
   * The branch's commit at the remote: one round trip, no child process where the transport allows, no object read.
   * @throws `git/unreachable`, `git/refused`, `git/branch-missing`.
   */
  poll(): Promise<CommitId>;

  /**
   * Brings the mirror up to the branch. Nothing is moved when the branch no longer contains `applied`.
   * @throws `git/unreachable`, `git/refused`, `git/branch-missing`, `git/history-rewritten`.
   */
  fetch(applied: CommitId | null): Promise<Head>;

  /** The newest commit the mirror holds, for a start while the remote is down; null before the first fetch. */
  mirrored(): Promise<Head | null>;
}
