/** How each thing is asked that a phase asks of a version. */

import { type AskedValidation, askedIn } from "../../domain/validation/asked.ts";
import { askedFrom, type ValidationName } from "../../domain/validation-result.ts";
import type { Check } from "../../domain/desired/version.ts";
import { loadUnit } from "../units.ts";
import { areDependenciesServing, isEngineUp, isLoadable } from "./before.ts";
import { privately, publicly } from "./checks.ts";
import { healthCheck } from "./health-check.ts";
import { areEndpointsFree, isInstalled } from "./installation.ts";
import { callersAfter, callersBefore, orUnanswerable, unlessDependenciesAreGone } from "./integration.ts";
import { performanceTest } from "./load.ts";
import { isCounted, isServing } from "./public-address.ts";
import { type Asked, Failure, type Question, type Subject, unanswerable } from "./question.ts";

/** How it is asked, and when it is its turn. */
type How = Pick<Question, "ask" | "turn">;

const hows: Readonly<Record<ValidationName, (asked: Asked, about: AskedValidation) => How>> = {
  process_validation: (asked) => ({ ask: () => isLoadable(asked) }),
  environment_validation: (asked) => ({ ask: () => isEngineUp(asked) }),
  dependency_validation: (asked) => ({ ask: () => areDependenciesServing(asked) }),
  step_validation: (asked, { subject }) => ({ ask: () => (subject === "endpoints" ? areEndpointsFree(asked) : isInstalled(asked)) }),
  service_availability: (asked) => ({ ask: () => isServing(asked) }),
  health_check: healthCheck,
  smoke_test: sent,
  integration_test: (asked, about) => unlessDependenciesAreGone(asked, sent(asked, about)),
  // What harmless smoke tests say about what the version keeps, asked as its callers ask it.
  data_integrity: (asked, about) =>
    about.check ? publicly(asked, about.check) : { ask: () => Promise.resolve("it has no smoke test that can be asked with real traffic") },
  performance_test: performanceTest,
  monitoring_setup: (asked) => ({ ask: () => isCounted(asked) }),
};

/** One of the version's own checks: in private on every instance, with real traffic through the router. */
function sent(asked: Asked, about: AskedValidation): How {
  const { check } = about;
  if (!check) throw new Error(`${about.validation} without a check`);
  return asked.phase === "during" ? privately(asked, about, check) : publicly(asked, check);
}

/** A version that cannot be loaded is one failed or unknown validation, not an accident. */
export async function questionsOf(subject: Subject): Promise<readonly Question[]> {
  try {
    const asked: Asked = { ...subject, checks: subject.phase === "pre" ? [] : await loadChecks(subject) };
    const own = askedIn({ ...asked, process: subject.unit.process }).map((about) => questionAbout(about, asked));
    return [...own, ...(await callers(asked))];
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

function questionAbout(about: AskedValidation, asked: Asked): Question {
  const { validation, subject, isTooEarly } = about;
  if (!isTooEarly) return { validation, subject, ...hows[validation](asked, about) };
  const why = askedFrom[validation] === "post" ? "only be asked of what has traffic" : "only be asked of what is installed";
  return unanswerable(validation, subject, new Failure(`it can ${why}; list it in a later phase of environment.yaml`));
}

/** The answers before the switch are for those after it. */
async function callers(asked: Asked): Promise<readonly Question[]> {
  if (asked.isRollback || !asked.spec.validation.post.includes("integration_test")) return [];
  if (asked.phase === "during") return orUnanswerable(callersBefore(asked));
  return asked.phase === "post" ? orUnanswerable(callersAfter(asked)) : [];
}
