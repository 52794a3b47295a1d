/** Putting a pin back by a commit: what is requested, and what became of it. */

import type { CommitId, Digest, EnvironmentName, Instant, ProcessId, Version } from "../names.ts";
import type { Person } from "./people.ts";

/** One pin that is put back, and only while it still says `from`. */
export interface PinBack {
  readonly process: ProcessId;
  readonly from: Version;
  readonly to: Version;
}

/** Journaled with the decision, so that it is carried out exactly once whatever happens in between. */
export interface RevertRequest {
  /** Goes into the trailer `Rollback-Id`; looked for before anything is written. */
  readonly id: string;
  readonly environment: EnvironmentName;
  readonly process: ProcessId;
  /** The pin is put back only while it still says this. */
  readonly from: Version;
  readonly to: Version;
  /** Of processes that go back together with it, by the same commit: each only while its pin still says so. Absent: none does. */
  readonly along?: readonly PinBack[];
  /** Of the definition of `from`: put into quarantine.yaml by the same commit. Null: it is not put there. */
  readonly quarantine: Digest | null;
  /** What rejected the version: `error_rate`, `manual`, `emergency`, … */
  readonly trigger: string;
  /** One line for people; the commit says it. */
  readonly why: string;
  readonly at: Instant;
  /** What was in force when it was requested. */
  readonly commit: CommitId;
  readonly deployment: string | null;
  /** Null: Pinion itself. */
  readonly by: Person | null;
  /** `propose`: on a branch of its own, for people to merge. */
  readonly mode: "push" | "propose";
}

export type RevertOutcome =
  /** On the branch, now or since an earlier try. */
  | { readonly kind: "committed"; readonly commit: CommitId }
  /** A person has moved the pin meanwhile: nothing was written. */
  | { readonly kind: "superseded"; readonly why: string }
  /** On a branch of its own: it was asked for, or the branch takes no pushes from Pinion. */
  | { readonly kind: "proposed"; readonly branch: string; readonly commit: CommitId; readonly why: string };

/** The version may have failed by the fault of a process that it calls: while that is judged too, the commit waits. */
export interface Doubt {
  /** Whose fault it may be. */
  readonly about: readonly ProcessId[];
  /** When it waits no longer. */
  readonly until: Instant;
  /** When Pinion rolled it back before that. */
  readonly rolledBackAt: Instant | null;
}

export interface Revert {
  readonly request: RevertRequest;
  /** Null: still owed. */
  readonly outcome: RevertOutcome | null;
  /** What others were told about git lagging behind: that it is owed still, or that it waits for people. Absent: nothing. */
  readonly told?: "owed" | "proposed";
  /** Absent: there is none. */
  readonly doubt?: Doubt;
}

/** A version that must not be deployed here again until a person lifts it. */
export interface Quarantined {
  readonly version: Version;
  /** Of the definition. */
  readonly digest: Digest;
  readonly why: string;
  readonly at: Instant;
  readonly rollbackId: string;
  /** Whether quarantine.yaml has had it: from then on, taking it out there lifts it. */
  readonly isInGit: boolean;
}
