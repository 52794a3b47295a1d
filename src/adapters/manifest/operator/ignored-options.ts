/** Options of the `process_deployer:` document that do nothing, each with the reason, so that nobody believes that they work. */

import type { ProcessDeployerSection, ValidationItem } from "../../../generated/pinion.ts";
import type { FindingCode } from "../document/findings.ts";
import { deploymentValidations, hasEffect } from "./validation-defaults.ts";
import { nearest } from "../document/suggest.ts";

export interface LaterOption {
  /** From the section. */
  readonly pointer: string;
  readonly code: FindingCode;
  readonly severity: "error" | "warning";
  readonly message: string;
  readonly hint: string;
}

/** Figures over all deployments that are always shown. */
const figures: readonly string[] = [
  "deployment_duration",
  "deployment_success_rate",
  "deployment_failure_rate",
  "rollback_frequency",
  "validation_pass_rate",
];

/** Every option of a section that has no effect, in the order of the document's vocabulary. */
export function laterOptions(section: ProcessDeployerSection): readonly LaterOption[] {
  return [
    ...laterAutomation(section.automatedDeployment ?? {}),
    ...laterVersions(section.versionManagement ?? {}),
    ...laterEnvironments(section.environmentManagement ?? {}),
    ...laterValidation(section.deploymentValidation ?? {}),
    ...overruledPhases(section),
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
  const items = section.deploymentValidation ?? [];
  return [...options, ...items.flatMap((item, index) => laterItem(item, `${base}/deploymentValidation/${index}`))];
}

/** Settings that a validation does not have. */
function laterItem(item: ValidationItem, pointer: string): readonly LaterOption[] {
  const { validation, endpoint } = item;
  if (!deploymentValidations.some((known) => known === validation)) return [unknownName(`${pointer}/validation`, "validation", validation)];
  if (validation === "health_check") {
    const noPath = endpoint === undefined ? [later(`${pointer}/validation`, "no endpoint is given that could be asked")] : [];
    return [...noPath, ...present(pointer, item, { tests: elsewhere.tests, threshold: elsewhere.threshold })];
  }
  if (validation === "performance_test") return present(pointer, item, { endpoint: elsewhere.endpoint, tests: elsewhere.tests });
  return present(pointer, item, elsewhere);
}

const elsewhere = {
  endpoint: "it belongs to health_check",
  timeout: "each check of a version has its own timeout",
  tests: "the tests are the `checks` of each version, and all of them run",
  threshold: "it belongs to performance_test",
} as const;

function laterVersions(section: Section<"versionManagement">): readonly LaterOption[] {
  return [
    ...disabled("/versionManagement", section),
    ...present("/versionManagement", section, {
      versionHistory: "git keeps every version for ever",
      versionMetadata: "a version file must have a version and a title, and all else is a reviewer's to ask for",
      versionApproval: "the approval of the merge is the approval of the version",
    }),
  ];
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
  const named = (section.validationPhases ?? []).flatMap(({ phase, validations }, at) =>
    validations.flatMap((validation, index) => {
      const pointer = `${base}/validationPhases/${at}/validations/${index}`;
      if (!deploymentValidations.some((known) => known === validation)) return [unknownName(pointer, "validation", validation)];
      return hasEffect(phase, validation) ? [] : [misplaced(pointer, validation, phase)];
    }),
  );
  return [...disabled(base, section), ...named];
}

/** A level says which validations run, so phases are for environments without one. */
function overruledPhases({ deploymentValidation, environmentManagement }: ProcessDeployerSection): readonly LaterOption[] {
  const listed = environmentManagement?.environments ?? [];
  const levelled = listed.filter(({ validationLevel }) => validationLevel !== undefined).map(({ environment }) => environment);
  if (!deploymentValidation?.validationPhases || levelled.length === 0) return [];
  const where = levelled.length === listed.length ? "in any environment that is listed" : `in ${levelled.join(", ")}`;
  return [
    {
      pointer: "/deploymentValidation/validationPhases",
      code: "option/not-supported",
      severity: "warning",
      message: `"validationPhases" has no effect ${where}: the validation level says which validations run there`,
      hint: "Remove the level of the environments that shall follow the phases, or remove the phases.",
    },
  ];
}

function misplaced(pointer: string, validation: string, phase: string): LaterOption {
  const message = `the validation "${validation}" has no effect in the phase ${phase}`;
  return { pointer, code: "option/not-supported", severity: "warning", message, hint: "List it in the phase that it belongs to." };
}

function laterMonitoring(section: Section<"deploymentMonitoring">): readonly LaterOption[] {
  const base = "/deploymentMonitoring";
  const unknown = (section.monitoringMetrics ?? []).flatMap((name, index) =>
    figures.includes(name) ? [] : [unknownName(`${base}/monitoringMetrics/${index}`, "metric", name)],
  );
  const listed = new Set(section.monitoringMetrics ?? figures);
  const isPartial = figures.some((name) => name !== "deployment_failure_rate" && !listed.has(name));
  const partial = isPartial
    ? [later(`${base}/monitoringMetrics`, "all figures are always shown by the metrics page, whatever is listed")]
    : [];
  return [...disabled(base, section), ...(unknown.length > 0 ? unknown : partial)];
}

function disabled(base: string, section: { readonly enabled?: boolean }): readonly LaterOption[] {
  return section.enabled === false ? [later(`${base}/enabled`, "this part cannot be switched off")] : [];
}

function unknownName(pointer: string, what: "validation" | "metric", name: string): LaterOption {
  const known: readonly string[] = what === "validation" ? deploymentValidations : figures;
  const near = nearest(name, known);
  const hint = near === null ? `Known: ${known.join(", ")}.` : `Did you mean ${near}?`;
  return { pointer, code: "config/unknown-value", severity: "error", message: `the ${what} "${name}" is unknown`, hint };
}
