/**
 * Does it work together with the others? Its own integration checks go through what it calls. Those who call it are asked
 * before the switch and after it: what worked with the version before must work with this one.
 */

import { isHarmless } from "../../domain/validation/checks.ts";
import type { UnitRef } from "../../domain/names.ts";
import type { Check, ProcessVersion } from "../../domain/desired/version.ts";
import type { Route } from "../../domain/observed/route.ts";
import { whyNotReady } from "../../domain/observed/observation.ts";
import { engineRunning } from "../engines.ts";
import type { Ports } from "../ports.ts";
import { areDependenciesServing } from "./before.ts";
import { askPublicly } from "./checks.ts";
import { type Asked, Failure, installedOf, type Question, SaysNothing, type Subject, unanswerable } from "./question.ts";

/** Between two tries of a caller's check, in milliseconds: it may fail for reasons of its own. */
const secondTryMs = 250;

/** What it calls being down is no fault of this version. */
export function unlessDependenciesAreGone<T extends Pick<Question, "ask">>(asked: Asked, question: T): T {
  const ask = async (): Promise<string> => {
    try {
      return await question.ask();
    } catch (error) {
      if (error instanceof Failure) await areDependenciesServing(asked);
      throw error;
    }
  };
  return { ...question, ask };
}

interface CallerCheck {
  readonly caller: UnitRef;
  readonly check: Check;
}

/** How those who call it do before it gets any traffic. A check that fails then already is not the candidate's fault, and is not recorded. */
export async function callersBefore(asked: Asked): Promise<readonly Question[]> {
  const checks = await callerChecks(asked);
  return checks.map((one) => ({ ...aboutCaller(one), ask: () => askBefore(one, asked), turn: "request" as const }));
}

/** Those that worked before the switch must work after it. */
export async function callersAfter(asked: Asked): Promise<readonly Question[]> {
  const checks = await callerChecks(asked);
  return checks
    .filter((one) => hasWorkedBefore(asked, one))
    .map((one) => ({ ...aboutCaller(one), ask: () => askAfter(one, asked), turn: "request" as const }));
}

/** The caller's version is part of the name: another version of it was not asked before. */
function aboutCaller({ caller, check }: CallerCheck): Pick<Question, "validation" | "subject"> {
  return { validation: "integration_test", subject: `${caller.process} ${caller.version}: ${check.name}` };
}

function hasWorkedBefore({ validationResults }: Subject, one: CallerCheck): boolean {
  const { validation, subject } = aboutCaller(one);
  return validationResults.some(
    (result) => result.phase === "during" && result.result === "passed" && result.validation === validation && result.subject === subject,
  );
}

async function askBefore({ check }: CallerCheck, asked: Asked): Promise<string> {
  try {
    return `${await askPublicly(check, asked)} before the switch`;
  } catch (error) {
    throw error instanceof Failure ? new SaysNothing(error.message) : error;
  }
}

async function askAfter({ caller, check }: CallerCheck, asked: Asked): Promise<string> {
  try {
    return await askPublicly(check, asked);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
  }
  await asked.ports.clock.sleep(secondTryMs);
  try {
    return await askPublicly(check, asked);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    await insistOnCaller(caller, asked);
    throw new Failure(`${error.message}; it was as expected before the switch`);
  }
}

/** A caller that is down, or not the same any more, says nothing about what it calls. */
async function insistOnCaller(caller: UnitRef, { environment, ports }: Asked): Promise<void> {
  const [inventory, routes] = await Promise.all([
    engineRunning(environment, caller.process, ports).inventory(),
    ports.router.routes(environment),
  ]);
  const installed = installedOf(inventory, caller);
  const why = installed ? whyNotReady(installed, inventory.instances) : "is not installed any more";
  if (why) throw new Error(`${caller.process} ${why}`);
  const only = onlyUnit(routes.find((route) => route.process === caller.process));
  if (only?.digest !== caller.digest) throw new SaysNothing(`${caller.process} has moved on meanwhile`);
}

/** Harmless checks of pinned processes that call this one, and of which exactly one version is served. */
async function callerChecks({ environment, unit, ports }: Asked): Promise<readonly CallerCheck[]> {
  const pinned = [...(ports.wanted(environment)?.desired?.processes.values() ?? [])];
  const callers = pinned.flatMap((one) => (one.kind === "run" && isCaller(one.summary, unit) ? [one.unit.process] : []));
  if (callers.length === 0) return [];
  const routes = (await ports.router.routes(environment)).filter((route) => callers.includes(route.process));
  const found = await Promise.all(routes.map((route) => checksOfServed(route, unit, ports)));
  return found.flat();
}

function isCaller({ process, dependencies }: Pick<ProcessVersion, "process" | "dependencies">, called: UnitRef): boolean {
  return process !== called.process && dependencies.some(({ type, name }) => type === "workflow" && name === called.process);
}

/** What is served may not be what is pinned yet, and may call others. */
async function checksOfServed(route: Route, called: UnitRef, ports: Ports): Promise<readonly CallerCheck[]> {
  const caller = onlyUnit(route);
  if (caller === null) return [];
  const version = await ports.manifests.version(caller.process, caller.version);
  return isCaller(version, called) ? version.checks.filter(isHarmless).map((check) => ({ caller, check })) : [];
}

function onlyUnit(route: Route | undefined): UnitRef | null {
  const served = route?.shares.filter((share) => share.weight > 0) ?? [];
  const [only] = served;
  return route && only && served.length === 1 ? { process: route.process, version: only.version, digest: only.digest } : null;
}

/** The same questions, or one that says why they could not be put. */
export async function orUnanswerable(questions: Promise<readonly Question[]>): Promise<readonly Question[]> {
  return questions.catch((error: unknown) => [unanswerable("integration_test", "callers", error)]);
}
