/** Options of the `process_deployer:` document that do nothing yet, each with the reason, so that nobody believes that they work. */

import type { ProcessDeployerSection } from "../../generated/pinion.ts";
import type { FindingCode } from "./findings.ts";
import { nearest } from "./suggest.ts";

export interface LaterOption {
  /** From the section. */
  readonly pointer: string;
  readonly code: FindingCode;
  readonly severity: "error" | "warning";
  readonly message: string;
  readonly hint: string;
}

/** Validations that every deployment has, in every phase that needs them. */
const validationsInEffect: ReadonlySet<string> = new Set([
  "process_validation",
  "environment_validation",
  "dependency_validation",
  "step_validation",
  "health_check",
  "smoke_test",
  "service_availability",
  "monitoring_setup",
]);

const validationsLater: readonly string[] = ["integration_test", "performance_test", "data_integrity"];

/** Every option of a section that has no effect, in the order of the document's vocabulary. */
export function laterOptions(section: ProcessDeployerSection): readonly LaterOption[] {
  return [
    ...laterAutomation(section.automatedDeployment ?? {}),
    ...laterVersions(section.versionManagement ?? {}),
    ...laterRollback(section.rollbackManagement ?? {}),
    ...laterEnvironments(section.environmentManagement ?? {}),
    ...laterValidation(section.deploymentValidation ?? {}),
    ...laterMonitoring(section.deploymentMonitoring ?? {}),
  ];
}

type Section<Name extends keyof ProcessDeployerSection> = NonNullable<ProcessDeployerSection[Name]>;

function later(pointer: string, reason: string): LaterOption {
  const name = pointer.split("/").findLast((step) => !/^\d+$/.test(step)) ?? "";
  const message = `"${name}" is not supported yet and has no effect: ${reason}`;
  return {
    pointer,
    code: "option/not-supported",
    severity: "warning",
    message,
    hint: "Leave it for a release that supports it, or remove it.",
  };
}

/** Ignoring these would do what the operator has forbidden. */
function refused(pointer: string, message: string, hint: string): LaterOption {
  return { pointer, code: "option/not-supported", severity: "error", message, hint };
}

/** One warning for each of the keys that is there. */
function present(base: string, section: object, reasons: Readonly<Record<string, string>>): readonly LaterOption[] {
  return Object.entries(reasons).flatMap(([key, reason]) => (Object.hasOwn(section, key) ? [later(`${base}/${key}`, reason)] : []));
}

function laterAutomation(section: Section<"automatedDeployment">): readonly LaterOption[] {
  const base = "/automatedDeployment";
  const options: LaterOption[] = [];
  if (section.enabled === false) {
    const hint = "Name the environments that Pinion shall look after in `environments`, or stop the controller.";
    options.push(refused(`${base}/enabled`, "automated deployment cannot be switched off yet", hint));
  }
  if (section.deploymentStrategy === "canary" || section.deploymentStrategy === "rolling") {
    options.push(
      later(`${base}/deploymentStrategy`, `${section.deploymentStrategy} comes later; environments that name no strategy use blue-green`),
    );
  }
  for (const [index, { validation }] of (section.deploymentValidation ?? []).entries()) {
    const pointer = `${base}/deploymentValidation/${index}/validation`;
    if (validation === "health_check" && section.deploymentStrategy === "recreate")
      options.push(later(pointer, "recreate has no health check"));
    else if (validation === "smoke_test")
      options.push(later(`${base}/deploymentValidation/${index}/tests`, "smoke tests are the `checks` of each version, and always run"));
    else if (validation !== "health_check") options.push(laterValidationName(pointer, validation));
  }
  return options;
}

function laterVersions(section: Section<"versionManagement">): readonly LaterOption[] {
  return [
    ...disabled("/versionManagement", section),
    ...present("/versionManagement", section, {
      versionHistory: "git keeps every version for ever",
      versionMetadata: "the schema of version files says which metadata is required",
      versionApproval: "the approval of the merge is the approval of the version",
    }),
  ];
}

function laterRollback(section: Section<"rollbackManagement">): readonly LaterOption[] {
  const reason = "a version that fails its checks never gets traffic; going back from one that has traffic is a revert of the pin";
  return present("/rollbackManagement", section, { rollbackStrategy: reason, rollbackTriggers: reason, rollbackValidation: reason });
}

function laterEnvironments(section: Section<"environmentManagement">): readonly LaterOption[] {
  const base = "/environmentManagement";
  const each = (section.environments ?? []).flatMap((environment, index) => {
    const pointer = `${base}/environments/${index}`;
    return [
      ...(environment.autoDeploy === false ? [later(`${pointer}/autoDeploy`, "a merged pin is deployed at once")] : []),
      ...(environment.approvalRequired === true
        ? [later(`${pointer}/approvalRequired`, "the approval of the merge is the approval of the deployment; protect the branch")]
        : []),
      ...(environment.rollbackEnabled === true ? [later(`${pointer}/rollbackEnabled`, "going back is a revert of the pin")] : []),
      ...present(pointer, environment, { validationLevel: "every deployment has all validations" }),
    ];
  });
  return [
    ...disabled(base, section),
    ...each,
    ...present(base, section, { environmentSync: "environments share what the repository says of them" }),
  ];
}

function laterValidation(section: Section<"deploymentValidation">): readonly LaterOption[] {
  const base = "/deploymentValidation";
  const named = (section.validationPhases ?? []).flatMap(({ validations }, phase) =>
    validations.flatMap((validation, index) => {
      if (validationsInEffect.has(validation)) return [];
      return [laterValidationName(`${base}/validationPhases/${phase}/validations/${index}`, validation)];
    }),
  );
  return [...disabled(base, section), ...named];
}

function laterMonitoring(section: Section<"deploymentMonitoring">): readonly LaterOption[] {
  return present("/deploymentMonitoring", section, {
    monitoringMetrics: "the history of deployments holds their durations and outcomes",
    alertThresholds: "nobody is notified by Pinion",
  });
}

function disabled(base: string, section: { readonly enabled?: boolean }): readonly LaterOption[] {
  return section.enabled === false ? [later(`${base}/enabled`, "this part cannot be switched off")] : [];
}

/** A validation that comes later is a warning, an unknown one an error. */
function laterValidationName(pointer: string, name: string): LaterOption {
  const known = [...validationsInEffect, ...validationsLater];
  if (known.includes(name))
    return { ...later(pointer, "it comes later"), message: `the validation "${name}" is not supported yet and has no effect` };
  const near = nearest(name, known);
  const hint = near === null ? `Known: ${known.join(", ")}.` : `Did you mean ${near}?`;
  return { pointer, code: "config/unknown-value", severity: "error", message: `the validation "${name}" is unknown`, hint };
}
