/** The JSON that scripts read: what the API answers and what `--format json` prints. Times are ISO 8601, in UTC. */

import { type HandEdit, inShort, type LiveChanges } from "../domain/changes/recorded.ts";
import type { EnvironmentStatus, Overview, ProcessView, RepositoryStatus } from "./views.ts";
import type { ProcessEvaluation } from "../domain/status/evaluation.ts";
import type { Instant } from "../domain/names.ts";
import type { CommandResult } from "../domain/journal/commands.ts";
import type { Progress } from "../domain/journal/progress.ts";
import type { RevertView } from "../domain/journal/revert-view.ts";
import type { HistoryPage } from "./history-pages.ts";
import { type Page, summarise } from "./listing.ts";
import type { DeploymentAnswer, HistoryAnswer, ProcessAnswer, ProcessesAnswer, StatusAnswer, SummaryAnswer } from "../schemas/answers.ts";
import type { IsoTime } from "../schemas/shapes.ts";
import type { Deployment } from "../domain/journal/state.ts";

/** An instant as ISO 8601. */
export function isoTime(at: Instant): IsoTime {
  return new Date(at).toISOString() as IsoTime;
}

function isoTimeOrNull(at: Instant | null): IsoTime | null {
  return at === null ? null : isoTime(at);
}

/** The whole picture, as plain JSON. */
export function overviewJson(overview: Overview): StatusAnswer {
  return {
    now: isoTimeOrNull(overview.now ?? null),
    store: overview.store && { ...overview.store, since: isoTime(overview.store.since) },
    gateway: overview.gateway ? { ...overview.gateway, since: isoTime(overview.gateway.since) } : null,
    repository: repositoryJson(overview.repository),
    environments: overview.environments.map(environmentJson),
    findings: overview.findings,
  };
}

function repositoryJson(repository: RepositoryStatus) {
  return {
    ...repository,
    committedAt: isoTimeOrNull(repository.committedAt),
    fetchedAt: isoTimeOrNull(repository.fetchedAt),
    since: isoTime(repository.since),
    lastPollAt: isoTimeOrNull(repository.lastPollAt),
    lastGoodPollAt: isoTimeOrNull(repository.lastGoodPollAt),
    nextPollAt: isoTimeOrNull(repository.nextPollAt),
  };
}

function environmentJson({ name, observedAt, type, url, instances, notes, findings, processes, freeze }: EnvironmentStatus) {
  return {
    name,
    observedAt: isoTimeOrNull(observedAt),
    type,
    url,
    freeze: freeze && timed(freeze),
    processes: processes.map(processJson),
    instances,
    notes: notes ?? [],
    findings,
  };
}

/** One process, as plain JSON. */
export function processJson(view: ProcessView): ProcessAnswer {
  const { process, desired, actual, sync, health, phase, reason, since, requests, progress, revert, quarantined, drift, deadEnd } = view;
  return {
    process,
    desired,
    actual,
    sync,
    health,
    phase,
    reason,
    since: isoTime(since),
    requests: requests ?? null,
    progress: progress && progressJson(progress),
    revert: revert && revertJson(revert),
    quarantined: quarantined.map(timed),
    drift: drift ? handEditJson({ ...drift, changes: inShort(drift.changes) }) : null,
    deadEnd,
  };
}

/** One page of a list, as plain JSON. */
export function pageJson({ processes, total, next }: Page, now: Instant): ProcessesAnswer {
  const listed = processes.map((view) => ({ environment: view.environment, ...processJson(view) }));
  return { now: isoTime(now), total, next, processes: listed };
}

/** One page of the history, as plain JSON. */
export function historyJson({ deployments, total, next }: HistoryPage, now: Instant): HistoryAnswer {
  return { now: isoTime(now), total, next, deployments: deployments.map(deploymentJson) };
}

/** The counts of all environments and of each, as plain JSON. */
export function summaryJson({ environments }: Overview, now: Instant): SummaryAnswer {
  return {
    now: isoTime(now),
    ...summarise(environments.flatMap(({ processes }) => processes)),
    environments: environments.map(({ name, freeze, processes }) => ({ name, isFrozen: freeze !== null, ...summarise(processes) })),
  };
}

function progressJson(progress: Progress) {
  return {
    ...progress,
    startedAt: isoTime(progress.startedAt),
    until: isoTimeOrNull(progress.until),
    deadline: isoTimeOrNull(progress.deadline),
    paused: progress.paused && timed(progress.paused),
    plan: progress.plan ?? null,
  };
}

/** A revert request and what became of it, as plain JSON. */
export function revertJson({ request, outcome, refusal = null }: RevertView) {
  return { request: timed(request), outcome, refusal };
}

/** What was answered to a command, as plain JSON. */
export function commandResultJson({ id, kind, why, at }: CommandResult) {
  return { id, kind, why, at: isoTime(at) };
}

function timed<T extends { readonly at: Instant }>(value: T) {
  return { ...value, at: isoTime(value.at) };
}

/** Why a process is as it is, as plain JSON. */
export function evaluationJson(evaluation: ProcessEvaluation) {
  const { now, observedAt, environment, process, since, gates, next, ...rest } = evaluation;
  return {
    now: isoTime(now),
    observedAt: isoTimeOrNull(observedAt),
    environment,
    process,
    ...rest,
    since: isoTime(since),
    gates: gates.map((gate) => ({ ...gate, until: isoTimeOrNull(gate.until) })),
    next: next && { ...next, due: isoTimeOrNull(next.due), deadline: isoTimeOrNull(next.deadline) },
  };
}

/** A change by hand, as plain JSON. */
export function handEditJson({ seenAt, undone, ...edit }: HandEdit) {
  return { ...edit, seenAt: isoTime(seenAt), undone: undone && timed(undone) };
}

/** What is in the engine instead of what was installed, as plain JSON. */
export function liveJson({ unit, isInstalled, edit, earlier }: LiveChanges, environment: string, now: Instant) {
  return { now: isoTime(now), environment, ...unit, isInstalled, edit: edit && handEditJson(edit), earlier: earlier.map(handEditJson) };
}

/** One deployment with its steps and validations, as plain JSON. */
export function deploymentJson(deployment: Deployment): DeploymentAnswer {
  return {
    ...deployment,
    startedAt: isoTime(deployment.startedAt),
    endedAt: isoTimeOrNull(deployment.endedAt),
    durationMs: deployment.endedAt === null ? null : deployment.endedAt - deployment.startedAt,
    steps: deployment.steps.map(timed),
    validations: deployment.validations.map(timed),
    handEdits: deployment.handEdits.map(handEditJson),
  };
}
