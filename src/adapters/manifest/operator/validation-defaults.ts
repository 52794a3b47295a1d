/** Validations that the process deployer's document asks for: what runs where an environment does not say. */

import type { ValidationDefaults } from "../../../domain/config/config.ts";
import type { ValidationName } from "../../../domain/validation-result.ts";
import type { Finding } from "../../../domain/finding.ts";
import type { ProcessDeployerSection, ValidationItem } from "../../../generated/pinion.ts";
import { durationMs } from "../document/durations.ts";
import { expressionFindings, toPerformance } from "../environment/performance.ts";
import { noValidationDefaults } from "../environment/validation.ts";
import type { Say } from "../document/findings.ts";
import { toProofs } from "./rollback-management.ts";

type PhaseName = keyof ValidationDefaults["phases"];
type Phases = NonNullable<NonNullable<ProcessDeployerSection["deploymentValidation"]>["validationPhases"]>;

const phaseNames = { pre_deployment: "pre", deployment: "during", post_deployment: "post" } as const;

/** Which validations can be asked in a phase. */
const runIn: Readonly<Record<PhaseName, readonly ValidationName[]>> = {
  pre: ["process_validation", "environment_validation", "dependency_validation"],
  during: ["step_validation", "health_check", "smoke_test", "integration_test", "performance_test"],
  post: ["service_availability", "smoke_test", "integration_test", "monitoring_setup"],
};

/** All validations of a deployment by name. */
export const deploymentValidations: readonly ValidationName[] = [...new Set(Object.values(runIn).flat())];

/** Whether a validation has an effect where it is listed: a load is always put on the private address, whatever the phase. */
export function hasEffect(phase: Phases[number]["phase"], name: string): boolean {
  return name === "performance_test" || runIn[phaseNames[phase]].some((known) => known === name);
}

/** What is wrong with the thresholds. */
export function validationDefaultFindings({ automatedDeployment }: ProcessDeployerSection, say: Say): readonly Finding[] {
  return (automatedDeployment?.deploymentValidation ?? []).flatMap(({ validation, threshold }, index) => {
    if (validation !== "performance_test" || threshold === undefined) return [];
    return expressionFindings(String(threshold), `/processDeployer/automatedDeployment/deploymentValidation/${index}/threshold`, say);
  });
}

/** What runs where an environment does not say. */
export function toValidationDefaults(section: ProcessDeployerSection): ValidationDefaults {
  const { automatedDeployment = {}, deploymentValidation = {}, rollbackManagement = {} } = section;
  const items = automatedDeployment.deploymentValidation ?? [];
  const named = items.map(({ validation }) => validation);
  return {
    ...noValidationDefaults,
    phases: toPhases(deploymentValidation.validationPhases ?? [], named),
    healthCheck: toHealthCheck(items.find(({ validation }) => validation === "health_check")),
    performance: toPerformanceTest(items.find(({ validation }) => validation === "performance_test")),
    rollback: toProofs(rollbackManagement),
  };
}

/** What is named for every deployment is asked as well, where a list is given. */
function toPhases(listed: Phases, named: readonly string[]): ValidationDefaults["phases"] {
  const everywhere = listed.flatMap(({ validations }) => validations).filter((name) => name === "performance_test");
  const listOf = (phase: PhaseName): readonly ValidationName[] | null => {
    const own = listed.filter((each) => phaseNames[each.phase] === phase);
    if (own.length === 0) return null;
    const wanted = new Set([...own.flatMap(({ validations }) => validations), ...(phase === "during" ? [...everywhere, ...named] : [])]);
    return runIn[phase].filter((name) => wanted.has(name));
  };
  return { pre: listOf("pre"), during: listOf("during"), post: listOf("post") };
}

function toHealthCheck(item: ValidationItem | undefined): ValidationDefaults["healthCheck"] {
  return item?.endpoint === undefined ? null : { path: item.endpoint, timeoutMs: durationMs(item.timeout ?? "10s") };
}

function toPerformanceTest(item: ValidationItem | undefined): ValidationDefaults["performance"] {
  if (item === undefined) return null;
  return toPerformance({
    ...(item.threshold === undefined ? {} : { threshold: String(item.threshold) }),
    ...(item.timeout === undefined ? {} : { duration: item.timeout }),
  });
}
