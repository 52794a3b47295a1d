/** The `process_deployer:` document: what of it has an effect today, and of everything else the reason why not yet. */

import type { EnvironmentDefaults } from "../../domain/controller-config.ts";
import type { StrategySpec } from "../../domain/environment.ts";
import type { Finding } from "../../domain/finding.ts";
import type { EnvironmentName } from "../../domain/names.ts";
import type { ProcessDeployerSection } from "../../generated/pinion.ts";
import { durationMs } from "./durations.ts";
import { noDefaults } from "./environment-file.ts";
import { toStrategy } from "./environment/strategy.ts";
import { asWarning, finding } from "./findings.ts";
import { laterOptions } from "./process-deployer-later.ts";
import type { YamlDocument } from "./yaml-document.ts";

export interface ProcessDeployerReading {
  readonly defaults: EnvironmentDefaults;
  /** Null: it names none. */
  readonly environments: readonly EnvironmentName[] | null;
  readonly findings: readonly Finding[];
}

/** What a section of the right shape means. */
export function readProcessDeployer(section: ProcessDeployerSection | undefined, document: YamlDocument): ProcessDeployerReading {
  if (section === undefined) return { defaults: noDefaults, environments: null, findings: [] };
  const findings = laterOptions(section).map(({ pointer, code, severity, message, hint }) => {
    const found = finding(document.place(`/processDeployer${pointer}`, "key"), code, message, hint);
    return severity === "warning" ? asWarning(found) : found;
  });
  const listed = section.environmentManagement?.environments?.map(({ environment }) => environment) ?? [];
  return { defaults: toDefaults(section), environments: listed.length > 0 ? listed : null, findings };
}

function toDefaults({ automatedDeployment = {} }: ProcessDeployerSection): EnvironmentDefaults {
  const { deploymentTimeout, parallelDeployments } = automatedDeployment;
  return {
    ...noDefaults,
    strategy: defaultStrategy(automatedDeployment),
    deploymentTimeoutMs: deploymentTimeout === undefined ? null : durationMs(deploymentTimeout),
    maxConcurrentDeployments: parallelDeployments ?? null,
  };
}

/** The strategy named; its health check is that of the validations. Null when neither is named. */
function defaultStrategy({
  deploymentStrategy,
  deploymentValidation,
}: NonNullable<ProcessDeployerSection["automatedDeployment"]>): StrategySpec | null {
  if (deploymentStrategy === "recreate") return { kind: "recreate" };
  const check = deploymentValidation?.find(({ validation }) => validation === "health_check");
  if (deploymentStrategy !== "blue-green" && check === undefined) return null;
  return toStrategy({
    type: "blue-green",
    config: {
      ...(check?.endpoint === undefined ? {} : { healthCheckUrl: check.endpoint }),
      ...(check?.timeout === undefined ? {} : { healthCheckTimeout: check.timeout }),
    },
  });
}
