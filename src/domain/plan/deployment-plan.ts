/** What a plan says: which deployments a change of pins leads to, in which order, how risky, and how to get back. Plain JSON. */

import type { ChangeSummary } from "../changes/describe.ts";
import type { EnvironmentName, ProcessId, Version } from "../names.ts";
import type { DeploymentStep, PlanDependency, RiskAssessment, RollbackPlan, ValidationCheck } from "../journal/rollout-plan.ts";
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
