/** What is foreseen of one deployment when it is opened: its steps, how risky it is, and how to get back. Journaled as JSON. */

import type { Phase, ValidationName } from "../validation-result.ts";
import type { ProcessId, Version } from "../names.ts";

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
  /** The same for the plan and for the deployment that is in this step, for programs. */
  readonly key: string;
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

/** What will be done if nothing disturbs it. Durations are milliseconds. */
export interface RolloutPlan {
  readonly steps: readonly DeploymentStep[];
  readonly dependencies: readonly PlanDependency[];
  readonly estimatedDuration: number;
  readonly riskAssessment: RiskAssessment;
  /** What will be asked of the version, each once. */
  readonly validationChecks: readonly ValidationCheck[];
  /** Steps, dependencies and checks that a long plan has beyond these. */
  readonly leftOut: number;
}

/** As it is kept with a deployment. */
export interface OpenedPlan {
  readonly deploymentPlan: RolloutPlan;
  /** Null: it is itself the way back, or puts back what was there. */
  readonly rollbackPlan: RollbackPlan | null;
}
