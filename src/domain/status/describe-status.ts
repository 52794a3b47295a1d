/** What is shown of a process: sync, health, phase and the reason, from what was seen and decided. */

import { type Desired, pinnedVersion } from "../desired/resolve.ts";
import type { Instant, ProcessId } from "../names.ts";
import type { Reason } from "../journal/reason.ts";
import type { Rollout } from "../journal/rollout.ts";
import {
  engineFor,
  findInstalled,
  isReady,
  type ProcessObservation,
  type Observation,
  servingUnit,
  weightOf,
} from "../observed/observation.ts";
import type { ProcessState } from "../journal/state.ts";
import { type DeploymentPhase, type Health, isSameStatus, type ProcessStatus } from "../journal/status.ts";

/** Why a process is left as it is. */
export interface Outlook {
  /** Null: a gate holds it back; its health is that of what runs. */
  readonly health: Health | null;
  readonly reason: Reason;
  readonly until: Instant | null;
}

/** Engine or router could not be asked, or the environment cannot be used: the last known picture, marked as unknown. */
export function describeUnknown(before: ProcessState, observation: Observation, desired: Desired | null, reason: Reason): ProcessStatus {
  const last = before.status;
  return status(before, observation, {
    desired: pinnedVersion(desired) ?? last?.desired ?? null,
    actual: last?.actual ?? [],
    sync: "Unknown",
    health: "Degraded",
    phase: last?.phase ?? null,
    reason,
  });
}

/** Held back by a gate. */
export function describeHeld(before: ProcessState, observation: Observation, view: ProcessObservation, outlook: Outlook): ProcessStatus {
  return describe(before, observation, view, {
    sync: "OutOfSync",
    health: healthOfServing(view),
    phase: "Pending",
    reason: outlook.reason,
  });
}

/** No deployment is under way, and why it stays as it is. */
export function describeSteady(before: ProcessState, observation: Observation, view: ProcessObservation, outlook: Outlook): ProcessStatus {
  return describe(before, observation, view, {
    sync: syncOf(view),
    health: outlook.health ?? healthOfServing(view),
    phase: before.status?.phase ?? null,
    reason: outlook.reason,
  });
}

/** Not pinned any more, and without traffic, as it should be. */
export function describeTakenOut(before: ProcessState, observation: Observation, view: ProcessObservation, reason: Reason): ProcessStatus {
  return describe(before, observation, view, { sync: "Synced", health: "Healthy", phase: before.status?.phase ?? null, reason });
}

interface UnderWay {
  readonly rollout: Rollout;
  readonly reason: Reason;
  /** It is bad, and only a person may take it back. */
  readonly isAlarming: boolean;
  /** Paused or frozen. */
  readonly isStopped: boolean;
}

/** A deployment is under way. */
export function describeRollout(
  before: ProcessState,
  observation: Observation,
  view: ProcessObservation | null,
  underWay: UnderWay,
): ProcessStatus {
  const { rollout, reason } = underWay;
  const actual = view ? actualOf(view) : (before.status?.actual ?? []);
  const desired = rollout.candidate ? (pinnedVersion(view?.desired ?? null) ?? rollout.candidate.version) : null;
  const sync = view ? syncOf(view) : "OutOfSync";
  return status(before, observation, { desired, actual, sync, health: healthOf(underWay, view), phase: "Running", reason });
}

/** What has all the traffic, and is watched, is healthy as long as every instance serves it. */
function healthOf({ rollout, reason, isAlarming, isStopped }: UnderWay, view: ProcessObservation | null): Health {
  if (isAlarming || rollout.state.kind === "rejected") return "Degraded";
  // A version without a verdict is not healthy, unless a person has accepted it.
  if (isStopped || reason.code === "PersonMustDecide") return "Suspended";
  if (rollout.state.kind !== "baking") return "Progressing";
  return view ? healthOfServing(view) : "Degraded";
}

/** A deployment has just ended. */
export function describeEnded(
  before: ProcessState,
  observation: Observation,
  view: ProcessObservation | null,
  { phase, reason }: { readonly phase: DeploymentPhase; readonly reason: Reason },
): ProcessStatus {
  const isGood = phase === "Succeeded";
  const actual = view ? actualOf(view) : (before.status?.actual ?? []);
  const desired = view ? pinnedVersion(view.desired) : (before.status?.desired ?? null);
  return status(before, observation, {
    desired,
    actual,
    sync: isGood ? "Synced" : "OutOfSync",
    health: isGood ? "Healthy" : "Degraded",
    phase,
    reason,
  });
}

/** The process with its new status; the very same object when nothing worth showing has changed. */
export function withStatus(before: ProcessState, next: ProcessStatus): ProcessState {
  return isSameStatus(before.status, next) ? before : { ...before, status: next };
}

type Shown = Pick<ProcessStatus, "sync" | "health" | "phase" | "reason">;

function describe(before: ProcessState, observation: Observation, view: ProcessObservation, shown: Shown): ProcessStatus {
  // What the newest commit wants cannot be told: it is held against an earlier one.
  const sync = observation.settingsOf === undefined ? shown.sync : "Unknown";
  return status(before, observation, { desired: pinnedVersion(view.desired), actual: actualOf(view), ...shown, sync });
}

function status(
  before: ProcessState,
  observation: Observation,
  shown: Omit<ProcessStatus, "environment" | "process" | "since">,
): ProcessStatus {
  const last = before.status;
  const isAsBefore = last !== null && last.sync === shown.sync && last.health === shown.health && last.phase === shown.phase;
  return { environment: observation.environment, process: before.process, ...shown, since: isAsBefore ? last.since : observation.now };
}

function actualOf(view: ProcessObservation): ProcessStatus["actual"] {
  const weights = new Map(view.route?.shares.map((share) => [share.digest, { version: share.version, weight: share.weight }]));
  for (const unit of view.installed) if (!weights.has(unit.digest)) weights.set(unit.digest, { version: unit.version, weight: 0 });
  return [...weights.values()].sort((a, b) => b.weight - a.weight || (a.version < b.version ? -1 : 1));
}

function syncOf(view: ProcessObservation): ProcessStatus["sync"] {
  const { desired } = view;
  if (desired?.kind !== "run") return "OutOfSync";
  const hasAllTraffic = weightOf(view.route, desired.unit.digest) === 100;
  const drift = findInstalled(view.installed, desired.unit.digest)?.drift;
  return hasAllTraffic && drift === null ? "Synced" : "OutOfSync";
}

function healthOfServing(view: ProcessObservation): Health {
  const serving = servingUnit(view.route);
  if (!serving) return "Missing";
  return isReady(findInstalled(view.installed, serving.digest), view.instances) ? "Healthy" : "Degraded";
}

/** Which of the two could not be asked. */
export function whyUnknown(process: ProcessId, observation: Observation): Reason {
  const { routes } = observation;
  const engine = engineFor(process, observation);
  if (engine.kind === "unknown") return { code: "EngineUnknown", text: engine.why };
  return { code: "RouterUnknown", text: routes.kind === "unknown" ? routes.why : "" };
}
