/** The steps of each deployment, as its strategy will take them. */

import type { DeploymentAction, DeploymentStep, PlannedDeployment, PlannedValidation, StepValidation } from "../deployment-plan.ts";
import type { BlueGreenSpec, EnvironmentSpec } from "../environment.ts";
import { assertNever } from "../names.ts";
import type { Check } from "../process-version.ts";

interface Draft {
  readonly action: DeploymentAction;
  readonly name: string;
  readonly validation: StepValidation;
}

/** All steps of a plan, in order; the first of a deployment waits for the last of what it calls. */
export function planSteps(
  deployments: readonly PlannedDeployment[],
  spec: EnvironmentSpec,
  checksOf: (process: string) => readonly Check[],
): readonly DeploymentStep[] {
  const steps: DeploymentStep[] = [];
  const last = new Map<string, string>();
  for (const deployment of deployments) {
    let dependencies = deployment.waitsFor.flatMap((process) => last.get(process) ?? []);
    for (const draft of draftsOf(deployment, spec, checksOf(deployment.process))) {
      const id = `${deployment.id}.${draft.action}`;
      steps.push({ id, name: draft.name, action: draft.action, order: steps.length + 1, dependencies, validation: draft.validation });
      dependencies = [id];
      last.set(deployment.process, id);
    }
  }
  return steps;
}

function draftsOf(deployment: PlannedDeployment, spec: EnvironmentSpec, checks: readonly Check[]): readonly Draft[] {
  const { process, from, to } = deployment;
  const [old, candidate] = [from === null ? null : `${process} ${from}`, `${process} ${to}`];
  if (to === null) return takeOut(old ?? process);
  const { strategy } = spec;
  switch (strategy.kind) {
    case "blue-green":
      return blueGreen({ old, candidate, spec: strategy, checks });
    case "recreate":
      return recreate(old, candidate, checks);
    default:
      return assertNever(strategy);
  }
}

interface BlueGreen {
  readonly old: string | null;
  readonly candidate: string;
  readonly spec: BlueGreenSpec;
  readonly checks: readonly Check[];
}

function blueGreen({ old, candidate, spec, checks }: BlueGreen): readonly Draft[] {
  const health = spec.healthCheckUrl === null ? [] : [{ validation: "health_check", subject: spec.healthCheckUrl } as const];
  const delay = spec.switchTrafficDelayMs;
  return [
    validate(candidate),
    {
      action: "install",
      name: `install ${candidate} ${old === null ? "without traffic" : `beside ${old}, without traffic`}`,
      validation: null,
    },
    check(candidate, [...health, ...smokeTests(checks)]),
    ...(delay === 0 ? [] : [{ action: "wait", name: `wait ${inWords(delay)}`, validation: null } as const]),
    { action: "switch", name: `switch all traffic to ${candidate}`, validation: null },
    confirm(candidate, checks),
    ...(old === null ? [] : letGo(old, spec.keepOldVersion)),
  ];
}

function inWords(ms: number): string {
  return ms % 1000 === 0 ? `${ms / 1000} s` : `${ms} ms`;
}

function letGo(old: string, isKept: boolean): readonly Draft[] {
  const drain: Draft = {
    action: "drain",
    name: `let ${old} finish what it has in flight${isKept ? ", and keep it warm" : ""}`,
    validation: null,
  };
  return isKept ? [drain] : [drain, { action: "remove", name: `remove ${old}`, validation: null }];
}

function recreate(old: string | null, candidate: string, checks: readonly Check[]): readonly Draft[] {
  return [
    validate(candidate),
    ...(old === null ? [] : takeOut(old)),
    { action: "install", name: `install ${candidate}`, validation: null },
    check(candidate, smokeTests(checks)),
    { action: "switch", name: `give ${candidate} the traffic`, validation: null },
  ];
}

function takeOut(old: string): readonly Draft[] {
  return [
    { action: "clear", name: `take the traffic from ${old} and let it finish what it has in flight`, validation: null },
    { action: "remove", name: `remove ${old}`, validation: null },
  ];
}

function validate(candidate: string): Draft {
  const validations = (["process_validation", "environment_validation", "dependency_validation"] as const).map(single);
  return { action: "validate", name: `validate ${candidate} before anything is touched`, validation: { phase: "pre", validations } };
}

const stepValidations: readonly PlannedValidation[] = [
  { validation: "step_validation", subject: "installation" },
  { validation: "step_validation", subject: "endpoints" },
];

function check(candidate: string, validations: readonly PlannedValidation[]): Draft {
  const name = `check ${candidate} on its private address`;
  return { action: "check", name, validation: { phase: "during", validations: [...stepValidations, ...validations] } };
}

/** With real traffic only harmless requests are made. */
function confirm(candidate: string, checks: readonly Check[]): Draft {
  const harmless = smokeTests(checks.filter(({ request }) => request.method === "GET"));
  const validations = [single("service_availability"), ...harmless, single("monitoring_setup")];
  return { action: "confirm", name: `validate ${candidate} through the public address`, validation: { phase: "post", validations } };
}

function single(validation: PlannedValidation["validation"]): PlannedValidation {
  return { validation, subject: "" };
}

function smokeTests(checks: readonly Check[]): readonly PlannedValidation[] {
  return checks.map(({ name }) => ({ validation: "smoke_test", subject: name }));
}
