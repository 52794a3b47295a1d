/** The validation section: which validations run when, by level or as listed. */

import type { ValidationDefaults } from "../../../domain/config/config.ts";
import type { ValidationSpec } from "../../../domain/desired/environment.ts";
import type { ValidationName } from "../../../domain/validation-result.ts";
import type { Finding } from "../../../domain/finding.ts";
import type { ValidationSection } from "../../../generated/environment.ts";
import { durationMs } from "../document/durations.ts";
import type { Say } from "../document/findings.ts";
import { durationFindings } from "./amounts.ts";
import { performanceFindings, toPerformance } from "./performance.ts";

type Level = ValidationSpec["level"];
type Phases = Pick<ValidationSpec, "pre" | "during" | "post">;

const pre: readonly ValidationName[] = ["process_validation", "environment_validation", "dependency_validation"];

/** What each level asks. */
export const levels: Readonly<Record<Level, Phases>> = {
  basic: { pre, during: ["step_validation", "health_check", "smoke_test"], post: ["service_availability"] },
  comprehensive: {
    pre,
    during: ["step_validation", "health_check", "smoke_test", "integration_test"],
    post: ["service_availability", "smoke_test", "monitoring_setup"],
  },
  extensive: {
    pre,
    during: ["step_validation", "health_check", "smoke_test", "integration_test", "performance_test"],
    post: ["service_availability", "smoke_test", "integration_test", "monitoring_setup"],
  },
};

const defaultLevel: Level = "comprehensive";
const defaultRollback: readonly ValidationName[] = ["service_availability", "data_integrity"];

/** For readers that know no operator's configuration. */
export const noValidationDefaults: ValidationDefaults = {
  level: null,
  phases: { pre: null, during: null, post: null },
  healthCheck: null,
  performance: null,
  rollback: null,
};

/** What must hold in a validation section beyond its shape. */
export function validationFindings(section: ValidationSection, pointer: string, say: Say): readonly Finding[] {
  const timeout = section.healthCheck?.timeout;
  return [
    ...durationFindings(timeout, `${pointer}/healthCheck/timeout`, { atLeast: "1ms", atMost: "1h" }, say),
    ...(section.performanceTest === undefined ? [] : performanceFindings(section.performanceTest, `${pointer}/performanceTest`, say)),
    ...unusedFindings(section, pointer, say),
  ];
}

/** A test with settings that the list leaves out would never run. */
function unusedFindings({ deployment, healthCheck, performanceTest }: ValidationSection, pointer: string, say: Say): readonly Finding[] {
  if (deployment === undefined) return [];
  const settings = {
    health_check: { key: "healthCheck", value: healthCheck },
    performance_test: { key: "performanceTest", value: performanceTest },
  };
  return (["health_check", "performance_test"] as const).flatMap((name) => {
    const { key, value } = settings[name];
    if (value === undefined || deployment.includes(name)) return [];
    return [say(`${pointer}/${key}`, "environment/no-effect", `${key} has no effect: the list "deployment" does not name ${name}`)];
  });
}

/** A validation section with its defaults. */
export function toValidation(section: ValidationSection, defaults: ValidationDefaults): ValidationSpec {
  const during = duringOf(section, defaults);
  const { healthCheck, rollbackValidation = defaults.rollback ?? defaultRollback } = section;
  return {
    level: section.level ?? defaults.level ?? defaultLevel,
    pre: section.preDeployment ?? listOf("pre", section, defaults),
    during,
    post: section.postDeployment ?? listOf("post", section, defaults),
    healthCheck: healthCheck === undefined ? defaults.healthCheck : toHealthCheck(healthCheck),
    performance: during.includes("performance_test") ? performanceOf(section, defaults) : null,
    rollback: rollbackValidation,
  };
}

function performanceOf({ performanceTest }: ValidationSection, defaults: ValidationDefaults): ValidationSpec["performance"] {
  return performanceTest === undefined ? (defaults.performance ?? toPerformance({})) : toPerformance(performanceTest);
}

/** A test with settings is wanted, whatever the level. */
function duringOf(section: ValidationSection, defaults: ValidationDefaults): readonly ValidationName[] {
  if (section.deployment !== undefined) return section.deployment;
  const listed = listOf("during", section, defaults);
  const isWanted = section.performanceTest !== undefined || defaults.performance !== null;
  return isWanted && !listed.includes("performance_test") ? [...listed, "performance_test"] : listed;
}

/** The operator's list, unless a level is said for this environment. */
function listOf(phase: keyof Phases, section: ValidationSection, defaults: ValidationDefaults): readonly ValidationName[] {
  const level = section.level ?? defaults.level;
  return (level === null ? defaults.phases[phase] : null) ?? levels[level ?? defaultLevel][phase];
}

function toHealthCheck({ endpoint, timeout = "10s" }: NonNullable<ValidationSection["healthCheck"]>): ValidationSpec["healthCheck"] {
  return { path: endpoint, timeoutMs: durationMs(timeout) };
}
