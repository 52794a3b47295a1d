/** What others are told: one event for everything that happened to a deployment or an environment. */

import type { ReasonCode } from "./reason.ts";
import type { CommitId, EnvironmentName, Instant, ProcessId, Version } from "../names.ts";

export type EventKind =
  | "started"
  | "taken-out"
  | "held"
  | "succeeded"
  | "failed"
  | "rolled-back"
  | "drift"
  | "git-lags"
  | "store-failing"
  | "gateway-down"
  | "gateway-up"
  | "engine-down"
  | "engine-up"
  | "secrets-changed"
  | "frozen"
  | "unfrozen";

/** Recorded in the transaction of the decision that it tells about; told at least once. */
export interface PinionEvent {
  /** Unique; the same event told twice has the same id. */
  readonly id: string;
  readonly kind: EventKind;
  readonly at: Instant;
  readonly environment: EnvironmentName;
  /** Null: the environment as a whole. */
  readonly process: ProcessId | null;
  readonly deployment: string | null;
  /** The version that it is about. */
  readonly version: Version | null;
  /** The version before it, or that it goes back to. */
  readonly from: Version | null;
  readonly commit: CommitId | null;
  /** Of what failed or was rolled back: what rejected it. */
  readonly trigger: string | null;
  /** Why, for machines; null: its kind says it. */
  readonly code: ReasonCode | null;
  /** One line for people. */
  readonly why: string;
  /** What is changed by the deployment, or was by hand, a sentence each: looked up when it is told, never recorded with it. */
  readonly changes?: readonly string[];
}
