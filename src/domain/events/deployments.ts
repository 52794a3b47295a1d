/** Events about deployments: that they began, and how they ended. A deployment that a newer commit superseded makes no event at its end. */

import { isStepBack } from "../journal/step-back.ts";
import type { PinionEvent } from "../journal/events.ts";
import { assertNever, type CommitId, type Version } from "../names.ts";
import type { DeploymentKind, Rollout } from "../journal/rollout.ts";
import type { DeploymentUpdate } from "../journal/state.ts";
import { eventOf, type EventContext } from "./decision-events.ts";

/** What an update's deployment is about, whether it was opened just now or long ago. */
interface Subject {
  readonly process: string;
  readonly kind: DeploymentKind;
  readonly version: Version | null;
  readonly from: Version | null;
  readonly commit: CommitId;
  /** Healing that has failed before is tried again and again; it makes one event. */
  readonly isRetry: boolean;
}

/** Started, succeeded, failed, rolled back, and drift that is healed. */
export function deploymentEvents(context: EventContext): readonly PinionEvent[] {
  return context.decision.deployments.flatMap((update) => eventsOfUpdate(update, context));
}

function eventsOfUpdate(update: DeploymentUpdate, context: EventContext): readonly PinionEvent[] {
  const subject = subjectOf(update, context);
  if (!subject) return [];
  if (update.opened) return beginning(update, subject, context);
  return update.endedAt === null ? [] : ending(update, subject, context);
}

function beginning(update: DeploymentUpdate, subject: Subject, context: EventContext): readonly PinionEvent[] {
  const { code, why } = update.step;
  if (update.trigger !== undefined) return [];
  switch (subject.kind) {
    case "deploy":
    case "rollback":
      return [about(update, subject, context, { kind: "started", why })];
    case "prune":
      return [about(update, subject, context, { kind: "taken-out", why })];
    case "self-heal":
      return code === "HealingDrift" && !subject.isRetry ? [about(update, subject, context, { kind: "drift", why })] : [];
    default:
      return assertNever(subject.kind);
  }
}

function ending(update: DeploymentUpdate, subject: Subject, context: EventContext): readonly PinionEvent[] {
  const { why } = update.step;
  switch (update.phase) {
    case "Succeeded":
      return succeeded(update, subject, context);
    case "RolledBack":
      // It serves again: the event is about the process that took its paths over.
      if (subject.kind === "prune") return [];
      return [about(update, subject, context, { kind: "rolled-back", why, trigger: triggerOf(update, context) })];
    case "Failed":
    case "Aborted":
      return subject.isRetry ? [] : [about(update, subject, context, { kind: "failed", why, trigger: triggerOf(update, context) })];
    case "Superseded":
    case "Pending":
    case "Running":
      return [];
  }
}

/** A deployment of an older version that was good here is a rollback: then it is about the version that had to go. */
function succeeded(update: DeploymentUpdate, subject: Subject, context: EventContext): readonly PinionEvent[] {
  const { why } = update.step;
  if (subject.kind === "self-heal") return [];
  if (!isStepBack(subject)) return [about(update, subject, context, { kind: "succeeded", why })];
  const turned = { ...subject, version: subject.from, from: subject.version };
  return [about(update, turned, context, { kind: "rolled-back", why, trigger: orderedBy(subject, context) ?? "pin" })];
}

/** A person's rollback leaves its command with the process; without one, somebody moved the pin. */
function orderedBy({ process, version }: Subject, context: EventContext): string | null {
  const revert = (context.after.get(process) ?? context.before.processes.get(process))?.revert;
  return revert && revert.request.to === version ? revert.request.trigger : null;
}

function triggerOf(update: DeploymentUpdate, context: EventContext): string | null {
  if (update.trigger !== undefined) return update.trigger;
  const state = rolloutOf(update.id, context)?.state;
  return state?.kind === "rejected" ? state.trigger : null;
}

function subjectOf(update: DeploymentUpdate, context: EventContext): Subject | null {
  if (update.opened) return { ...update.opened, isRetry: isRetry(update.opened, context) };
  const rollout = rolloutOf(update.id, context);
  if (!rollout) return null;
  const { process, kind, candidate, stable, commit } = rollout;
  const identity = { process, kind, digest: candidate?.digest ?? null };
  return { process, kind, version: candidate?.version ?? null, from: stable?.version ?? null, commit, isRetry: isRetry(identity, context) };
}

function rolloutOf(deployment: string, { before, after }: EventContext): Rollout | null {
  for (const rows of [before.processes, after]) {
    const found = rows.get(processOf(deployment, before.environment))?.rollout;
    if (found?.deployment === deployment) return found;
  }
  return null;
}

/** The id of a deployment begins with environment and process. */
function processOf(deployment: string, environment: string): string {
  return deployment.slice(environment.length + 1).split(".", 1)[0] ?? "";
}

function isRetry(
  { process, kind, digest }: { process: string; kind: DeploymentKind; digest: string | null },
  { before }: EventContext,
): boolean {
  return kind === "self-heal" && before.processes.get(process)?.refused?.unit.digest === digest;
}

function about(
  update: DeploymentUpdate,
  subject: Subject,
  { decision }: EventContext,
  given: Pick<PinionEvent, "kind" | "why"> & { trigger?: string | null },
) {
  const { process, version, from, commit } = subject;
  return eventOf(decision, update.id, { ...given, code: update.step.code, process, deployment: update.id, version, from, commit });
}
