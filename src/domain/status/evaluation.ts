/** Why a process is as it is: every gate with its answer, what comes next, and what would change it. */

import type { GateName } from "../gates/gates.ts";
import type { EnvironmentName, Instant, ProcessId, Version } from "../names.ts";
import type { Reason, ReasonCode } from "../journal/reason.ts";
import type { ProcessStatus } from "../journal/status.ts";

export interface GateEvaluation {
  readonly gate: GateName;
  /** What it asks. */
  readonly question: string;
  readonly verdict: "open" | "blocked";
  /** Null: it is open. */
  readonly code: ReasonCode | null;
  /** Why it is open, or blocked. */
  readonly text: string;
  /** When it opens by itself; null: it is open, or not at a known time. */
  readonly until: Instant | null;
  /** Null: it is open. */
  readonly liftedBy: string | null;
}

/** What is done next. */
export interface NextStepView {
  readonly text: string;
  /** At the earliest; null: as soon as that is done. */
  readonly due: Instant | null;
  /** When it fails unless it is done by then; null: there is nothing that time could end. */
  readonly deadline: Instant | null;
}

export interface Evaluation extends Pick<ProcessStatus, "sync" | "health" | "phase" | "since"> {
  readonly environment: EnvironmentName;
  readonly process: ProcessId;
  /** The version that is pinned; null: none. */
  readonly pinned: Version | null;
  /** The version with most of the traffic; null: none. */
  readonly serving: Version | null;
  /** What status says. */
  readonly reason: Reason;
  /** The strategy of its process, or by which rules it is taken out or put back; null: nothing is under way or to be done. */
  readonly strategy: string | null;
  /** In their order; the first that is blocked is the reason that status says. */
  readonly gates: readonly GateEvaluation[];
  /** Null: nothing is to be done. */
  readonly next: NextStepView | null;
  /** What would change it, a sentence each. */
  readonly changedBy: readonly string[];
}

/** As a controller answers it, from the last pass over the environment. */
export interface ProcessEvaluation extends Evaluation {
  /** The controller's time as of this answer. */
  readonly now: Instant;
  /** When engine and router were last asked, with whatever answer. Null: not yet. */
  readonly observedAt: Instant | null;
}
