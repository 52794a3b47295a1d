import type { ValidationResult } from "../domain/evidence.ts";
import type { EnvironmentName, Instant } from "../domain/names.ts";
import type { Deployment, EnvironmentState, OwedAction, Step } from "../domain/state.ts";
import type { Stuck } from "../domain/rollout.ts";

export interface HistoryQuery {
  readonly environment?: EnvironmentName;
  readonly process?: string;
  /** A deployment's id. */
  readonly id?: string;
  /** Newest first; default 50. */
  readonly limit?: number;
}

/**
 * The durable record of decisions and of the actions still owed. What a call has acknowledged survives SIGKILL and power
 * loss; each call is one transaction. One writer only.
 */
export interface Journal {
  /** Everything remembered of an environment; an unknown one is empty. */
  state(environment: EnvironmentName): Promise<EnvironmentState>;

  /** New rows, new owed actions and history in one transaction. */
  record(step: Step): Promise<void>;

  /** An owed action is done, or no longer needed. Unknown ids are fine: a newer decision dropped it. */
  settled(environment: EnvironmentName, ids: readonly number[]): Promise<void>;

  /** An owed action was refused; it stays owed and is tried again at `notBefore`. */
  refused(environment: EnvironmentName, id: OwedAction["id"], stuck: Stuck, notBefore: Instant): Promise<void>;

  /** Results of validations of a deployment; a result of the same phase, validation and subject replaces the older one. */
  recordEvidence(environment: EnvironmentName, deployment: string, results: readonly ValidationResult[]): Promise<void>;

  /** Newest first. */
  history(query: HistoryQuery): Promise<readonly Deployment[]>;
}
