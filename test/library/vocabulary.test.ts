/** What the library is called by: the names that were promised are there, and do what their kind does. */

import { describe, expect, it } from "vitest";
import * as library from "../../src/index.ts";

/** Types leave no trace at run time: this compiles only while each of them is exported. */
type Promised = [
  library.BlueGreenDeployment,
  library.CanaryDeployment,
  library.ChangelogEntry,
  library.Dependency,
  library.Deployment,
  library.DeploymentAction,
  library.DeploymentMetrics,
  library.Deployment["deploymentPlan"] extends library.DeploymentPlan | null ? library.DeploymentPlan : never,
  library.DeploymentStatus,
  library.DeploymentStep,
  library.Environment,
  library.HealthMetrics,
  library.NodeDefinition,
  library.RiskAssessment,
  library.RollbackPlan,
  library.RollbackPolicy,
  library.RollbackResult,
  library.RollbackTrigger,
  library.RollingDeployment,
  library.SemanticVersion,
  library.StepValidation,
  library.TimelineStep,
  library.ValidationCheck,
  library.ValidationResult,
  library.VersionStatus,
  library.WorkflowChanges,
  library.WorkflowDefinition,
  library.WorkflowDependency,
  library.WorkflowVersion,
];

const classes: readonly (readonly [string, readonly string[]])[] = [
  ["AutomaticRollback", ["startMonitoring", "stopMonitoring"]],
  ["ChangeDetector", ["detectChanges", "applyChanges"]],
  ["DeploymentMonitor", ["collectDeploymentMetrics"]],
  ["EmergencyRecovery", ["executeEmergencyRollback"]],
  ["ManualRollback", ["rollbackToVersion"]],
];

const deployers = ["BlueGreenDeployer", "CanaryDeployer", "RollingDeployer"] as const;
const functions = [
  "deployProcess",
  "monitorDeployment",
  "openPinion",
  "connectPinion",
  "rollbackDeployment",
  "validateDeployment",
] as const;

const exported = new Map<string, unknown>(Object.entries(library));

describe("the library exports", () => {
  it.each(classes)("%s with %j", (name, methods) => {
    const made = exported.get(name) as { readonly prototype: Readonly<Record<string, unknown>> };
    expect(methods.map((method) => typeof made.prototype[method])).toEqual(methods.map(() => "function"));
  });

  it.each(deployers)("%s, which deploys", (name) => {
    const Made = exported.get(name) as new (pinion: library.Pinion) => library.Deployer;
    expect(typeof new Made(library.connectPinion({ url: "http://127.0.0.1:9" })).deploy).toBe("function");
  });

  it.each(functions)("the function %s", (name) => {
    expect(typeof exported.get(name)).toBe("function");
  });

  it("errors that can be told from bugs", () => {
    expect(new library.DeploymentError("m", null)).toBeInstanceOf(library.PinionError);
  });

  it("every promised type", () => {
    const promised: Partial<Promised> = [];
    expect(promised).toEqual([]);
  });
});

describe("openPinion", () => {
  it.each([
    ["an option that does not exist", { instances: 2 }, "usage/invalid"],
    ["an engine that does not exist", { engines: { default: { kind: "n8n" } } }, "config/invalid"],
    ["an environment that is none", { environments: [{ name: "production" }] }, "manifest/invalid"],
  ])("refuses %s", async (_what, options, code) => {
    await expect(library.openPinion(options as never)).rejects.toMatchObject({ code });
  });
});
