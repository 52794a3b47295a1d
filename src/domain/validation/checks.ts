/** Judges what a version answered to one of its checks. */

import { escapeKey } from "../json-pointer.ts";
import type { Json, JsonObject } from "../desired/definition.ts";
import type { Check } from "../desired/version.ts";
import { quoteAnswer } from "./redact-answer.ts";

/** What came back, as far as a check looks at it. */
export interface CheckAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Asked of a version by itself; the others go through the processes that it calls. */
export function isSmokeTest({ kind }: Pick<Check, "kind">): boolean {
  return kind !== "integration";
}

/** Changes nothing, so it may be asked with real traffic, and as often as one likes. */
export function isHarmless({ request }: Pick<Check, "request">): boolean {
  const method = request.method.toUpperCase();
  return method === "GET" || method === "HEAD";
}

/** Null when the answer is as expected; else what is not, in one line for people. */
export function whyNotAsExpected(expect: Check["expect"], answer: CheckAnswer, secrets: readonly string[] = []): string | null {
  const excerpt = (body: string): string => {
    const quoted = quoteAnswer(body, secrets);
    return quoted === "" ? "" : `: ${quoted}`;
  };
  if (answer.status !== expect.status) return `expected status ${expect.status}, got ${answer.status}${excerpt(answer.body)}`;
  for (const [name, value] of Object.entries(expect.headers)) {
    const actual = answer.headers[name.toLowerCase()];
    if (actual !== value) return `expected header ${name}: ${value}, got ${actual === undefined ? "none" : shown(name, actual, secrets)}`;
  }
  if (expect.json === undefined) return null;
  const body = parsed(answer.body);
  if (body === undefined) return `expected JSON, got${excerpt(answer.body) || " an empty body"}`;
  return whyNotSubset(expect.json, body, { pointer: "", secrets });
}

function parsed(body: string): Json | undefined {
  try {
    return JSON.parse(body) as Json;
  } catch {
    return undefined;
  }
}

interface At {
  readonly pointer: string;
  readonly secrets: readonly string[];
}

const into = ({ pointer, secrets }: At, step: string): At => ({ pointer: `${pointer}/${step}`, secrets });

/** Objects by subset, lists and scalars by equality; says where they differ as a JSON pointer. */
function whyNotSubset(expected: Json, actual: Json | undefined, at: At): string | null {
  if (actual === undefined) return `expected ${at.pointer} to be ${JSON.stringify(expected)}, it is missing`;
  if (isObject(expected) && isObject(actual)) return firstMember(expected, actual, at);
  if (isList(expected) && isList(actual) && expected.length === actual.length) {
    return firstOf(expected.map((item, index) => whyNotEqual(item, actual[index], into(at, String(index)))));
  }
  if (expected === actual) return null;
  const name = at.pointer.slice(at.pointer.lastIndexOf("/") + 1);
  return `expected ${at.pointer || "the body"} to be ${JSON.stringify(expected)}, got ${shown(name, JSON.stringify(actual), at.secrets)}`;
}

/** A value under a name: some names say that their value is secret. */
function shown(name: string, value: string, secrets: readonly string[]): string {
  const quoted = quoteAnswer(`${name}: ${value}`, secrets);
  return quoted.slice(Math.min(quoted.length, name.length + 2));
}

function whyNotEqual(expected: Json, actual: Json | undefined, at: At): string | null {
  if (isObject(expected) && isObject(actual ?? null)) {
    const extra = Object.keys(actual as JsonObject).find((key) => !Object.hasOwn(expected, key));
    if (extra !== undefined) return `did not expect ${at.pointer}/${quoteAnswer(escapeKey(extra), at.secrets)}`;
  }
  return whyNotSubset(expected, actual, at);
}

function firstMember(expected: JsonObject, actual: JsonObject, at: At): string | null {
  return firstOf(
    Object.entries(expected).map(([key, value]) =>
      whyNotSubset(value, Object.hasOwn(actual, key) ? actual[key] : undefined, into(at, escapeKey(key))),
    ),
  );
}

function firstOf(reasons: readonly (string | null)[]): string | null {
  return reasons.find((reason) => reason !== null) ?? null;
}

function isObject(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
