/** What is remembered of an environment between two passes. Everything else is asked anew. */

import type { Action } from "./actions.ts";
import type { DeploymentKind, Rollout, Stuck } from "./rollout.ts";
import type { DeploymentPhase, ProcessStatus } from "./status.ts";
import type { ValidationResult } from "./evidence.ts";
import type { CommitId, Digest, EnvironmentName, Instant, ProcessId, UnitRef, Version } from "./names.ts";

/** Journaled as JSON, one row a process. */
export interface ProcessState {
  readonly process: ProcessId;
  readonly rollout: Rollout | null;
  /** Versions that were verified here, newest first, each digest once, bounded. */
  readonly knownGood: readonly UnitRef[];
  /** A digest whose deployment failed here: not tried again until the pin changes. */
  readonly refused: { readonly unit: UnitRef; readonly why: string; readonly at: Instant } | null;
  readonly status: ProcessStatus | null;
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
  readonly evidence: ReadonlyMap<string, readonly ValidationResult[]>;
}

/** One line of a deployment's story. */
export interface DeploymentStepRecord {
  readonly at: Instant;
  /** The kind of the rollout state it entered, or its outcome. */
  readonly state: string;
  readonly why: string;
}

/** History: every deployment with its steps, timings, reasons and outcome. */
export interface Deployment {
  readonly id: string;
  readonly environment: EnvironmentName;
  readonly process: ProcessId;
  readonly kind: DeploymentKind;
  /** Null for `retire`. */
  readonly version: Version | null;
  readonly digest: Digest | null;
  readonly from: Version | null;
  readonly strategy: string;
  readonly commit: CommitId;
  readonly startedAt: Instant;
  readonly endedAt: Instant | null;
  readonly phase: DeploymentPhase;
  readonly reason: string;
  readonly steps: readonly DeploymentStepRecord[];
  readonly validations: readonly ValidationResult[];
}

/** What is new in a deployment's history after one decision. */
export interface DeploymentUpdate {
  readonly id: string;
  /** Present on the first update only. */
  readonly opened?: Omit<Deployment, "id" | "steps" | "validations" | "endedAt" | "phase" | "reason">;
  readonly phase: DeploymentPhase;
  readonly step: DeploymentStepRecord;
  readonly endedAt: Instant | null;
}

/** One decision about one environment: recorded whole, then acted on. */
export interface Step {
  readonly environment: EnvironmentName;
  readonly at: Instant;
  /** New rows; a process that is gone for good is in `forgotten`. */
  readonly processes: readonly ProcessState[];
  readonly forgotten: readonly ProcessId[];
  /** For each process named here these actions replace all that it still owed. */
  readonly owed: ReadonlyMap<ProcessId, readonly Action[]>;
  readonly deployments: readonly DeploymentUpdate[];
  /** When to look again without any event; null: only the resync timer. */
  readonly wakeAt: Instant | null;
}

export function isNothingNew(step: Step): boolean {
  return step.processes.length === 0 && step.forgotten.length === 0 && step.owed.size === 0 && step.deployments.length === 0;
}
