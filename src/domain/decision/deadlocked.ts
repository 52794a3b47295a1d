/**
 * Says at once that deployments wait for each other, and would until their time is over: a path changes its owner only when giver and
 * taker are both ready, and a caller begins only when what it calls serves. Before the merge the finding `pin/deadlock` says the same.
 */

import { findCircles } from "../desired/dependency-graph.ts";
import { type DesiredState, pinnedVersion } from "../desired/resolve.ts";
import type { Pass, ProcessDecision } from "../journal/case.ts";
import type { Reason } from "../journal/reason.ts";
import type { ProcessState } from "../journal/state.ts";
import type { ProcessStatus } from "../journal/status.ts";
import type { ProcessId } from "../names.ts";
import { withStatus } from "../status/describe-status.ts";
import { isHandingOver } from "../strategies/rollout-states.ts";

interface Decided {
  /** As it was before this pass. */
  readonly stored: ProcessState;
  readonly decision: ProcessDecision;
}

/** One that does nothing but wait. */
interface Waiting {
  readonly status: ProcessStatus;
  /** All of them must come first. */
  readonly for: readonly ProcessId[];
  /** That what it calls serves; else that paths change owner. */
  readonly isCall: boolean;
}

/** The same decisions; a process in such a circle says so, instead of the process that it waits for. */
export function namingDeadlocks<T extends Decided>(decided: readonly T[], { handovers, observation }: Pass): readonly T[] {
  if (handovers === null || handovers.size === 0) return decided;
  const waiting = new Map(decided.flatMap((one) => asEntry(one.stored.process, waitOf(one, handovers))));
  const circles = findCircles(waiting.keys(), (process) => waiting.get(process)?.for ?? []).filter((circle) => isForEver(circle, waiting));
  if (circles.length === 0) return decided;
  const reasons = new Map(circles.flatMap((circle) => [...circle].map((process) => [process, reasonOf(circle, waiting)] as const)));
  return decided.map((one) => {
    const reason = reasons.get(one.stored.process);
    return reason ? { ...one, decision: saying(one, reason, observation.now) } : one;
  });
}

function asEntry(process: ProcessId, wait: Waiting | null): readonly (readonly [ProcessId, Waiting])[] {
  return wait ? [[process, wait]] : [];
}

/** Null: it does something, or waits for something else. Who has become ready in this very pass is seen as such by others in the next one. */
function waitOf({ stored, decision: { after } }: Decided, handovers: NonNullable<Pass["handovers"]>): Waiting | null {
  const { rollout } = stored;
  const status = after?.status;
  if (!status) return null;
  const { code, about } = status.reason;
  if (code === "WaitsForDependency" && about !== undefined) return { status, for: [about], isCall: true };
  const handover = handovers.get(stored.process);
  if (handover?.kind !== "waits" || !rollout || !isHandingOver(rollout.state) || code !== "HandingOver") return null;
  return { status, for: handover.with, isCall: false };
}

/** A process that does anything but wait is in no circle. Paths alone are handed over once all are ready, and calls in a circle are found in the files. */
function isForEver(circle: ReadonlySet<ProcessId>, waiting: ReadonlyMap<ProcessId, Waiting>): boolean {
  const waits = [...circle].flatMap((process) => waiting.get(process) ?? []);
  return waits.some(({ isCall }) => isCall) && waits.some(({ isCall }) => !isCall);
}

/** Which processes wait for each other, as the status of one of them says; null: it does not say so, or one of them is pinned otherwise since. */
export function deadlockToldOf(known: ProcessState | undefined, desired: DesiredState | null): ReadonlySet<ProcessId> | null {
  const reason = known?.status?.reason;
  if (reason?.code !== "Deadlocked" || !reason.about) return null;
  const named = reason.about.split(", ").map((each) => each.split(" "));
  const isPinned = named.every(([process = "", version = null]) => pinnedVersion(desired?.processes.get(process) ?? null) === version);
  return isPinned ? new Set(named.map(([process = ""]) => process)) : null;
}

/** Of a circle that a reason names. */
const mostNamed = 8;

function reasonOf(circle: ReadonlySet<ProcessId>, waiting: ReadonlyMap<ProcessId, Waiting>): Reason {
  const processes = [...circle].sort();
  const named = processes.map((process) => `${process} ${waiting.get(process)?.status.desired ?? ""}`.trim());
  const shown = processes.slice(0, mostNamed).map((process) => `${process} ${waiting.get(process)?.status.reason.text ?? ""}`);
  const rest = processes.length > mostNamed ? "; …" : "";
  const text = `deployments wait for each other and will never start: ${shown.join("; ")}${rest}`;
  return { code: "Deadlocked", text, about: named.join(", ") };
}

function saying({ stored, decision }: Decided, reason: Reason, now: number): ProcessDecision {
  const { after } = decision;
  if (!after?.status) return decision;
  const last = stored.status;
  const { sync, phase } = after.status;
  const isAsBefore = last?.health === "Degraded" && last.sync === sync && last.phase === phase;
  const status: ProcessStatus = { ...after.status, health: "Degraded", reason, since: isAsBefore ? last.since : now };
  return { ...decision, after: withStatus({ ...after, status: stored.status }, status) };
}
