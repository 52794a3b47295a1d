/** What a JSON Schema has against a document, said for the author of the file and at the place in question. */

import { escapeKey } from "../../../domain/json-pointer.ts";
import type { ErrorObject } from "ajv/dist/2020.js";
import type { Finding } from "../../../domain/finding.ts";
import { finding } from "./findings.ts";
import { maxFindings } from "./limits.ts";
import { schemaErrors, type SchemaName } from "./schemas.ts";
import { suggestion } from "./suggest.ts";
import { rightfulPlace, unsupportedReason } from "./unsupported.ts";
import type { YamlDocument } from "./yaml-document.ts";

/** Everything the schema finds wrong with a document, in order of the schema; empty when the value has the schema's shape. */
export function schemaFindings(name: SchemaName, document: YamlDocument): readonly Finding[] {
  return findingsFor(schemaErrors(name, document.value), name, document);
}

/** The same of errors that were found already. */
export function findingsFor(errors: readonly ErrorObject[], name: SchemaName, document: YamlDocument): readonly Finding[] {
  return errors
    .filter(isSaidOnce)
    .slice(0, maxFindings)
    .map((error) => describe(error, name, document));
}

/** `if` and `propertyNames` repeat what their branches have said; the digest of a published version is the catalogue's own rule. */
function isSaidOnce(error: ErrorObject): boolean {
  if (error.keyword === "if" || error.keyword === "propertyNames") return false;
  return !(error.keyword === "required" && error.params["missingProperty"] === "digest" && error.schemaPath.endsWith("/then/required"));
}

type Describe = (error: ErrorObject, document: YamlDocument, name: SchemaName) => Finding;

function describe(error: ErrorObject, name: SchemaName, document: YamlDocument): Finding {
  if (error.propertyName !== undefined) return badName(error, document);
  const special = described[error.keyword];
  return special === undefined ? outOfRange(error, document) : special(error, document, name);
}

const described: Readonly<Record<string, Describe>> = {
  additionalProperties: unknownProperty,
  required: missingProperty,
  type: wrongType,
  enum: notListed,
  const: wrongConstant,
  pattern: wrongForm,
  format: wrongForm,
  uniqueItems: doubled,
  minProperties: wrongCount,
  maxProperties: wrongCount,
  "false schema": notAllowed,
};

function unknownProperty(error: ErrorObject, document: YamlDocument, name: SchemaName): Finding {
  const key = String(error.params["additionalProperty"]);
  const pointer = `${error.instancePath}/${escapeKey(key)}`;
  const place = document.place(pointer, "key");
  const reason = unsupportedReason(name, pointer);
  if (reason !== null) return finding(place, "option/not-supported", `"${key}" is not supported yet: ${reason}`);
  const known = Object.keys((error.parentSchema?.["properties"] as object | undefined) ?? {});
  return finding(place, "schema/unknown-property", `unknown property "${key}"`, suggestion(key, known));
}

function missingProperty(error: ErrorObject, document: YamlDocument): Finding {
  const key = String(error.params["missingProperty"]);
  return finding(document.place(error.instancePath), "schema/required", `"${key}" is missing${inside(error.instancePath)}`, `Add ${key}.`);
}

function wrongType(error: ErrorObject, document: YamlDocument): Finding {
  const wanted = [error.params["type"] as string | readonly string[]].flat();
  const message = `${nameOf(error)} must be ${wanted.map(article).join(" or ")}, but is ${article(typeName(error.data))}`;
  const quotes =
    wanted.includes("string") && ["number", "boolean"].includes(typeof error.data)
      ? `Put it in quotes: "${String(error.data)}".`
      : undefined;
  return finding(document.place(error.instancePath), "schema/type", message, quotes);
}

function notListed(error: ErrorObject, document: YamlDocument): Finding {
  const place = document.place(error.instancePath);
  const allowed = (error.params["allowedValues"] as readonly unknown[]).map(String);
  const message = `${nameOf(error)} is ${shown(error.data)}, but must be one of ${allowed.join(", ")}`;
  return finding(place, "schema/enum", message, suggestion(shown(error.data), allowed));
}

function wrongConstant(error: ErrorObject, document: YamlDocument): Finding {
  const why: unknown = error.parentSchema?.["description"];
  const message = `${nameOf(error)} can only be ${shown(error.params["allowedValue"])}`;
  return finding(document.place(error.instancePath), "schema/range", message, typeof why === "string" ? why : undefined);
}

function wrongForm(error: ErrorObject, document: YamlDocument): Finding {
  const code = error.keyword === "format" ? "schema/format" : "schema/pattern";
  return finding(document.place(error.instancePath), code, `${nameOf(error)} has the wrong form: ${shown(error.data)}`, example(error));
}

function badName(error: ErrorObject, document: YamlDocument): Finding {
  const name = error.propertyName ?? "";
  const place = document.place(`${error.instancePath}/${escapeKey(name)}`, "key");
  return finding(place, "schema/pattern", `"${name}" cannot be a name here`, `Names must match ${String(error.params["pattern"])}`);
}

function doubled(error: ErrorObject, document: YamlDocument): Finding {
  const second = Math.max(Number(error.params["i"]), Number(error.params["j"]));
  return finding(document.place(`${error.instancePath}/${second}`), "schema/duplicate", `the same value is twice in ${nameOf(error)}`);
}

function wrongCount(error: ErrorObject, document: YamlDocument): Finding {
  const known = Object.keys((error.parentSchema?.["properties"] as object | undefined) ?? {});
  const message = `${nameOf(error)} must have exactly one of ${known.join(", ")}`;
  return finding(document.place(error.instancePath), "schema/range", known.length > 0 ? message : `${nameOf(error)} must not be empty`);
}

function notAllowed(error: ErrorObject, document: YamlDocument, name: SchemaName): Finding {
  const reason = rightfulPlace(name, error.instancePath) ?? "beside what else is said";
  return finding(document.place(error.instancePath, "key"), "schema/not-allowed", `${nameOf(error)} is not allowed here: ${reason}`);
}

function outOfRange(error: ErrorObject, document: YamlDocument): Finding {
  return finding(document.place(error.instancePath), "schema/range", `${nameOf(error)} ${error.message ?? "does not fit"}`);
}

function nameOf(error: ErrorObject): string {
  const steps = error.instancePath.split("/");
  const last = steps.at(-1) ?? "";
  if (last === "") return "the document";
  return /^\d+$/.test(last) ? `item ${Number(last) + 1} of "${steps.at(-2) ?? ""}"` : `"${last}"`;
}

function inside(pointer: string): string {
  return pointer === "" ? "" : ` in ${pointer}`;
}

function example(error: ErrorObject): string | undefined {
  const examples = error.parentSchema?.["examples"] as readonly unknown[] | undefined;
  const first = examples?.[0];
  return first === undefined ? undefined : `Such as ${shown(first)}.`;
}

function shown(value: unknown): string {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? String(value));
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

function typeName(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}

function article(type: string): string {
  const names: Readonly<Record<string, string>> = {
    null: "empty",
    array: "a list",
    object: "a mapping",
    integer: "a whole number",
    boolean: "true or false",
  };
  return names[type] ?? `a ${type}`;
}
