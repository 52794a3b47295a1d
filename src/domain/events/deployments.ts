/** Told about deployments: that they began, and how they ended. What a newer commit superseded ended in no way worth telling. */

import { isStepBack } from "../journal/step-back.ts";
import type { PinionEvent } from "../journal/events.ts";
import { assertNever, type CommitId, type Version } from "../names.ts";
import type { DeploymentKind, Rollout } from "../journal/rollout.ts";
import type { DeploymentUpdate } from "../journal/state.ts";
import { eventOf, type Told } from "./decision-events.ts";

/** What an update's deployment is about, whether it was opened just now or long ago. */
interface Subject {
  readonly process: string;
  readonly kind: DeploymentKind;
  readonly version: Version | null;
  readonly from: Version | null;
  readonly commit: CommitId;
  /** Healing that has failed before is tried again and again; it is told about once. */
  readonly isRetry: boolean;
}

/** Started, succeeded, failed, rolled back, and drift that is healed. */
export function deploymentEvents(told: Told): readonly PinionEvent[] {
  return told.step.deployments.flatMap((update) => eventsOfUpdate(update, told));
}

function eventsOfUpdate(update: DeploymentUpdate, told: Told): readonly PinionEvent[] {
  const subject = subjectOf(update, told);
  if (!subject) return [];
  if (update.opened) return beginning(update, subject, told);
  return update.endedAt === null ? [] : ending(update, subject, told);
}

function beginning(update: DeploymentUpdate, subject: Subject, told: Told): readonly PinionEvent[] {
  const { code, why } = update.step;
  if (update.trigger !== undefined) return [];
  switch (subject.kind) {
    case "deploy":
    case "rollback":
      return [about(update, subject, told, { kind: "started", why })];
    case "retire":
      return [about(update, subject, told, { kind: "taken-out", why })];
    case "heal":
      return code === "HealingDrift" && !subject.isRetry ? [about(update, subject, told, { kind: "drift", why })] : [];
    default:
      return assertNever(subject.kind);
  }
}

function ending(update: DeploymentUpdate, subject: Subject, told: Told): readonly PinionEvent[] {
  const { why } = update.step;
  switch (update.phase) {
    case "Succeeded":
      return succeeded(update, subject, told);
    case "RolledBack":
      // It serves again: whoever took its paths over is told of.
      if (subject.kind === "retire") return [];
      return [about(update, subject, told, { kind: "rolled-back", why, trigger: triggerOf(update, told) })];
    case "Failed":
    case "Aborted":
      return subject.isRetry ? [] : [about(update, subject, told, { kind: "failed", why, trigger: triggerOf(update, told) })];
    case "Superseded":
    case "Pending":
    case "Running":
      return [];
  }
}

/** A deployment of an older version that was good here is a rollback: then it is about the version that had to go. */
function succeeded(update: DeploymentUpdate, subject: Subject, told: Told): readonly PinionEvent[] {
  const { why } = update.step;
  if (subject.kind === "heal") return [];
  if (!isStepBack(subject)) return [about(update, subject, told, { kind: "succeeded", why })];
  const turned = { ...subject, version: subject.from, from: subject.version };
  return [about(update, turned, told, { kind: "rolled-back", why, trigger: orderedBy(subject, told) ?? "pin" })];
}

/** A person's rollback leaves its order with the process; without one, somebody moved the pin. */
function orderedBy({ process, version }: Subject, told: Told): string | null {
  const revert = (told.after.get(process) ?? told.before.processes.get(process))?.revert;
  return revert && revert.order.to === version ? revert.order.trigger : null;
}

function triggerOf(update: DeploymentUpdate, told: Told): string | null {
  if (update.trigger !== undefined) return update.trigger;
  const state = rolloutOf(update.id, told)?.state;
  return state?.kind === "rejected" ? state.trigger : null;
}

function subjectOf(update: DeploymentUpdate, told: Told): Subject | null {
  if (update.opened) return { ...update.opened, isRetry: isRetry(update.opened, told) };
  const rollout = rolloutOf(update.id, told);
  if (!rollout) return null;
  const { process, kind, candidate, stable, commit } = rollout;
  const identity = { process, kind, digest: candidate?.digest ?? null };
  return { process, kind, version: candidate?.version ?? null, from: stable?.version ?? null, commit, isRetry: isRetry(identity, told) };
}

function rolloutOf(deployment: string, { before, after }: Told): Rollout | null {
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

function isRetry({ process, kind, digest }: { process: string; kind: DeploymentKind; digest: string | null }, { before }: Told): boolean {
  return kind === "heal" && before.processes.get(process)?.refused?.unit.digest === digest;
}

function about(
  update: DeploymentUpdate,
  subject: Subject,
  { step }: Told,
  given: Pick<PinionEvent, "kind" | "why"> & { trigger?: string | null },
) {
  const { process, version, from, commit } = subject;
  return eventOf(step, update.id, { ...given, code: update.step.code, process, deployment: update.id, version, from, commit });
}
