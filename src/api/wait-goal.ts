/** Whether what somebody waits for has come true of a process, never will, or may yet. Pure. */

import type { ProcessView } from "./views.ts";
import type { Version } from "../domain/names.ts";
import type { Deployment } from "../domain/journal/state.ts";
import type { DeploymentPhase } from "../domain/journal/status.ts";

/** `synced`: what is pinned has the traffic. `healthy`: and answers. `succeeded`: and its deployment is over, its watch too. */
export type Until = "healthy" | "succeeded" | "synced";

export interface WaitGoal {
  readonly until: Until;
  /** Null: whatever is pinned. */
  readonly version: Version | null;
}

export type Judged =
  | { readonly kind: "reached"; readonly why: string }
  /** It will not come true by waiting. */
  | { readonly kind: "failed"; readonly why: string }
  | { readonly kind: "waiting"; readonly why: string };

const lost: readonly (DeploymentPhase | null)[] = ["Failed", "RolledBack", "Aborted"];
const underWay: readonly (DeploymentPhase | null)[] = ["Running", "Pending"];

/** One process, of which this version is wanted; null: whatever is pinned. */
export function judgeProcess(view: ProcessView, { until, version }: WaitGoal): Judged {
  const { desired, reason } = view;
  const failure = failureOf(view, version ?? desired);
  if (failure !== null) return { kind: "failed", why: failure };
  if (desired === null && version === null && view.sync === "Synced")
    return { kind: "reached", why: "it is not pinned, and gets no traffic" };
  if (desired === null) return { kind: "waiting", why: `it is not pinned any more: ${reason.text}` };
  if (version !== null && desired !== version) return { kind: "waiting", why: `${desired} is pinned, ${version} is not` };
  if (isReached(view, until)) return { kind: "reached", why: `${desired} is ${describeUntil(until)}` };
  return { kind: "waiting", why: reason.text };
}

/** While anything is under way nothing is lost yet; and what has the traffic again is no failure any more. */
function failureOf({ quarantined, progress, sync, desired, phase, reason, deadEnd }: ProcessView, wanted: Version | null): string | null {
  if (progress) return null;
  if (deadEnd !== null && desired === wanted) return deadEnd;
  const locked = quarantined.find((entry) => entry.version === wanted);
  if (locked) return `${locked.version} is in quarantine: ${locked.why}`;
  return desired === wanted && sync === "OutOfSync" && lost.includes(phase) ? `${phase ?? ""}: ${reason.text}` : null;
}

function isReached({ sync, health, phase, progress }: ProcessView, until: Until): boolean {
  if (sync !== "Synced") return false;
  if (until === "synced") return true;
  if (health !== "Healthy") return false;
  return until === "healthy" || (progress === null && !underWay.includes(phase));
}

/** In the words of the status. */
export function describeUntil(until: Until): string {
  return { synced: "Synced", healthy: "Synced and Healthy", succeeded: "deployed, Synced and Healthy" }[until];
}

/** Why a version that was waited for went wrong, by the history of its process; null: it did not, somebody wants another one. */
export function findLoss(version: Version, deployments: readonly Deployment[]): string | null {
  const newest = deployments.find((one) => one.version === version);
  return newest && lost.includes(newest.phase) ? `${version} ${newest.phase}: ${newest.reason.text}` : null;
}
