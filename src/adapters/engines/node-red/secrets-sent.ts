/** Secrets that a flow sends: in headers, in parameters of an address, in what a change node writes into the message. */

import type { Json, JsonObject, WorkflowNode } from "../../../domain/desired/definition.ts";
import { isSecretName } from "../../../domain/secret-names.ts";
import { isList, isObject, short } from "./flow-nodes.ts";

/** A whole value that names a variable. */
export const reference = /^\$\{([^}]+)\}$/;

/** A text that is no reference to a variable. */
export function isPlainText(value: unknown): value is string {
  return typeof value === "string" && value.trim() !== "" && !reference.test(value.trim());
}

/** Each secret that stands as text, with the setting that has it. */
export function* secretsSent({ type, config }: WorkflowNode): Iterable<{ readonly key: string; readonly what: string }> {
  const header = headerIn(config["headers"]);
  if (header !== null) yield { key: "headers", what: `sends ${header} in plain text` };
  if (type !== "change") return;
  for (const name of writtenBy(config["rules"])) yield { key: "rules", what: `writes ${short(name)} as text` };
}

/** `?api_key=…` as text; what a template fills in is none. */
export function hasSecretParameter(address: string): boolean {
  if (!/^[a-z][a-z0-9+.-]{0,20}:\/\//i.test(address)) return false;
  const [, query = ""] = address.split("#", 1).join("").split("?", 2);
  return query.split("&", 50).some((pair) => {
    const [name = "", value = ""] = pair.split("=", 2);
    return isSecretName(name) && isPlainText(value) && !value.includes("{{");
  });
}

/** The headers of an http request, as its editor keeps them: the first one that is a secret; else null. */
function headerIn(headers: Json | undefined): string | null {
  for (const header of isList(headers) ? headers : []) {
    if (!isObject(header) || !isPlainText(header["valueValue"]) || !["other", ""].includes(String(header["valueType"]))) continue;
    const name = [header["keyType"], header["keyValue"]].map(String).find(isSecretHeader);
    if (name !== undefined) return name.toLowerCase() === "authorization" ? "an Authorization header" : `the header ${short(name)}`;
  }
  return null;
}

function isSecretHeader(name: string): boolean {
  return /^(?:proxy-)?authorization$/i.test(name) || isSecretName(name);
}

/** Names of secrets that a change node sets to a text, such as `headers.authorization`. */
function* writtenBy(rules: Json | undefined): Iterable<string> {
  for (const rule of isList(rules) ? rules : []) {
    if (isObject(rule) && rule["t"] === "set" && typeof rule["p"] === "string") yield* secretsOfRule(rule, rule["p"]);
  }
}

function secretsOfRule({ to, tot }: JsonObject, property: string): readonly string[] {
  if (tot === "json" && typeof to === "string") return namesIn(to).map((name) => `${property}.${name}`);
  const name = property.split(/[.[\]'"]+/).findLast((part) => part !== "") ?? "";
  return (tot === "str" || tot === undefined) && isSecretHeader(name) && isPlainText(to) ? [property] : [];
}

/** Members of an object, written as JSON, that are secrets as text. */
function namesIn(json: string): readonly string[] {
  if (json.length > longest) return [];
  try {
    const value: unknown = JSON.parse(json);
    return isObject(value) ? Object.keys(value).filter((name) => isSecretHeader(name) && isPlainText(value[name])) : [];
  } catch {
    return [];
  }
}

/** Nobody writes headers longer than this. */
const longest = 64 * 1024;
