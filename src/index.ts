/** Pinion as a library: what it knows about versions, and a controller in the caller's hands. */

import { applyChanges as apply } from "./domain/changes/apply.ts";
import { detectChanges as detect } from "./domain/changes/detect.ts";
import { asChanges, asNote } from "./library/parse-changes.ts";
import { asDefinition } from "./library/parse-definition.ts";
import { type ChangeSummary, summarize } from "./domain/changes/describe.ts";
import type { Definition } from "./domain/desired/definition.ts";
import type { ChangeNote, WorkflowChanges } from "./domain/changes/changes.ts";
import type { OpenOptions } from "./library/open-options.ts";
import type { EmbeddedPinion } from "./library/pinion.ts";

export type {
  Connection as ConnectionDefinition,
  ConnectionEnd,
  Definition as WorkflowDefinition,
  Json,
  JsonObject,
  Position,
  WorkflowNode as NodeDefinition,
} from "./domain/desired/definition.ts";
export type { ChangeSummary } from "./domain/changes/describe.ts";
export type { HandEdit, LiveChanges, RecordedChanges } from "./domain/changes/recorded.ts";
export { connectionId } from "./domain/changes/changes.ts";
export type { ChangeNote, ConfigurationChange, Impact, NodeModification, WorkflowChanges } from "./domain/changes/changes.ts";

export { AutomaticRollback, type MonitoringOptions } from "./library/automatic-rollback.ts";
export { type ConnectOptions, connectPinion } from "./library/connected.ts";
export { BlueGreenDeployer, CanaryDeployer, type Deployer } from "./library/deployers.ts";
export { type Deployment, DeploymentError, type DeploymentStatus, type TimelineStep, type ValidationResult } from "./library/deployment.ts";
export {
  type DeploymentMetrics,
  DeploymentMonitor,
  type ErrorMetrics,
  type HealthMetrics,
  type PerformanceMetrics,
  type RollbackMetrics,
} from "./library/deployment-monitor.ts";
export { EmergencyRecovery, type EmergencyReport, type RecoveryOptions } from "./library/emergency-recovery.ts";
export { deployProcess, monitorDeployment, rollbackDeployment, validateDeployment, type WithPinion } from "./library/functions.ts";
export { ManualRollback, type RollbackOptions, type RollbackResult } from "./library/manual-rollback.ts";
export type { HistoryPage } from "./api/history-pages.ts";
export type { OpenOptions } from "./library/open-options.ts";
export type {
  DeployOptions,
  DeploymentQuery,
  DeployRequest,
  EmbeddedPinion,
  CommandedBy,
  Pinion,
  PinionCommand,
} from "./library/pinion.ts";
export { RollingDeployer } from "./library/rolling-deployer.ts";
export { formatVersion, parseVersion, type SemanticVersion } from "./library/semantic-version.ts";
export type {
  BlueGreenDeployment,
  CanaryDeployment,
  DeploymentStrategy,
  Environment,
  PublishedVersion,
  RollbackPolicy,
  RollbackTrigger,
  RollingDeployment,
  WorkflowDependency,
  WorkflowVersion,
} from "./library/vocabulary.ts";
export type {
  DeploymentAction,
  DeploymentStep,
  PlanDependency as Dependency,
  RiskAssessment,
  RollbackPlan,
  RolloutPlan as DeploymentPlan,
  StepValidation,
  ValidationCheck,
} from "./domain/journal/rollout-plan.ts";
export type { GateEvaluation, NextStepView, ProcessEvaluation } from "./domain/status/evaluation.ts";
export { type ErrorCode, PinionError } from "./domain/errors.ts";
export type { Finding } from "./domain/finding.ts";
export type { ChangelogEntry } from "./domain/desired/version.ts";
export type { VersionStatus } from "./domain/desired/snapshot.ts";

/**
 * A whole Pinion in this process: it deploys what it is given, to Node-RED instances of its own or to those that are named, and
 * goes on guarding it. Close it when you are done. @throws PinionError `config/invalid`, `store/locked`, `manifest/invalid`, `usage/invalid`.
 * @example
 * const pinion = await openPinion({ directory: "./pinion", environments: [{ name: "production", type: "production" }] });
 * const deployment = await new BlueGreenDeployer(pinion).deploy(version, "production");
 * await pinion.close();
 */
export async function openPinion(options: OpenOptions = {}): Promise<EmbeddedPinion> {
  // Later, because those who only compare definitions need none of it.
  const { openPinion: open } = await import("./composition/open-pinion.ts");
  return open(options);
}

/**
 * What takes the old definition to the new one; the order of nodes, connections and keys does not matter.
 * @throws TypeError when one of them is no definition.
 */
export function detectChanges(oldDefinition: Definition, newDefinition: Definition, note: Partial<ChangeNote> = {}): WorkflowChanges {
  return detect(asDefinition(oldDefinition, "oldDefinition"), asDefinition(newDefinition, "newDefinition"), asNote({ ...note }));
}

/**
 * The definition with the changes in it: `applyChanges(a, detectChanges(a, b))` equals `b` up to order.
 * @throws TypeError when one of them is not what it should be, Error when the changes were made for another definition.
 */
export function applyChanges(definition: Definition, changes: WorkflowChanges): Definition {
  return apply(asDefinition(definition, "definition"), asChanges(changes));
}

/** The changes in lines for people, counted, and whether they break anything. @throws TypeError when they are no changes. */
export function summarizeChanges(changes: WorkflowChanges): ChangeSummary {
  return summarize(asChanges(changes));
}

/** The same as an object, for those who hand collaborators around. */
export class ChangeDetector {
  detectChanges(oldDefinition: Definition, newDefinition: Definition, note: Partial<ChangeNote> = {}): WorkflowChanges {
    return detectChanges(oldDefinition, newDefinition, note);
  }

  applyChanges(definition: Definition, changes: WorkflowChanges): Definition {
    return applyChanges(definition, changes);
  }
}
