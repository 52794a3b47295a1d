/** The validations of each phase: what is asked, of whom, and how it is judged. */

import type { Action, Phase } from "../domain/actions.ts";
import { whyNotAsExpected } from "../domain/checks.ts";
import { PinionError } from "../domain/errors.ts";
import type { ValidationName, ValidationResult } from "../domain/evidence.ts";
import { holdForDependencies } from "../domain/gates/dependencies.ts";
import type { EnvironmentName, ProcessId, UnitRef } from "../domain/names.ts";
import type { Check } from "../domain/process-version.ts";
import { findInstalled, servingUnit, whyNotReady } from "../domain/seen.ts";
import type { Route } from "../domain/route.ts";
import type { Inventory, PublicEndpoint } from "../domain/unit.ts";
import type { Ports } from "./ports.ts";
import { type LoadedUnit, loadUnit } from "./units.ts";

type Validate = Extract<Action, { kind: "ensure-validated" }>;

/** One question; null when all is well, else what is not. Throwing means that it could not be asked. */
interface Question {
  readonly validation: ValidationName;
  readonly subject: string;
  readonly ask: () => Promise<string>;
}

/** An answer that is a failure of the version, not of asking. */
class Failure extends Error {}

export async function validate(environment: EnvironmentName, action: Validate, ports: Ports): Promise<readonly ValidationResult[]> {
  const questions = await questionsFor(environment, action, ports);
  const results: ValidationResult[] = [];
  for (const question of questions) {
    const result = await answer(question, action.phase, ports);
    results.push(result);
    if (result.result !== "passed") break;
  }
  return results;
}

async function answer(question: Question, phase: Phase, ports: Ports): Promise<ValidationResult> {
  const at = ports.clock.now();
  const { validation, subject } = question;
  const finish = (result: ValidationResult["result"], detail: string): ValidationResult => ({
    phase,
    validation,
    subject,
    result,
    detail,
    at,
    durationMs: ports.clock.now() - at,
  });
  try {
    return finish("passed", await question.ask());
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    const isFailure = error instanceof Failure || (error instanceof PinionError && error.retry === "never");
    return finish(isFailure ? "failed" : "unknown", detail);
  }
}

async function questionsFor(environment: EnvironmentName, { unit, phase }: Validate, ports: Ports): Promise<readonly Question[]> {
  switch (phase) {
    case "pre":
      return before(environment, unit, ports);
    case "during":
      return onPrivateAddress(environment, unit, ports);
    case "post":
      return onPublicAddress(environment, unit, ports);
  }
}

function before(environment: EnvironmentName, unit: UnitRef, ports: Ports): readonly Question[] {
  return [
    { validation: "process_validation", subject: "", ask: () => isLoadable(environment, unit, ports) },
    { validation: "environment_validation", subject: "", ask: () => isEngineUp(environment, ports) },
    { validation: "dependency_validation", subject: "", ask: () => areDependenciesServing(environment, unit, ports) },
  ];
}

async function isLoadable(environment: EnvironmentName, unit: UnitRef, ports: Ports): Promise<string> {
  const { version } = await loadUnit(unit, environment, ports);
  return `${version.definition.nodes.length} nodes, ${version.definition.connections.length} connections, ${version.checks.length} checks`;
}

async function isEngineUp(environment: EnvironmentName, ports: Ports): Promise<string> {
  const { instances } = await ports.engine(environment).inventory();
  const up = instances.filter((instance) => instance.state === "ready").length;
  if (up === 0) throw new Error("no engine instance is up");
  return `${up} of ${instances.length} engine instances are up`;
}

async function areDependenciesServing(environment: EnvironmentName, unit: UnitRef, ports: Ports): Promise<string> {
  const wanted = ports.wanted(environment);
  const version = await ports.manifests.version(unit.process, unit.version);
  if (!wanted?.desired) throw new Error(`environment ${environment} cannot be used at the moment`);
  const routes = await ports.router.routes(environment);
  const serving = (process: ProcessId) => servingUnit(routes.find((route) => route.process === process) ?? null);
  const held = holdForDependencies(version.dependencies, { desired: wanted.desired, serving, isRefused: () => true });
  if (held) throw new Failure(held.why);
  return version.dependencies.length === 0
    ? "depends on nothing"
    : `${version.dependencies.map((dependency) => dependency.name).join(", ")} as required`;
}

async function onPrivateAddress(environment: EnvironmentName, unit: UnitRef, ports: Ports): Promise<readonly Question[]> {
  const loaded = await tryLoad(environment, unit, ports);
  if ("question" in loaded) return [loaded.question];
  const address = () => privateAddress(environment, unit, ports);
  return [
    { validation: "step_validation", subject: "installation", ask: () => isInstalled(environment, unit, ports) },
    { validation: "step_validation", subject: "endpoints", ask: () => areEndpointsFree(environment, unit, ports) },
    ...healthCheck(environment, unit, ports),
    ...loaded.version.checks.map((check) => smokeTest(check, address, ports)),
  ];
}

/** A version that cannot be loaded is one failed or unknown validation, not an accident. */
async function tryLoad(environment: EnvironmentName, unit: UnitRef, ports: Ports): Promise<LoadedUnit | { readonly question: Question }> {
  try {
    return await loadUnit(unit, environment, ports);
  } catch (error) {
    return { question: { validation: "process_validation", subject: "", ask: () => Promise.reject(error) } };
  }
}

async function isInstalled(environment: EnvironmentName, unit: UnitRef, ports: Ports): Promise<string> {
  const inventory = await ports.engine(environment).inventory();
  const installed = installedOf(inventory, unit);
  if (!installed) throw new Failure("it is not installed any more");
  const why = whyNotReady(installed, inventory.instances);
  if (why) throw new Error(why);
  return `installed unchanged on ${installed.placements.length} instances`;
}

/** Two processes at one address would share its requests out by chance. */
async function areEndpointsFree(environment: EnvironmentName, unit: UnitRef, ports: Ports): Promise<string> {
  const [inventory, routes] = await Promise.all([ports.engine(environment).inventory(), ports.router.routes(environment)]);
  const endpoints = installedOf(inventory, unit)?.endpoints ?? [];
  for (const other of routes.filter((route) => route.process !== unit.process)) {
    const taken = endpoints.find((endpoint) => isServedBy(other, endpoint));
    if (!taken) continue;
    const why = `${taken.method} ${taken.path} is served by ${other.process} in this environment`;
    // One that is no longer pinned is on its way out: worth waiting for.
    throw ports.wanted(environment)?.desired?.processes.has(other.process) ? new Failure(why) : new Error(why);
  }
  return `${endpoints.length} endpoints, served by no other process`;
}

function isServedBy(route: Route, { method, path }: PublicEndpoint): boolean {
  return route.shares.some((share) => share.endpoints.some((endpoint) => endpoint.method === method && endpoint.path === path));
}

function installedOf(inventory: Inventory, unit: UnitRef) {
  return findInstalled(
    inventory.installed.filter((installed) => installed.process === unit.process),
    unit.digest,
  );
}

async function privateAddress(environment: EnvironmentName, unit: UnitRef, ports: Ports): Promise<string> {
  const placement = installedOf(await ports.engine(environment).inventory(), unit)?.placements.find((candidate) => candidate.ready);
  if (!placement) throw new Error("it answers on no instance at the moment");
  return placement.address;
}

function healthCheck(environment: EnvironmentName, unit: UnitRef, ports: Ports): readonly Question[] {
  const strategy = ports.wanted(environment)?.environment.spec?.strategy;
  if (strategy?.kind !== "blue-green" || strategy.healthCheckUrl === null) return [];
  const { healthCheckUrl: path, healthCheckTimeoutMs: timeoutMs } = strategy;
  return [{ validation: "health_check", subject: path, ask: () => isHealthy({ environment, unit, path, timeoutMs }, ports) }];
}

interface HealthCheck {
  readonly environment: EnvironmentName;
  readonly unit: UnitRef;
  readonly path: string;
  readonly timeoutMs: number;
}

/** Asks every instance until it answers 2xx or the time is over. */
async function isHealthy({ environment, unit, path, timeoutMs }: HealthCheck, ports: Ports): Promise<string> {
  const installed = installedOf(await ports.engine(environment).inventory(), unit);
  const deadline = ports.clock.now() + timeoutMs;
  for (const placement of installed?.placements ?? []) await untilHealthy(placement.address + path, deadline, ports);
  return `2xx on ${installed?.placements.length ?? 0} instances`;
}

async function untilHealthy(url: string, deadline: number, ports: Ports): Promise<void> {
  for (;;) {
    const left = deadline - ports.clock.now();
    const seen = await tryGet(url, left, ports);
    if (seen === "healthy") return;
    if (ports.clock.now() + healthPauseMs >= deadline) throw new Failure(`${seen}, and the time for it is over`);
    await ports.clock.sleep(healthPauseMs);
  }
}

/** Between two tries of a health check. */
const healthPauseMs = 250;

async function tryGet(url: string, timeoutMs: number, ports: Ports): Promise<string> {
  try {
    const { status } = await ports.prober.ask({ url, method: "GET", headers: {}, body: null, timeoutMs });
    return status >= 200 && status < 300 ? "healthy" : `answered ${status}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function smokeTest(check: Check, address: () => Promise<string>, ports: Ports): Question {
  return { validation: "smoke_test", subject: check.name, ask: async () => runCheck(check, await address(), ports) };
}

async function runCheck({ request, expect, timeoutMs }: Check, address: string, ports: Ports): Promise<string> {
  const hasJsonBody = request.body !== undefined && typeof request.body !== "string";
  const body = typeof request.body === "string" ? request.body : hasJsonBody ? JSON.stringify(request.body) : null;
  const headers = { ...(hasJsonBody ? { "content-type": "application/json" } : {}), ...request.headers };
  const sent = { url: address + request.path, method: request.method, headers, body, timeoutMs };
  const answered = await ports.prober.ask(sent).catch((error: unknown) => {
    throw new Failure(`${request.method} ${request.path}: ${error instanceof Error ? error.message : String(error)}`);
  });
  const why = whyNotAsExpected(expect, answered);
  if (why) throw new Failure(`${request.method} ${request.path}: ${why}`);
  return `${request.method} ${request.path} answered ${answered.status} in ${answered.durationMs} ms`;
}

/** With real traffic only harmless requests are made: checks that GET, through the router. */
async function onPublicAddress(environment: EnvironmentName, unit: UnitRef, ports: Ports): Promise<readonly Question[]> {
  const loaded = await tryLoad(environment, unit, ports);
  if ("question" in loaded) return [loaded.question];
  const harmless = loaded.version.checks.filter((check) => check.request.method === "GET");
  const address = () => Promise.resolve(ports.router.publicAddress(environment));
  return [
    { validation: "service_availability", subject: "", ask: () => isServing(environment, unit, ports) },
    ...harmless.map((check) => smokeTest(check, address, ports)),
    { validation: "monitoring_setup", subject: "", ask: () => isCounted(environment, ports) },
  ];
}

async function isServing(environment: EnvironmentName, unit: UnitRef, ports: Ports): Promise<string> {
  const routes = await ports.router.routes(environment);
  const serving = servingUnit(routes.find((route) => route.process === unit.process) ?? null);
  if (serving?.digest !== unit.digest) throw new Failure(`the router gives the traffic to ${serving?.version ?? "nobody"}`);
  return "the router gives it all the traffic";
}

async function isCounted(environment: EnvironmentName, ports: Ports): Promise<string> {
  const counts = await ports.router.traffic(environment);
  return `the router counts requests of ${counts.length} version instances in this environment`;
}
