/** Takes what is secret out of two definitions before their differences are shown or kept. That a secret is another one stays visible, not which. */

import { hideSecrets, isReference, isSecretName } from "../secret-names.ts";
import type { Definition, Json, JsonObject, WorkflowNode } from "../desired/definition.ts";
import { isSameJson } from "./json-difference.ts";

const hidden = "(hidden)";
/** In the newer of two, where it is not what it was. */
const hiddenOther = "(hidden, another one)";

/** Longer texts are not kept: what is said of them is how long they are. */
const longestText = 32 * 1024;

export interface Sides {
  readonly from: Definition;
  readonly to: Definition;
}

/** Both without their secrets: what a setting's name or form says is one, and the values that are known. */
export function withoutSecrets({ from, to }: Sides, secrets: Readonly<Record<string, string>> = {}): Sides {
  const old = new Map(from.nodes.map((node) => [node.id, node]));
  return {
    from: {
      ...from,
      nodes: from.nodes.map((node) => nodeWithout(node, node, secrets)),
      config: objectWithout(from.config, from.config, secrets),
    },
    to: {
      ...to,
      nodes: to.nodes.map((node) => nodeWithout(node, old.get(node.id) ?? node, secrets)),
      config: objectWithout(to.config, from.config, secrets),
    },
  };
}

type Secrets = Readonly<Record<string, string>>;

/** `before`: what it is compared with. */
function nodeWithout(node: WorkflowNode, before: WorkflowNode, secrets: Secrets): WorkflowNode {
  const title = node.title === undefined ? {} : { title: textWithout(node.title, before.title ?? null, secrets) };
  return { ...node, ...title, config: objectWithout(node.config, before.config, secrets) };
}

function objectWithout(value: JsonObject, before: Json, secrets: Secrets): JsonObject {
  const isNamed = namesSecret(value);
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => {
      const old = memberOf(before, key);
      const isSecret = key === "credentials" || isPlainSecret(value, key) || (isNamed && valueOf.has(key));
      return [key, isSecret ? hide(each, old) : without(each, old, secrets)];
    }),
  );
}

function without(value: Json, before: Json, secrets: Secrets): Json {
  if (typeof value === "string") return textWithout(value, before, secrets);
  if (typeof value !== "object" || value === null) return value;
  return isList(value)
    ? value.map((each, index) => without(each, memberOf(before, index), secrets))
    : objectWithout(value, before, secrets);
}

function textWithout(text: string, before: Json, secrets: Secrets): string {
  if (text.length > longestText) return `(${text.length} characters${text === before || before === null ? "" : ", others than before"})`;
  const shown = hideSecrets(text, secrets, hidden);
  if (shown === text || before === null || text === before || typeof before !== "string") return shown;
  return hideSecrets(before, secrets, hidden) === shown ? hideSecrets(text, secrets, hiddenOther) : shown;
}

/** A typed input says beside it what it is: of another type than a text it names where the value is found. */
function isPlainSecret(config: JsonObject, key: string): boolean {
  const type = config[`${key}Type`];
  return isSecretName(key) && (type === undefined || type === "" || type === "str" || type === "cred");
}

/** A variable, a header or a field whose name says what its value is. */
function namesSecret(value: JsonObject): boolean {
  if (value["type"] === "cred") return true;
  return [value["name"], value["key"], value["keyType"], value["keyValue"], value["p"]].some((name) => {
    const last = typeof name === "string" ? (/[^.]*$/.exec(name)?.[0] ?? "") : "";
    return isSecretName(last) || /^(?:proxy-)?authorization$|^cookie$/i.test(last);
  });
}

/** Where such an entry has its value. */
const valueOf: ReadonlySet<string> = new Set(["value", "valueValue", "to"]);

/** All of it, but for references to variables, and what is empty. */
function hide(value: Json, before: Json): Json {
  if (value === null || value === "" || typeof value === "boolean" || (typeof value === "string" && isReference(value))) return value;
  if (typeof value !== "object") return before === null || isSameJson(value, before) ? hidden : hiddenOther;
  if (isList(value)) return value.map((each, index) => hide(each, memberOf(before, index)));
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, hide(each, memberOf(before, key))]));
}

/** Null: there is none. */
function memberOf(value: Json, key: string | number): Json {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return null;
  return (value as Readonly<Record<string | number, Json>>)[key] ?? null;
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
