/** Which questions a phase asks: those that the environment lists for it, in one order, and never none at all. */

import { askedFrom, type Phase, type ValidationName } from "../../domain/validation-result.ts";
import type { Check } from "../../domain/desired/version.ts";
import { loadUnit } from "../units.ts";
import { dependencyValidation, environmentValidation, processValidation } from "./before.ts";
import { smokeTests } from "./checks.ts";
import { healthCheck } from "./health-check.ts";
import { stepValidation } from "./installation.ts";
import { callersAfter, callersBefore, integrationTests, orUnanswerable } from "./integration.ts";
import { performanceTest } from "./load.ts";
import { dataIntegrity, monitoringSetup, serviceAvailability } from "./public-address.ts";
import { type Asked, Failure, type Question, type Subject, unanswerable } from "./question.ts";

const asks: Readonly<Record<ValidationName, (asked: Asked) => readonly Question[]>> = {
  process_validation: processValidation,
  environment_validation: environmentValidation,
  dependency_validation: dependencyValidation,
  step_validation: stepValidation,
  service_availability: serviceAvailability,
  health_check: healthCheck,
  smoke_test: smokeTests,
  integration_test: integrationTests,
  data_integrity: dataIntegrity,
  performance_test: performanceTest,
  monitoring_setup: monitoringSetup,
};

/** What a phase asks that lists nothing, or nothing that there is: a verdict needs an answer to something. */
const least: Readonly<Record<Phase, ValidationName>> = {
  pre: "process_validation",
  during: "step_validation",
  post: "service_availability",
};

/** A version that cannot be loaded is one failed or unknown validation, not an accident. */
export async function questionsOf(subject: Subject): Promise<readonly Question[]> {
  try {
    const asked: Asked = { ...subject, checks: subject.phase === "pre" ? [] : await loadChecks(subject) };
    const listed = namesFor(subject).flatMap((name) => questionsNamed(name, asked));
    return [...(listed.length > 0 ? listed : asks[least[subject.phase]](asked)), ...(await callers(asked))];
  } catch (error) {
    return [unanswerable("process_validation", "", error)];
  }
}

/** Checks of what is rolled back to are those of its version, also where variables have changed since. */
async function loadChecks({ environment, unit, isRollback, ports }: Subject): Promise<readonly Check[]> {
  const version = isRollback
    ? await ports.manifests.version(unit.process, unit.version)
    : (await loadUnit(unit, environment, ports)).version;
  return version.checks;
}

function namesFor({ phase, isRollback, spec }: Subject): readonly ValidationName[] {
  const listed = new Set(isRollback ? spec.validation.rollback : spec.validation[phase]);
  return (Object.keys(askedFrom) as ValidationName[]).filter((name) => listed.has(name));
}

const inTime: readonly Phase[] = ["pre", "during", "post"];

function questionsNamed(name: ValidationName, asked: Asked): readonly Question[] {
  if (inTime.indexOf(askedFrom[name]) <= inTime.indexOf(asked.phase)) return asks[name](asked);
  const why = askedFrom[name] === "post" ? "only be asked of what has traffic" : "only be asked of what is installed";
  return [unanswerable(name, "", new Failure(`it can ${why}; list it in a later phase of environment.yaml`))];
}

/** The answers before the switch are for those after it. */
async function callers(asked: Asked): Promise<readonly Question[]> {
  if (asked.isRollback || !asked.spec.validation.post.includes("integration_test")) return [];
  if (asked.phase === "during") return orUnanswerable(callersBefore(asked));
  return asked.phase === "post" ? orUnanswerable(callersAfter(asked)) : [];
}
