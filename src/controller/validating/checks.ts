/** Asks a version over HTTP: the environment's health check, and the version's own smoke tests. */

import { whyNotAsExpected } from "../../domain/checks.ts";
import type { EnvironmentName, UnitRef } from "../../domain/names.ts";
import type { Check } from "../../domain/process-version.ts";
import type { Ports } from "../ports.ts";
import { count, Failure, installedOf, type Question, type Subject } from "./question.ts";

/** Between two tries of a health check. */
const healthPauseMs = 250;

export function healthCheck({ environment, unit, ports }: Subject): readonly Question[] {
  const strategy = ports.wanted(environment)?.environment.spec?.strategy;
  if (strategy?.kind !== "blue-green" || strategy.healthCheckUrl === null) return [];
  const { healthCheckUrl: path, healthCheckTimeoutMs: timeoutMs } = strategy;
  const ask = () => isHealthy({ environment, unit, path, timeoutMs }, ports);
  return [{ validation: "health_check", subject: path, ask, isRequest: true }];
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
  const placements = installed?.placements ?? [];
  if (placements.length === 0) throw new Error("it is installed on no instance at the moment");
  for (const placement of placements) await untilHealthy(placement.address + path, deadline, ports);
  return `2xx on ${count(placements.length, "instance")}`;
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

async function tryGet(url: string, timeoutMs: number, ports: Ports): Promise<string> {
  try {
    const { status } = await ports.prober.ask({ url, method: "GET", headers: {}, body: null, timeoutMs });
    return status >= 200 && status < 300 ? "healthy" : `answered ${status}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Where a smoke test is asked. */
export interface Place {
  /** Base address. Throws when there is none at the moment. */
  address(): Promise<string>;
  /** Throws when silence says nothing about the version, because what is in front of it is down. */
  whenSilent(): Promise<unknown>;
}

export function smokeTest(check: Check, place: Place, ports: Ports): Question {
  return { validation: "smoke_test", subject: check.name, ask: async () => runCheck(check, place, ports), isRequest: true };
}

async function runCheck({ request, expect, timeoutMs }: Check, place: Place, ports: Ports): Promise<string> {
  const hasJsonBody = request.body !== undefined && typeof request.body !== "string";
  const body = typeof request.body === "string" ? request.body : hasJsonBody ? JSON.stringify(request.body) : null;
  const headers = { ...(hasJsonBody ? { "content-type": "application/json" } : {}), ...request.headers };
  const sent = { url: (await place.address()) + request.path, method: request.method, headers, body, timeoutMs };
  const answered = await ports.prober.ask(sent).catch(async (error: unknown) => {
    await place.whenSilent();
    throw new Failure(`${request.method} ${request.path}: ${error instanceof Error ? error.message : String(error)}`);
  });
  const why = whyNotAsExpected(expect, answered);
  if (why) throw new Failure(`${request.method} ${request.path}: ${why}`);
  return `${request.method} ${request.path} answered ${answered.status} in ${Math.round(answered.durationMs)} ms`;
}
