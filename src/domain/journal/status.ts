/** What people and scripts see of one process in one environment, in the field's words. */

import type { EnvironmentName, Instant, Percent, ProcessId, Version } from "../names.ts";
import { isSameReason, type Reason } from "./reason.ts";

export type SyncStatus = "Synced" | "OutOfSync" | "Unknown";
export type Health = "Healthy" | "Progressing" | "Degraded" | "Suspended" | "Missing";
export type DeploymentPhase = "Pending" | "Running" | "Succeeded" | "Failed" | "RolledBack" | "Superseded" | "Aborted";

export interface ProcessStatus {
  readonly environment: EnvironmentName;
  readonly process: ProcessId;
  /** The pinned version; null when it is not pinned (any more). */
  readonly desired: Version | null;
  /** What is installed, with its share of the traffic; weight 0 is warm or not yet in use. */
  readonly actual: readonly { readonly version: Version; readonly weight: Percent }[];
  readonly sync: SyncStatus;
  readonly health: Health;
  /** Of the newest deployment of what is pinned; null when there never was one. */
  readonly phase: DeploymentPhase | null;
  readonly reason: Reason;
  /** When sync, health or phase last changed. */
  readonly since: Instant;
}

/** Equal but for `since`: worth no new row. */
export function isSameStatus(one: ProcessStatus | null, other: ProcessStatus | null): boolean {
  if (one === other) return true;
  if (!one || !other) return false;
  return (
    one.desired === other.desired &&
    one.sync === other.sync &&
    one.health === other.health &&
    one.phase === other.phase &&
    isSameReason(one.reason, other.reason) &&
    isSameActual(one.actual, other.actual)
  );
}

function isSameActual(one: ProcessStatus["actual"], other: ProcessStatus["actual"]): boolean {
  return (
    one.length === other.length &&
    one.every((share, index) => share.version === other[index]?.version && share.weight === other[index].weight)
  );
}
