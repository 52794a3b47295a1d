/** What a plan says: which deployments a change of pins leads to, in which order, how risky, and how to get back. Plain JSON. */

import type { ChangeSummary } from "../changes/describe.ts";
import type { Phase, ValidationName } from "../validation-result.ts";
import type { EnvironmentName, ProcessId, Version } from "../names.ts";
import type { ConfigurationChange } from "../changes/changes.ts";

/** How far a version is from the one before, by semantic versioning. `same`: other content or settings under the same version. */
export type VersionDistance = "first" | "major" | "minor" | "patch" | "prerelease" | "same";

/** One deployment that will begin when the change is merged. */
export interface PlannedDeployment {
  /** `production.order-intake`: the start of the ids of its steps. */
  readonly id: string;
  readonly process: ProcessId;
  /** `prune` takes a process out that has left the pins. */
  readonly kind: "deploy" | "prune";
  readonly strategy: string;
  /** Null for a first deployment. */
  readonly from: Version | null;
  /** Null for `prune`. */
  readonly to: Version | null;
  /** Null for `prune`. */
  readonly distance: VersionDistance | null;
  readonly isDowngrade: boolean;
  /** What makes it necessary, in one line. */
  readonly why: string;
  /** Between the two definitions; null when there is nothing to compare. */
  readonly changes: ChangeSummary | null;
  /** Processes of this plan that are deployed before. */
  readonly waitsFor: readonly ProcessId[];
  readonly estimatedDuration: number;
  /** What the estimate rests on, for people. */
  readonly estimatedFrom: string;
}

/** A change of a pin that will not lead to a deployment, and why. What runs keeps running. */
export interface HeldDeployment {
  readonly process: ProcessId;
  readonly from: Version | null;
  readonly to: Version | null;
  readonly reason: string;
}

export type DeploymentAction =
  | "validate"
  | "install"
  | "check"
  | "wait"
  /** Together with others, with which its paths change owner. */
  | "hand-over"
  /** More of the traffic, judged by metrics (canary). */
  | "shift"
  | "analyse"
  | "pause"
  /** From instance to instance (rolling). */
  | "roll"
  | "switch"
  | "confirm"
  | "drain"
  /** The rollback policy's time. */
  | "bake"
  | "clear"
  | "remove";

/** What is asked of a version in a step; null when nothing is. */
export type StepValidation = { readonly phase: Phase; readonly validations: readonly PlannedValidation[] } | null;

export interface PlannedValidation {
  readonly validation: ValidationName;
  /** Which one of its kind, such as the name of a check; "" when there is only one. */
  readonly subject: string;
}

export interface DeploymentStep {
  readonly id: string;
  readonly name: string;
  /** In a word or two: `check`, `20 %`. */
  readonly brief: string;
  readonly action: DeploymentAction;
  /** Counted from 1 over the whole plan. Steps that do not depend on each other may run at the same time. */
  readonly order: number;
  /** Ids of steps that end before this one begins. */
  readonly dependencies: readonly string[];
  readonly validation: StepValidation;
  readonly estimatedDuration: number;
}

/** A required dependency of a version that will be deployed. */
export interface PlanDependency {
  readonly process: ProcessId;
  readonly on: ProcessId;
  /** The semantic version range that will do. */
  readonly range: string;
  /** The version that will serve when the process is deployed. */
  readonly version: Version;
}

export interface ValidationCheck extends PlannedValidation {
  readonly process: ProcessId;
  readonly phase: Phase;
}

export type RiskLevel = "low" | "medium" | "high";

export interface RiskReason {
  readonly level: RiskLevel;
  /** Null: of the plan as a whole. */
  readonly process: ProcessId | null;
  readonly reason: string;
}

/** The level is that of the gravest reason; reasons come gravest first. */
export interface RiskAssessment {
  readonly level: RiskLevel;
  readonly reasons: readonly RiskReason[];
}

export interface RollbackStep {
  readonly process: ProcessId;
  /** What has the traffic after it; null: nothing. */
  readonly version: Version | null;
  readonly how: "switch-back" | "reinstall" | "remove";
  readonly name: string;
}

/** When Pinion goes back by itself. */
export interface AutomaticRollback {
  /** What each fires on, for people: `error_rate > 10 % over 5 min`. */
  readonly triggers: readonly string[];
  /** How long after the switch. */
  readonly bakeMs: number;
}

export interface RollbackPlan {
  /** What a person does to start it. */
  readonly instruction: string;
  /** Null: only people do. */
  readonly automatic: AutomaticRollback | null;
  /** In reverse order of the deployments. */
  readonly steps: readonly RollbackStep[];
}

/** What merging would do in one environment. Durations are milliseconds. */
export interface DeploymentPlan {
  readonly environment: EnvironmentName;
  readonly type: string | null;
  /** Whether the environment was not in the repository before. */
  readonly isNew: boolean;
  /** Why nothing at all will happen here; null when deployments can. */
  readonly blocked: string | null;
  /** In the order in which they can begin. */
  readonly deployments: readonly PlannedDeployment[];
  readonly held: readonly HeldDeployment[];
  /** Changes of environment.yaml, with every default filled in. */
  readonly settings: readonly ConfigurationChange[];
  /** The same for people, a line each: `~ drainTimeout 10 s → 30 s`. */
  readonly settingLines: readonly string[];
  readonly steps: readonly DeploymentStep[];
  readonly dependencies: readonly PlanDependency[];
  readonly estimatedDuration: number;
  readonly riskAssessment: RiskAssessment;
  readonly validationChecks: readonly ValidationCheck[];
  readonly rollbackPlan: RollbackPlan;
}

/** Whether merging changes nothing here. */
export function isNothingToDo({ isNew, blocked, deployments, held, settings }: DeploymentPlan): boolean {
  return !isNew && blocked === null && deployments.length === 0 && held.length === 0 && settings.length === 0;
}
