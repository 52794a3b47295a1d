/** What is remembered of an environment between two passes. Everything else is asked anew. */

import type { HandEdit, RecordedChanges } from "../changes/recorded.ts";
import type { Action } from "./actions.ts";
import type { Reason, ReasonCode } from "./reason.ts";
import type { DeploymentKind, Exchange, Rollout, Stuck } from "./rollout.ts";
import type { RollbackPlan, RolloutPlan } from "./rollout-plan.ts";
import type { DeploymentPhase, ProcessStatus } from "./status.ts";
import type { PinionEvent } from "./events.ts";
import type { ValidationResult } from "../validation-result.ts";
import type { Freeze, Command, CommandResult } from "./commands.ts";
import type { Quarantined, Revert } from "./revert.ts";
import type { CommitId, Digest, EnvironmentName, Instant, ProcessId, UnitRef, Version } from "../names.ts";

/** Journaled as JSON, one row a process. */
export interface ProcessState {
  readonly process: ProcessId;
  readonly rollout: Rollout | null;
  /** Versions that were verified here, newest first, each digest once, bounded. */
  readonly knownGood: readonly KnownGood[];
  /** A digest whose deployment failed here: not tried again until the pin changes. */
  readonly refused: Refusal | null;
  readonly status: ProcessStatus | null;
  /** The pin is to be put back, and git does not say so yet ("git lags runtime"). */
  readonly revert: Revert | null;
  /** Versions that were rolled back here and must not come again. */
  readonly quarantined: readonly Quarantined[];
  /** When Pinion last rolled it back by itself. */
  readonly rolledBackAt: Instant | null;
  /** Since when it has been without pin and without traffic; null: it is pinned, or still serves. */
  readonly takenOutAt: Instant | null;
}

/** The first pass over a process: nothing is remembered of it. */
export function nothingKnown(process: ProcessId): ProcessState {
  const never = { rollout: null, refused: null, status: null, revert: null, rolledBackAt: null, takenOutAt: null };
  return { process, ...never, knownGood: [], quarantined: [] };
}

export interface Refusal {
  readonly unit: UnitRef;
  /** How it ended; absent in what older releases wrote. */
  readonly code?: ReasonCode;
  readonly why: string;
  readonly at: Instant;
  /** A process that it calls and that was being rolled back just then: tried again, once, when that is healthy. */
  readonly awaits?: ProcessId;
}

export interface KnownGood extends UnitRef {
  /** When it was found good last. */
  readonly at: Instant;
  /** Digest of its definition; absent in what older releases wrote. */
  readonly definition?: Digest;
  /** What it was found good by; absent in what older releases wrote. */
  readonly why?: string;
  /** Why there was no verdict about it; absent: it was judged. */
  readonly unjudged?: string;
  /** All processes with which paths changed owner when it last got its traffic, and itself; absent: none. */
  readonly exchanged?: readonly Exchange[];
}

export interface OwedAction {
  readonly id: number;
  readonly action: Action;
  /** Not before this time, after a refusal. */
  readonly notBefore: Instant;
  readonly stuck: Stuck | null;
}

export interface EnvironmentState {
  readonly environment: EnvironmentName;
  readonly processes: ReadonlyMap<ProcessId, ProcessState>;
  readonly owed: readonly OwedAction[];
  /** Results of validations by deployment id, for deployments under way. */
  readonly validationResults: ReadonlyMap<string, readonly ValidationResult[]>;
  /** Null: not frozen. */
  readonly freeze: Freeze | null;
  /** Given and not answered yet, oldest first. */
  readonly commands: readonly Command[];
  /** Whether engine and router have answered here since the journal began. */
  readonly hasAnswered: boolean;
}

/** One line of a deployment's story. */
export interface DeploymentStepRecord {
  readonly at: Instant;
  /** The kind of the rollout state it entered, or its outcome. */
  readonly state: string;
  readonly code: ReasonCode;
  readonly why: string;
}

/** History: every deployment with its steps, timings, reasons and outcome. */
export interface Deployment {
  readonly id: string;
  readonly environment: EnvironmentName;
  readonly process: ProcessId;
  readonly kind: DeploymentKind;
  /** Null for `prune`. */
  readonly version: Version | null;
  readonly digest: Digest | null;
  readonly from: Version | null;
  readonly strategy: string;
  readonly commit: CommitId;
  readonly startedAt: Instant;
  readonly endedAt: Instant | null;
  readonly phase: DeploymentPhase;
  readonly reason: Reason;
  /** What rejected it; null: nothing did. */
  readonly trigger: string | null;
  readonly steps: readonly DeploymentStepRecord[];
  readonly validations: readonly ValidationResult[];
  /** From what served to what it brings; null: nothing served, or it brings nothing else, or it is not known (yet). */
  readonly changes: RecordedChanges | null;
  /** What it put back that somebody had changed by hand. */
  readonly handEdits: readonly HandEdit[];
  /** What was foreseen when it was opened; null: not worked out, or left out of a list. */
  readonly deploymentPlan: RolloutPlan | null;
  /** Null also where it is itself the way back. */
  readonly rollbackPlan: RollbackPlan | null;
}

/** What is kept of a deployment beside its story, and read with it. */
export type KeptBeside = "changes" | "handEdits" | "deploymentPlan" | "rollbackPlan";

/** What is new in a deployment's history after one decision. */
export interface DeploymentUpdate {
  readonly id: string;
  /** Present on the first update only. */
  readonly opened?: Omit<Deployment, "id" | "steps" | "validations" | KeptBeside | "endedAt" | "phase" | "reason" | "trigger">;
  readonly phase: DeploymentPhase;
  readonly step: DeploymentStepRecord;
  readonly endedAt: Instant | null;
  /** Present when it was rejected just now. */
  readonly trigger?: string;
}

/** One decision about one environment: recorded whole, then acted on. */
export interface Decision {
  readonly environment: EnvironmentName;
  readonly at: Instant;
  /** New rows; a process that is gone for good is in `forgotten`. */
  readonly processes: readonly ProcessState[];
  readonly forgotten: readonly ProcessId[];
  /** For each process named here these actions replace all that it still owed. */
  readonly owed: ReadonlyMap<ProcessId, readonly Action[]>;
  readonly deployments: readonly DeploymentUpdate[];
  /** Present when it changes; `freeze` null lifts it. */
  readonly freezing?: { readonly freeze: Freeze | null };
  /** Of every command that was decided about: none of them is pending any more. */
  readonly results: readonly CommandResult[];
  /** To be told to others. */
  readonly events: readonly PinionEvent[];
  /** When to look again without any event; null: only the resync timer. */
  readonly wakeAt: Instant | null;
  /** Present when engine and router have answered here for the first time. */
  readonly hasAnswered?: true;
  /** Protects callers, and is small: recorded on a full disk too, from the room that is kept for it. */
  readonly isUrgent?: true;
}

/** A step with nothing in it yet. */
export function emptyDecision(environment: EnvironmentName, at: Instant): Decision {
  return { environment, at, processes: [], forgotten: [], owed: new Map(), deployments: [], results: [], events: [], wakeAt: null };
}

export function isNothingNew(decision: Decision): boolean {
  return (
    decision.processes.length === 0 &&
    decision.forgotten.length === 0 &&
    decision.owed.size === 0 &&
    decision.deployments.length === 0 &&
    decision.freezing === undefined &&
    decision.hasAnswered === undefined &&
    decision.results.length === 0 &&
    decision.events.length === 0
  );
}
