/** Which validations a deployment will have, each with what it is about. */

import { describeBound } from "../analysis/verdicts.ts";
import type { PlannedValidation } from "../journal/rollout-plan.ts";
import type { EnvironmentSpec, ValidationSpec } from "../desired/environment.ts";
import type { ValidationName } from "../validation-result.ts";
import { assertNever, type ProcessId } from "../names.ts";
import { healthCheckOf } from "../validation/health.ts";
import type { Check } from "../desired/version.ts";

/** Before anything is touched. */
export function askedBefore({ pre }: ValidationSpec): readonly PlannedValidation[] {
  return pre.map(single);
}

/** On the candidate's private address. */
export function askedDuring(environment: EnvironmentSpec, process: ProcessId, checks: readonly Check[]): readonly PlannedValidation[] {
  const spec = environment.validation;
  return spec.during.flatMap((validation): readonly PlannedValidation[] => {
    switch (validation) {
      case "step_validation":
        return ["installation", "endpoints"].map((subject) => ({ validation, subject }));
      case "health_check":
        return healthOf(healthCheckOf(environment, process)?.path ?? null);
      case "smoke_test":
        return named(validation, ofKind(checks, "smoke"));
      case "integration_test":
        return named(validation, ofKind(checks, "integration"));
      case "performance_test":
        return [{ validation, subject: performanceOf(spec) }];
      case "process_validation":
      case "environment_validation":
      case "dependency_validation":
      case "service_availability":
      case "data_integrity":
      case "monitoring_setup":
        return [single(validation)];
      default:
        return assertNever(validation);
    }
  });
}

/** Through the public address. With real traffic only harmless requests are made. */
export function askedAfter({ post }: ValidationSpec, checks: readonly Check[]): readonly PlannedValidation[] {
  return post.flatMap((validation) => {
    if (validation !== "smoke_test") return [single(validation)];
    return named(
      validation,
      ofKind(checks, "smoke").filter(({ request }) => request.method === "GET"),
    );
  });
}

function healthOf(path: string | null): readonly PlannedValidation[] {
  return path === null ? [] : [{ validation: "health_check", subject: path }];
}

function ofKind(checks: readonly Check[], kind: Check["kind"]): readonly Check[] {
  return checks.filter((check) => check.kind === kind);
}

function named(validation: ValidationName, checks: readonly Check[]): readonly PlannedValidation[] {
  return checks.map(({ name }) => ({ validation, subject: name }));
}

function performanceOf({ performance }: ValidationSpec): string {
  return performance === null ? "" : performance.checks.map((check) => `${check.name} ${describeBound(check)}`).join(", ");
}

function single(validation: ValidationName): PlannedValidation {
  return { validation, subject: "" };
}
