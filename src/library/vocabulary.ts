/** What a caller of the library writes down: versions of processes, environments, and how versions are rolled out there. */

import type { EnvironmentName, ProcessId, VersionDigest } from "../domain/names.ts";
import type { Definition } from "../domain/desired/definition.ts";
import type { VersionStatus } from "../domain/desired/snapshot.ts";
import type { EnvironmentFile, RollbackPolicySection, StrategyConfig, StrategySection, TriggerItem } from "../generated/environment.ts";
import type { CheckItem, DefinitionGraph, DependencyLine, VersionFile } from "../generated/version.ts";
import type { SemanticVersion } from "./semantic-version.ts";

/** When a version is taken back by itself, and whether people may take one back. As `rollbackPolicy` in environment.yaml. */
export type RollbackPolicy = RollbackPolicySection;

/** What takes a version back: `{ type: "error_rate", threshold: "5%", duration: "1m" }`. */
export type RollbackTrigger = TriggerItem;

/** Beside the old version, checked, then switched. Durations are milliseconds, or text such as `30s`. */
export interface BlueGreenDeployment {
  readonly strategy: "blue-green";
  readonly config?: Pick<StrategyConfig, "healthCheckUrl" | "healthCheckTimeout" | "switchTrafficDelay" | "keepOldVersion">;
}

/** More traffic step by step, each judged by metrics. */
export interface CanaryDeployment {
  readonly strategy: "canary";
  readonly config?: Pick<
    StrategyConfig,
    | "trafficPercentage"
    | "incrementPercentage"
    | "incrementInterval"
    | "steps"
    | "successThreshold"
    | "rollbackThreshold"
    | "minRequests"
    | "analysisSource"
    | "maxDuration"
    | "keepOldVersion"
  >;
}

/** From instance to instance. */
export interface RollingDeployment {
  readonly strategy: "rolling";
  readonly config?: Pick<StrategyConfig, "batchSize" | "batchDelay" | "maxUnavailable" | "healthCheckInterval">;
}

/** One of the strategies that a deployer rolls out by. */
export type DeploymentStrategy = BlueGreenDeployment | CanaryDeployment | RollingDeployment;

/**
 * Where versions are deployed: environment.yaml as an object, where `deploymentStrategy`, `config.variables` and
 * `restrictions.rollbackPolicy` may also be said the way that they are said of deployments.
 */
export interface Environment extends Omit<EnvironmentFile, "restrictions" | "strategy"> {
  /** Its name where `name` is for people. */
  readonly id?: EnvironmentName;
  readonly strategy?: StrategySection;
  readonly deploymentStrategy?: DeploymentStrategy;
  readonly config?: Pick<EnvironmentFile, "variables" | "secrets">;
  readonly restrictions?: EnvironmentFile["restrictions"] & {
    readonly rollbackPolicy?: RollbackPolicy;
    /** Only false: approvals are made where pins are merged. */
    readonly requiresApproval?: false;
  };
}

/** One version of a process, whole. Once published it never changes. */
export interface WorkflowVersion {
  /** For the caller's own use. */
  readonly id?: string;
  /** The process's id, such as `order-intake`. */
  readonly workflowId: ProcessId;
  readonly version: SemanticVersion | string;
  /** `published` when not said. */
  readonly status?: VersionStatus;
  readonly metadata?: Partial<Pick<VersionFile, "title" | "description" | "author" | "changelog" | "tags">>;
  readonly definition: Definition | DefinitionGraph;
  readonly dependencies?: readonly WorkflowDependency[];
  /** Smoke and integration tests, asked before it gets traffic. */
  readonly checks?: readonly CheckItem[];
  /** The kind of engine that runs it; `node-red` when neither this nor an earlier version says. */
  readonly engine?: string;
  /** The team that answers for the process. */
  readonly owner?: string;
  /** Its author, where the metadata names none. */
  readonly createdBy?: string;
  readonly createdAt?: Date;
}

/** What a version needs beside it; `version` is a range, or the very version. */
export interface WorkflowDependency extends Omit<DependencyLine, "version"> {
  readonly version: SemanticVersion | string;
}

/** A version as the catalogue knows it. */
export interface PublishedVersion {
  readonly processId: ProcessId;
  readonly version: string;
  readonly status: VersionStatus;
  /** Of the whole version. */
  readonly digest: VersionDigest;
}
