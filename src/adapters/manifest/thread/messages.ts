/** What a controller and the thread that reads the repository say to each other. Both are of one release; everything can be cloned. */

import type { Connection, WorkflowNode } from "../../../domain/desired/definition.ts";
import type { EnvironmentSnapshot, PinnedVersion } from "../../../domain/desired/snapshot.ts";
import type { ProcessVersion } from "../../../domain/desired/version.ts";
import type { Finding } from "../../../domain/finding.ts";
import type { CommitId, EnvironmentName, Instant, ProcessId, Version } from "../../../domain/names.ts";

/** What is asked of the thread. The answer comes in parts, of which each is asked for, so that none holds anybody up for long. */
export type Request =
  /** `base`: the commit whose snapshot the controller has; null: none. */
  | { readonly kind: "snapshot"; readonly commit: CommitId; readonly committedAt: Instant; readonly base: CommitId | null }
  /** Reads what the controller has already, without telling it. */
  | { readonly kind: "restore"; readonly commit: CommitId; readonly committedAt: Instant }
  | { readonly kind: "earlier"; readonly commit: CommitId; readonly environment: EnvironmentName }
  | { readonly kind: "version"; readonly process: ProcessId; readonly version: Version }
  /** Keeps what was read last for the next start. */
  | { readonly kind: "keep" };

/** Undefined: the pin is gone. */
export type ChangedPin = readonly [process: ProcessId, pinned: PinnedVersion | undefined];

/** An environment without its pins. */
export type EnvironmentHead = Omit<EnvironmentSnapshot, "pins">;

export type Part =
  | { readonly kind: "pins"; readonly environment: EnvironmentName; readonly pins: readonly ChangedPin[] }
  | SnapshotPart
  /** Null: the environment was not there. */
  | { readonly kind: "environment"; readonly head: EnvironmentHead | null }
  | { readonly kind: "nodes"; readonly nodes: readonly WorkflowNode[] }
  | { readonly kind: "connections"; readonly connections: readonly Connection[] }
  /** Without its nodes and connections. */
  | { readonly kind: "version"; readonly version: ProcessVersion }
  | { readonly kind: "done" };

export interface SnapshotPart {
  readonly kind: "snapshot";
  /** Whether the pins are all that there are, and not what differs from the base. */
  readonly isWhole: boolean;
  readonly findings: readonly Finding[];
  /** All of them; null: nothing in it is another than in the base. */
  readonly environments: readonly (readonly [EnvironmentName, EnvironmentHead | null])[];
  /** What is to be remembered of published versions; null: nothing. */
  readonly published: string | null;
}

/** What the thread asks of the controller: what git's log says. */
export interface Question {
  readonly commit: string;
  readonly pathspec: string;
  readonly most: number;
}

export type Answer = { readonly text: string } | { readonly failure: string };

export type ToThread =
  | { readonly kind: "request"; readonly id: number; readonly request: Request }
  /** The part before was taken. */
  | { readonly kind: "next"; readonly id: number }
  | { readonly kind: "answer"; readonly id: number; readonly answer: Answer };

export type FromThread =
  | { readonly kind: "part"; readonly id: number; readonly part: Part; readonly isLast: boolean }
  | { readonly kind: "failed"; readonly id: number; readonly error: SentError }
  | { readonly kind: "question"; readonly id: number; readonly question: Question };

export interface SentError {
  /** Null: it is none of the catalogue, but a bug. */
  readonly code: string | null;
  readonly message: string;
  readonly findings: readonly Finding[];
}
