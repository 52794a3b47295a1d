/** Sends a version's own checks, on its private addresses and, where they do no harm, through the public one. */

import { whyNotAsExpected } from "../../domain/validation/checks.ts";
import { below } from "../../domain/validation/probe-path.ts";
import type { Check } from "../../domain/desired/version.ts";
import type { Answer, ProbeRequest } from "../../ports/prober.ts";
import type { Ports } from "../ports.ts";
import { onEachPlacement } from "./placements.ts";
import { type Asked, Failure, messageOf, type Question } from "./question.ts";

/** One check on every private address in scope. */
export function privately(asked: Asked, about: Pick<Question, "validation" | "subject">, check: Check): Pick<Question, "ask" | "turn"> {
  return onEachPlacement(asked, about, async ({ address }) =>
    runCheck(check, await send(check, address, asked.ports), await secretsOf(asked)),
  );
}

/** Through the router. */
export function publicly(asked: Asked, check: Check): Pick<Question, "ask" | "turn"> {
  return { ask: () => askPublicly(check, asked), turn: "request" };
}

/** Throws `Failure` when the answer is not as expected; silence says nothing while the router cannot be asked. */
export async function askPublicly(check: Check, asked: Pick<Asked, "environment" | "ports" | "spec">): Promise<string> {
  const { environment, ports } = asked;
  const own = await ports.router.checkHeaders?.();
  const answered = await send(check, ports.router.publicAddress(environment), ports, own).catch(async (silence: unknown) => {
    await ports.router.routes(environment);
    throw silence;
  });
  return runCheck(check, answered, await secretsOf(asked));
}

/** What the version was given, so that no answer can show it; what cannot be looked up, it was not given. */
async function secretsOf({ environment, ports, spec }: Pick<Asked, "environment" | "ports" | "spec">): Promise<readonly string[]> {
  const values = Object.values(spec.secrets).map((reference) => ports.secrets.resolve(reference, environment).catch(() => ""));
  return Promise.all(values);
}

function runCheck(check: Check, answered: Answer, secrets: readonly string[]): string {
  const { request, expect } = check;
  const why = whyNotAsExpected(expect, answered, secrets);
  if (why) throw new Failure(`${request.method} ${request.path}: ${why}`);
  return `${request.method} ${request.path} answered ${answered.status} in ${Math.round(answered.durationMs)} ms`;
}

async function send(check: Check, address: string, ports: Ports, own: ProbeRequest["headers"] = {}): Promise<Answer> {
  const request = requestOf(check, address);
  try {
    return await ports.prober.ask({ ...request, headers: { ...request.headers, ...own } });
  } catch (error) {
    throw new Failure(`${check.request.method} ${check.request.path}: ${messageOf(error)}`);
  }
}

/** What is sent for a check to this base address. */
export function requestOf({ request, timeoutMs }: Check, address: string): ProbeRequest {
  const { body } = request;
  const isJson = body !== undefined && typeof body !== "string";
  return {
    url: below(address, request.path),
    method: request.method,
    headers: { ...(isJson ? { "content-type": "application/json" } : {}), ...request.headers },
    body: isJson ? JSON.stringify(body) : (body ?? null),
    timeoutMs,
  };
}
