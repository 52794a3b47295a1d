/** A value that does not fit is refused with the place, and with what was expected there. */

import { expect, it } from "vitest";
import { checked, Mismatch, type SchemaError, type Validator } from "../../src/domain/checked.ts";

type Part = SchemaError["parentSchema"];

function error(instancePath: string, keyword: string, parentSchema: Part, params: SchemaError["params"] = {}): SchemaError {
  return { instancePath, keyword, params, parentSchema };
}

function refusal(...errors: readonly SchemaError[]): string {
  const never = Object.assign((_value: unknown): _value is never => false, { errors }) satisfies Validator<never>;
  try {
    return checked(never, {}, "/body");
  } catch (thrown) {
    if (thrown instanceof Mismatch) return thrown.message;
    throw thrown;
  }
}

const properties: Part["properties"] = { name: { type: "string" }, kind: { enum: ["a", "b"] } };

it.each<[string, SchemaError, string]>([
  ["a value of another type", error("/n", "type", { type: "integer" }), "/body/n: expected a whole number"],
  ["a value of none of several types", error("/n", "type", { type: ["string", "null"] }), "/body/n: expected a text or null"],
  ["a value that is described", error("/n", "pattern", { type: "string", description: "a digest" }), "/body/n: expected a digest"],
  ["a value out of a list", error("/k", "enum", { enum: ["a", "b"] }), '/body/k: expected "a" or "b"'],
  ["the only value that is allowed", error("/k", "const", { const: 1 }), "/body/k: expected 1"],
  ["one of several shapes", error("/k", "anyOf", { anyOf: [{ type: "null" }, { type: "object" }] }), "/body/k: expected null or an object"],
  ["a shape that says nothing", error("/k", "anyOf", {}), "/body/k: expected another value"],
  ["what is missing", error("", "required", { properties }, { missingProperty: "name" }), "/body/name: expected a text"],
  ["what is missing, and not described", error("", "required", {}, { missingProperty: "x" }), "/body/x: is missing"],
  ["a kind that does not exist", error("", "discriminator", { properties }, { tag: "kind" }), '/body/kind: expected "a" or "b"'],
  [
    "a name that is not known",
    error("", "additionalProperties", { properties }, { additionalProperty: "nmae" }),
    '/body: there is no "nmae"; there are: name, kind',
  ],
])("%s", (_what, one, message) => {
  expect(refusal(one)).toBe(message);
});

it("of several errors the one says most that got furthest in", () => {
  const [shallow, deep] = [error("", "anyOf", { type: "null" }), error("/a/b", "type", { type: "number" })];
  expect(refusal(shallow, deep)).toBe(refusal(deep, shallow));
  expect(refusal(shallow, deep)).toBe("/body/a/b: expected a number");
});

it("without errors it is said that the value does not fit; one that fits is itself", () => {
  expect(refusal()).toBe("/body: does not fit");
  const value = { a: 1 };
  expect(checked((one: unknown): one is object => one === value, value)).toBe(value);
});
