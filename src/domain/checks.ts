/** Judges what a version answered to one of its checks. */

import type { Json, JsonObject } from "./definition.ts";
import type { Check } from "./process-version.ts";

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
export function whyNotAsExpected(expect: Check["expect"], answer: CheckAnswer): string | null {
  if (answer.status !== expect.status) return `expected status ${expect.status}, got ${answer.status}${excerpt(answer.body)}`;
  for (const [name, value] of Object.entries(expect.headers)) {
    const actual = answer.headers[name.toLowerCase()];
    if (actual !== value) return `expected header ${name}: ${value}, got ${actual ?? "none"}`;
  }
  return expect.json === undefined ? null : whyNotJson(expect.json, answer.body);
}

function whyNotJson(expected: Json, body: string): string | null {
  let actual: Json;
  try {
    actual = JSON.parse(body) as Json;
  } catch {
    return `expected JSON, got${excerpt(body) || " an empty body"}`;
  }
  return whyNotSubset(expected, actual, "");
}

/** Objects by subset, lists and scalars by equality; says where they differ as a JSON pointer. */
function whyNotSubset(expected: Json, actual: Json | undefined, pointer: string): string | null {
  if (actual === undefined) return `expected ${pointer} to be ${JSON.stringify(expected)}, it is missing`;
  if (isObject(expected) && isObject(actual)) return firstMember(expected, actual, pointer);
  if (isList(expected) && isList(actual) && expected.length === actual.length) {
    return firstOf(expected.map((item, index) => whyNotEqual(item, actual[index], `${pointer}/${index}`)));
  }
  return expected === actual ? null : `expected ${pointer || "the body"} to be ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`;
}

function whyNotEqual(expected: Json, actual: Json | undefined, pointer: string): string | null {
  if (isObject(expected) && isObject(actual ?? null)) {
    const extra = Object.keys(actual as JsonObject).find((key) => !Object.hasOwn(expected, key));
    if (extra !== undefined) return `did not expect ${pointer}/${escape(extra)}`;
  }
  return whyNotSubset(expected, actual, pointer);
}

function firstMember(expected: JsonObject, actual: JsonObject, pointer: string): string | null {
  return firstOf(
    Object.entries(expected).map(([key, value]) =>
      whyNotSubset(value, Object.hasOwn(actual, key) ? actual[key] : undefined, `${pointer}/${escape(key)}`),
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

function escape(key: string): string {
  return key.replaceAll("~", "~0").replaceAll("/", "~1");
}

function excerpt(body: string): string {
  const text = body.replaceAll(/\s+/g, " ").trim();
  if (text === "") return "";
  return `: ${text.length > 160 ? `${text.slice(0, 160)}…` : text}`;
}
