/** What a phase asks of a version: those validations that the environment lists for it, in one order, and never none at all. */

import { describeBound } from "../analysis/verdicts.ts";
import type { EnvironmentSpec } from "../desired/environment.ts";
import type { Check } from "../desired/version.ts";
import type { ProcessId } from "../names.ts";
import { askedFrom, type Phase, type ValidationName } from "../validation-result.ts";
import { isHarmless, isSmokeTest } from "./checks.ts";
import { healthCheckOf } from "./health.ts";

export interface AskedAbout {
  readonly process: ProcessId;
  readonly spec: EnvironmentSpec;
  readonly phase: Phase;
  /** Whether it is asked to prove that a rollback worked. */
  readonly isRollback: boolean;
  /** Of the version. Before anything is installed there is nothing to send them to. */
  readonly checks: readonly Check[];
}

export interface AskedValidation {
  readonly validation: ValidationName;
  /** Which one of its kind, such as the name of a check; "" when there is only one. */
  readonly subject: string;
  /** What is sent; absent: it is no check of the version. */
  readonly check?: Check;
  /** It is listed for a phase in which it cannot be asked yet, and fails. */
  readonly isTooEarly?: true;
}

/** What a phase asks that lists nothing, or nothing that there is: a verdict needs an answer to something. */
const least: Readonly<Record<Phase, ValidationName>> = {
  pre: "process_validation",
  during: "step_validation",
  post: "service_availability",
};

/** The checks of those who call it are asked as well, beside these: which they are hangs on who is served at that moment. */
export function askedIn(about: AskedAbout): readonly AskedValidation[] {
  const listed = listedFor(about).flatMap((name) => askedBy(name, about));
  return listed.length > 0 ? listed : asked[least[about.phase]](about).map((one) => ({ validation: least[about.phase], ...one }));
}

function listedFor({ phase, isRollback, spec: { validation } }: AskedAbout): readonly ValidationName[] {
  const listed = new Set(isRollback ? validation.rollback : validation[phase]);
  return (Object.keys(askedFrom) as ValidationName[]).filter((name) => listed.has(name));
}

const inTime: readonly Phase[] = ["pre", "during", "post"];

function askedBy(validation: ValidationName, about: AskedAbout): readonly AskedValidation[] {
  if (inTime.indexOf(askedFrom[validation]) > inTime.indexOf(about.phase)) return [{ validation, subject: "", isTooEarly: true }];
  return asked[validation](about).map((one) => ({ validation, ...one }));
}

type Subjects = (about: AskedAbout) => readonly Omit<AskedValidation, "validation">[];

const one: Subjects = () => [{ subject: "" }];

const asked: Readonly<Record<ValidationName, Subjects>> = {
  process_validation: one,
  environment_validation: one,
  dependency_validation: one,
  step_validation: () => [{ subject: "installation" }, { subject: "endpoints" }],
  service_availability: one,
  health_check: ({ spec, process }) => {
    const health = healthCheckOf(spec, process);
    return health === null ? [] : [{ subject: health.path }];
  },
  smoke_test: (about) => named(sendable(about).filter(isSmokeTest)),
  integration_test: (about) => named(sendable(about).filter((check) => !isSmokeTest(check))),
  data_integrity: ({ checks }) => {
    const found = checks.filter((check) => isSmokeTest(check) && isHarmless(check));
    return found.length > 0 ? named(found) : [{ subject: "" }];
  },
  performance_test: ({ spec: { validation } }) =>
    validation.performance === null
      ? []
      : [{ subject: validation.performance.checks.map((check) => `${check.name} ${describeBound(check)}`).join(", ") }],
  monitoring_setup: one,
};

/** In private all of them; with real traffic only harmless requests are made. */
function sendable({ phase, checks }: AskedAbout): readonly Check[] {
  return phase === "during" ? checks : checks.filter(isHarmless);
}

function named(checks: readonly Check[]): readonly { readonly subject: string; readonly check: Check }[] {
  return checks.map((check) => ({ subject: check.name, check }));
}
