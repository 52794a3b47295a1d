/** Whether waiting can still bring a process to what is pinned, or only a commit or a person can. */

import { type Desired, type DesiredState, desiredOf, whatIsPinned } from "../desired/resolve.ts";
import { healedAgainAt } from "../gates/refused-before.ts";
import { requiredProcesses } from "../desired/dependency-graph.ts";
import { deadlockToldOf } from "./deadlocked.ts";
import { describeFinding } from "../finding.ts";
import type { ProcessId } from "../names.ts";
import { findQuarantined, pinnedDefinition } from "../rollback/quarantine.ts";
import type { EnvironmentSnapshot } from "../desired/snapshot.ts";
import type { ProcessState } from "../journal/state.ts";

/** One environment as it is pinned and remembered. */
export interface Standing {
  readonly environment: Pick<EnvironmentSnapshot, "name" | "spec" | "settingsOf" | "findings">;
  /** Null: environment.yaml cannot be used. */
  readonly desired: DesiredState | null;
  readonly processes: ReadonlyMap<ProcessId, ProcessState>;
}

/** Why no waiting brings it to what is pinned; null: it is there, or may still come. */
export function deadEndOf(process: ProcessId, standing: Standing): string | null {
  return whyDeadlocked(standing.processes.get(process), standing.desired) ?? deadEnd(process, standing, new Set());
}

function deadEnd(process: ProcessId, standing: Standing, asked: Set<ProcessId>): string | null {
  const { environment, desired, processes } = standing;
  const known = processes.get(process);
  if (asked.has(process) || known?.rollout) return null;
  asked.add(process);
  if (!desired || environment.settingsOf !== undefined) return `environment.yaml cannot be used: ${firstError(environment)}`;
  const pinned = desiredOf(process, desired, known);
  if (pinned?.kind !== "run") return whyUnusable(pinned, known);
  return whyLeft(pinned, known) ?? whyLacking(pinned, known, (name) => deadEnd(name, standing, asked));
}

/** Null as soon as one of those that wait for each other is pinned otherwise. */
function whyDeadlocked(known: ProcessState | undefined, desired: DesiredState | null): string | null {
  return deadlockToldOf(known, desired) && (known?.status?.reason.text ?? null);
}

function firstError({ findings }: Standing["environment"]): string {
  return findings[0] ? describeFinding(findings[0]) : "it is missing";
}

/** The pin cannot run, or is gone beside an error while something of it is still there; null: it is taken out. */
function whyUnusable(pinned: Exclude<Desired, { kind: "run" }> | null, known: ProcessState | undefined): string | null {
  if (pinned?.kind === "unclear" && known?.status?.sync !== "OutOfSync") return null;
  return pinned && whatIsPinned(pinned);
}

/** Refused or in quarantine. What waits for another process to be healthy, or could not be restored, is tried again by itself. */
function whyLeft(pinned: Extract<Desired, { kind: "run" }>, known: ProcessState | undefined): string | null {
  if (!known || known.status?.sync === "Synced") return null;
  const definition = pinnedDefinition(pinned);
  const held = definition === null ? null : findQuarantined(known, definition);
  if (held) return `${held.version} is in quarantine: ${held.why}`;
  const { refused } = known;
  if (refused?.unit.digest !== pinned.unit.digest || refused.awaits || healedAgainAt(refused) !== null) return null;
  return refused.why;
}

/** What it calls will not come either. */
function whyLacking(
  { summary }: Extract<Desired, { kind: "run" }>,
  known: ProcessState | undefined,
  ask: (process: ProcessId) => string | null,
): string | null {
  if (known?.status?.phase !== "Pending" || known.status.sync !== "OutOfSync") return null;
  const reasons = requiredProcesses(summary.dependencies).map(({ name }) => ({ name, why: ask(name) }));
  const lacking = reasons.find(({ why }) => why !== null);
  return lacking ? `needs ${lacking.name}: ${lacking.why}` : null;
}
