/** Deployments as the library shows them. */

import { PinionError } from "../domain/errors.ts";
import type { ValidationResult as Evidence } from "../domain/validation-result.ts";
import type { Deployment as Recorded } from "../domain/journal/state.ts";
import type { RollbackPlan, RolloutPlan } from "../domain/journal/rollout-plan.ts";
import type { DeploymentPhase } from "../domain/journal/status.ts";
import type { ReasonCode } from "../domain/journal/reason.ts";

/** How far a deployment is. A version that has all the traffic and is only watched is `Running` still. */
export type DeploymentStatus = DeploymentPhase;

/** What was asked of a version, and what came back. */
export interface ValidationResult {
  /** `smoke_test`, `health_check`, …; `deployment` for all of one. */
  readonly validation: string;
  /** Which one of its kind, such as the name of a check; "" when there is only one. */
  readonly subject: string;
  readonly phase: "pre" | "during" | "post" | "all";
  readonly result: "passed" | "failed" | "unknown";
  /** Whether it passed: what could not be asked did not. */
  readonly isValid: boolean;
  /** Why not; empty when it passed. */
  readonly errors: readonly string[];
  readonly detail: string;
  readonly at: Date;
  readonly durationMs: number;
  /** What it consists of; empty for a single one. */
  readonly results: readonly ValidationResult[];
}

/** One line of a deployment's timeline. */
export interface TimelineStep {
  readonly at: Date;
  /** `installing`, `checking`, `shifting`, …, or its outcome. */
  readonly name: string;
  readonly why: string;
}

/** One rollout of one version into one environment. */
export interface Deployment {
  readonly id: string;
  readonly processId: string;
  /** Null: the process was taken out. */
  readonly version: string | null;
  /** What had the traffic before; null: nothing. */
  readonly previousVersion: string | null;
  readonly environment: string;
  readonly kind: Recorded["kind"];
  readonly strategy: string;
  readonly status: DeploymentStatus;
  /** Whether the version has all the traffic for good, and is only watched by the rollback policy. */
  readonly isWatched: boolean;
  readonly reason: string;
  /** The same for machines; docs/reasons.md has the list. */
  readonly reasonCode: ReasonCode;
  /** What rejected it, such as `error_rate`; null: nothing did. */
  readonly trigger: string | null;
  readonly commit: string;
  readonly startedAt: Date;
  /** Null: it is under way. */
  readonly endedAt: Date | null;
  readonly steps: readonly TimelineStep[];
  readonly validationResults: readonly ValidationResult[];
  /** What was foreseen when it was opened; null: not worked out (yet), or asked for in a list. */
  readonly deploymentPlan: RolloutPlan | null;
  /** How to get back; null also where it is itself the way back. */
  readonly rollbackPlan: RollbackPlan | null;
}

/** A deployment that did not become what was asked for: what runs is what ran before. */
export class DeploymentError extends PinionError {
  /** How it went; null: it never began. */
  readonly deployment: Deployment | null;

  constructor(message: string, deployment: Deployment | null) {
    super("deployment/failed", message);
    this.name = "DeploymentError";
    this.deployment = deployment;
  }
}

/** As it is in the journal, for callers. */
export function toDeployment(recorded: Recorded): Deployment {
  const { id, process, version, from, environment, kind, strategy, phase, reason, trigger, commit, startedAt, endedAt } = recorded;
  const about = { id, processId: process, version, previousVersion: from, environment, kind, strategy, commit };
  return {
    ...about,
    status: phase,
    isWatched: endedAt === null && recorded.steps.findLast(({ state }) => !state.startsWith("revert "))?.state === "baking",
    reason: reason.text,
    reasonCode: reason.code,
    trigger,
    startedAt: new Date(startedAt),
    endedAt: endedAt === null ? null : new Date(endedAt),
    steps: recorded.steps.map(({ at, state, why }) => ({ at: new Date(at), name: state, why })),
    validationResults: recorded.validations.map(toValidationResult),
    deploymentPlan: recorded.deploymentPlan,
    rollbackPlan: recorded.rollbackPlan,
  };
}

function toValidationResult({ validation, subject, phase, result, detail, at, durationMs }: Evidence): ValidationResult {
  const isValid = result === "passed";
  const about = { validation, subject, phase, result, detail, at: new Date(at), durationMs };
  return { ...about, isValid, errors: isValid ? [] : [`${nameOf(validation, subject)} ${result}: ${detail}`], results: [] };
}

function nameOf(validation: string, subject: string): string {
  return subject === "" ? validation : `${validation} "${subject}"`;
}
