/** The `process_deployer:` document: what it says for environments that do not, and of everything without an effect the reason why. */

import type { AlertThreshold, EnvironmentDefaults } from "../../../domain/config/config.ts";
import type { Finding } from "../../../domain/finding.ts";
import type { EnvironmentName } from "../../../domain/names.ts";
import type { ProcessDeployerSection } from "../../../generated/pinion.ts";
import { durationMs } from "../document/durations.ts";
import { noDefaults } from "../environment/environment-file.ts";
import { toStrategy } from "../environment/strategy.ts";
import { asSpelled } from "../document/key-case.ts";
import { asWarning, finding, type Say } from "../document/findings.ts";
import { rollbackManagementFindings, toRollbackDefaults } from "./rollback-management.ts";
import { alertFindings, toAlert } from "./notifications.ts";
import { toValidationDefaults, validationDefaultFindings } from "./validation-defaults.ts";
import { laterOptions } from "./ignored-options.ts";
import type { YamlDocument } from "../document/yaml-document.ts";

export interface ProcessDeployerReading {
  readonly defaults: EnvironmentDefaults;
  /** Null: it names none. */
  readonly environments: readonly EnvironmentName[] | null;
  readonly alertThresholds: readonly AlertThreshold[];
  readonly findings: readonly Finding[];
}

interface OperatorsDocument extends YamlDocument {
  /** Its value with the keys as they are spelled in the file. */
  readonly written: unknown;
}

/** What a section of the right shape means. */
export function readProcessDeployer(section: ProcessDeployerSection | undefined, document: OperatorsDocument): ProcessDeployerReading {
  if (section === undefined) return { defaults: noDefaults, environments: null, alertThresholds: [], findings: [] };
  const findings = [...laterFindings(section, document), ...ownFindings(section, document)];
  if (findings.some(({ severity }) => severity === "error"))
    return { defaults: noDefaults, environments: null, alertThresholds: [], findings };
  const listed = section.environmentManagement?.environments?.map(({ environment }) => environment) ?? [];
  return {
    defaults: toDefaults(section),
    environments: listed.length > 0 ? listed : null,
    alertThresholds: (section.deploymentMonitoring?.alertThresholds ?? []).map(toAlert),
    findings,
  };
}

function laterFindings(section: ProcessDeployerSection, document: OperatorsDocument): readonly Finding[] {
  return laterOptions(section).map(({ pointer, code, severity, message, hint }) => {
    const whole = `/processDeployer${pointer}`;
    const found = finding(document.place(whole, "key"), code, asSpelled(message, whole, document.written), hint);
    return severity === "warning" ? asWarning(found) : found;
  });
}

function ownFindings(section: ProcessDeployerSection, document: OperatorsDocument): readonly Finding[] {
  const say: Say = (pointer, code, message, hint) => finding(document.place(pointer), code, message, hint);
  const alerts = section.deploymentMonitoring?.alertThresholds ?? [];
  return [
    ...validationDefaultFindings(section, say),
    ...rollbackManagementFindings(section.rollbackManagement ?? {}, say),
    ...alertFindings(alerts, "/processDeployer/deploymentMonitoring/alertThresholds", say),
  ];
}

function toDefaults(section: ProcessDeployerSection): EnvironmentDefaults {
  const { deploymentStrategy, deploymentTimeout, parallelDeployments } = section.automatedDeployment ?? {};
  return {
    strategy: deploymentStrategy === undefined ? null : toStrategy({ type: deploymentStrategy }),
    deploymentTimeoutMs: deploymentTimeout === undefined ? null : durationMs(deploymentTimeout),
    maxConcurrentDeployments: parallelDeployments ?? null,
    validation: toValidationDefaults(section),
    rollback: toRollbackDefaults(section.rollbackManagement ?? {}),
    byEnvironment: toByEnvironment(section),
  };
}

function toByEnvironment({ environmentManagement }: ProcessDeployerSection): EnvironmentDefaults["byEnvironment"] {
  const environments = environmentManagement?.environments ?? [];
  return new Map(
    environments.map(({ environment, validationLevel, rollbackEnabled }) => [
      environment,
      { level: validationLevel ?? null, isAutomatic: rollbackEnabled ?? null },
    ]),
  );
}
