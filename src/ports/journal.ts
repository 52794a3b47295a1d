import type { HandEdit, RecordedChanges } from "../domain/changes/recorded.ts";
import type { ValidationResult } from "../domain/validation-result.ts";
import type { EnvironmentName, Instant, ProcessId } from "../domain/names.ts";
import type { PinionEvent } from "../domain/journal/events.ts";
import type { Command, CommandResult } from "../domain/journal/commands.ts";
import type { RevertRequest, RevertOutcome } from "../domain/journal/revert.ts";
import type { DeploymentKind, Stuck } from "../domain/journal/rollout.ts";
import type { Deployment, DeploymentStepRecord, EnvironmentState, OwedAction, Decision } from "../domain/journal/state.ts";
import type { OpenedPlan } from "../domain/journal/rollout-plan.ts";
import type { DeploymentPhase } from "../domain/journal/status.ts";

export interface HistoryQuery {
  readonly environment?: EnvironmentName;
  readonly process?: string;
  /** A deployment's id. */
  readonly id?: string;
  readonly phase?: DeploymentPhase;
  /** A part of the process's id, the version, the commit or the reason; small letters and capitals of ASCII are the same. */
  readonly q?: string;
  /** Only those that were opened before this one; of one that is not known: none. */
  readonly before?: string;
  /** Newest first; default 50. */
  readonly limit?: number;
}

export interface HistoryPage {
  readonly deployments: readonly Deployment[];
  /** How many there are on all pages. */
  readonly total: number;
  /** `before` of the next page; null: this is the last one. */
  readonly next: string | null;
}

/** Deployments of one kind that ended the same way. */
export interface DeploymentCount {
  readonly environment: EnvironmentName;
  readonly process: string;
  readonly kind: DeploymentKind;
  readonly strategy: string;
  readonly phase: DeploymentPhase;
  /** Null: nothing rejected them. */
  readonly trigger: string | null;
  readonly count: number;
  /** Of all of them, from start to end, in milliseconds. */
  readonly durationMs: number;
}

/**
 * The durable record of decisions and of the actions still owed. What a call has acknowledged survives SIGKILL and power
 * loss; each call is one transaction. One writer only.
 */
export interface Journal {
  /** Everything remembered of an environment; an unknown one is empty. */
  state(environment: EnvironmentName): Promise<EnvironmentState>;

  /** New rows, new owed actions and history in one transaction. */
  record(decision: Decision): Promise<void>;

  /** An owed action is done, or no longer needed. Unknown ids are fine: a newer decision dropped it. */
  acknowledged(environment: EnvironmentName, ids: readonly number[]): Promise<void>;

  /** An owed action was refused; it stays owed and is tried again at `notBefore`. */
  refused(environment: EnvironmentName, id: OwedAction["id"], stuck: Stuck, notBefore: Instant): Promise<void>;

  /** Results of validations of a deployment; a result of the same phase, validation and subject replaces the older one. */
  recordValidation(environment: EnvironmentName, deployment: string, results: readonly ValidationResult[]): Promise<void>;

  /** What a deployment changes; recorded again it replaces the record. Of one that the history does not know it is left out. */
  recordChanges(environment: EnvironmentName, deployment: string, changes: RecordedChanges): Promise<void>;

  /** What was foreseen of a deployment when it was opened; the same holds. */
  recordPlan(environment: EnvironmentName, deployment: string, plan: OpenedPlan): Promise<void>;

  /**
   * A change by hand. While it is there it has one record, which also says when it was undone; a bounded number of them is kept. The
   * deployment that undid it says so in its timeline.
   */
  recordHandEdit(edit: HandEdit): Promise<void>;

  /** A command that a person gave; it is in `state(...).commands` until a decision answers it. The same id again changes nothing. */
  recordCommand(command: Command): Promise<void>;

  /** What was answered to a command; null: not yet, or never heard of. Kept for at least a day. */
  result(environment: EnvironmentName, id: string): Promise<CommandResult | null>;

  /**
   * What became of a revert request: kept with the process as long as it is still about this command, and shown in the
   * deployment's timeline. What was owed for the command is owed no more.
   */
  reverted(request: RevertRequest, outcome: RevertOutcome, step: DeploymentStepRecord): Promise<void>;

  /** Pending events, oldest first, at most `limit`. */
  pendingEvents(limit: number): Promise<readonly PinionEvent[]>;

  /** These were delivered, or given up. Unknown ids are fine. */
  dispatched(ids: readonly string[]): Promise<void>;

  /** Deployments that are over, counted since the journal began. */
  deploymentCounts(): Promise<readonly DeploymentCount[]>;

  /** Newest first. Asked for by id it comes with its plan and all that is kept of changes, else without what is large. */
  history(query: HistoryQuery): Promise<readonly Deployment[]>;

  /** The same, with how many there are and where the next page begins. */
  historyPage(query: HistoryQuery): Promise<HistoryPage>;

  /** What was changed by hand in this process, newest first, at most 20. */
  handEdits(environment: EnvironmentName, process: ProcessId): Promise<readonly HandEdit[]>;
}
