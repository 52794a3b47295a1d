/** A gate lets a change of one process begin, or says why not, until when, and what lifts it. */

import type { EnvironmentSpec } from "../desired/environment.ts";
import type { Finding } from "../finding.ts";
import type { Freeze } from "../journal/commands.ts";
import type { CommitId, EngineKind, EnvironmentName, Instant, ProcessId, Version } from "../names.ts";
import type { Reason } from "../journal/reason.ts";
import type { Quarantined } from "../journal/revert.ts";
import type { PinnedVersion } from "../desired/snapshot.ts";
import type { Refusal } from "../journal/state.ts";

/** One process is to become what its pin says: everything that a gate may look at. */
export interface ProposedChange {
  readonly environment: EnvironmentName;
  readonly process: ProcessId;
  /** Null: not known, as while a plan is made. */
  readonly now: Instant | null;
  /** What the pin names; null: the process is no longer pinned, and is to be taken out. */
  readonly pinned: PinnedVersion | null;
  /** The kind of engine in which something of it is installed; null: in none, or it is not known. */
  readonly runsIn: EngineKind | null;
  /** Null: environment.yaml cannot be used. */
  readonly spec: EnvironmentSpec | null;
  /** The earlier commit whose settings go on to hold, while environment.yaml cannot be used; absent: it can. */
  readonly settingsOf?: CommitId;
  /** What is wrong with the environment as a whole. */
  readonly findings: readonly Finding[];
  /** Whether this unit was verified here before, and whether the traffic goes back to it from a newer version. */
  readonly record: "new" | "known-good" | "way-back";
  /** The entry of the controller's own list that names what is pinned; null: none. */
  readonly quarantined: Pick<Quarantined, "version" | "why"> | null;
  /** The deployment of this very unit that failed here last; null: none did. */
  readonly refused: RefusedBefore | null;
  /** Null: not frozen. */
  readonly freeze: Freeze | null;
  readonly dependencies: DependencyView;
  /** Deployments that count as running in the environment. */
  readonly running: number;
  /** Why what is no longer pinned stays as it is; null: it may be taken out. */
  readonly whyKept: string | null;
}

/** What a gate asks about other processes of the same environment. */
export interface DependencyView {
  /** Whether it is about what will serve once all that is planned is done, instead of what serves now. */
  readonly isForecast: boolean;
  /** The version that serves; null: none. */
  serving(process: ProcessId): Version | null;
  /** The version that is on its way there; null: none. */
  coming(process: ProcessId): Version | null;
}

export interface RefusedBefore {
  readonly refusal: Refusal;
  /** What it waited for is healthy again: it is tried once more. */
  readonly isRetryDue: boolean;
}

export interface Blocked extends Reason {
  readonly kind: "blocked";
  /** When it opens by itself; null: not at a known time. */
  readonly until: Instant | null;
  /** What opens it, as a sentence. */
  readonly liftedBy: string;
}

/** An open gate says why it is open, too. */
export type GateAnswer = { readonly kind: "open"; readonly text: string } | Blocked;

export type Gate = (change: ProposedChange) => GateAnswer;

export function open(text: string): GateAnswer {
  return { kind: "open", text };
}

export function blocked(reason: Reason, liftedBy: string, until: Instant | null = null): Blocked {
  return { kind: "blocked", ...reason, until, liftedBy };
}

export function reasonOf({ code, text, about }: Blocked): Reason {
  return { code, text, ...(about !== undefined && { about }) };
}
