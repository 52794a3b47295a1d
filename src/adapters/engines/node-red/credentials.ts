/** Passwords in a flow: said where they stand as text, and where a node seems to want some that the export does not bring. */

import type { Definition, Json, JsonObject, WorkflowNode } from "../../../domain/desired/definition.ts";
import { isSecretName } from "../../../domain/secret-names.ts";
import type { NodeFault } from "../../../ports/dialect.ts";
import { isList, isObject, nameOf, short } from "./flow-nodes.ts";
import { hasSecretParameter, isPlainText, reference, secretsSent } from "./secrets-sent.ts";

/** What each type keeps as credentials. Node-RED leaves them out of every export. */
const kept: Readonly<Record<string, readonly string[]>> = {
  "mqtt-broker": ["user", "password"],
  "http request": ["user", "password"],
  "http proxy": ["username", "password"],
  "tls-config": ["certdata", "keydata", "cadata"],
  "e-mail": ["userid", "password"],
  "e-mail in": ["userid", "password"],
  MySQLdatabase: ["user", "password"],
  mongodb: ["user", "password"],
  influxdb: ["username", "password"],
  "telegram bot": ["token"],
};

/** Every password that is there as text, and then every node that seems to have none. */
export function* credentialFaults({ nodes, config }: Definition): Iterable<NodeFault | null> {
  yield* secretVariables(null, "the definition", config);
  for (const [index, node] of nodes.entries()) {
    yield null;
    yield* plainSecrets(index, node);
    const missing = missingCredentials(node);
    if (missing.length > 0) yield noCredentials(index, node, missing);
  }
  yield* missingVariables(nodes, config);
}

/** Credentials among the variables of a tab or an instance of a subflow, whose template may have the value instead. */
function* missingVariables(nodes: readonly WorkflowNode[], tab: JsonObject): Iterable<NodeFault> {
  const templates = new Map(
    nodes.filter(({ type }) => type === "subflow").map((node) => [`subflow:${node.id}`, credentialVariables(node.config)]),
  );
  for (const [name, hasValue] of credentialVariables(tab)) if (!hasValue) yield noValue(null, "the definition", name);
  for (const [index, node] of nodes.entries()) {
    const template = templates.get(node.type);
    if (template === undefined) continue;
    const own = credentialVariables(node.config);
    for (const name of new Set([...template.keys(), ...own.keys()]))
      if (own.get(name) !== true && template.get(name) !== true) yield noValue(index, nameOf(node), name);
  }
}

/** By name, whether it has a value. */
function credentialVariables({ env }: JsonObject): ReadonlyMap<string, boolean> {
  const entries = (isList(env) ? env : []).filter((entry) => isObject(entry)).filter(({ type }) => type === "cred");
  return new Map(entries.map(({ name, value }) => [String(name), isNonEmpty(value)]));
}

function noValue(node: number | null, who: string, name: string): NodeFault {
  return {
    kind: "no-credentials",
    severity: "warning",
    node,
    key: "env",
    message: `${who} has the credential ${short(name)} among its variables, and no value for it: Node-RED leaves credentials out of exports`,
    hint: `Give it the value "\${NAME}", and NAME under \`secrets:\` in environment.yaml (docs/config-repository.md, Credentials of nodes).`,
  };
}

function* plainSecrets(index: number, node: WorkflowNode): Iterable<NodeFault> {
  const who = nameOf(node);
  const credentials = node.config["credentials"];
  for (const [key, value] of isObject(credentials) ? Object.entries(credentials) : []) {
    if (isPlainText(value) && !isUserName(key)) yield plainSecret(index, "credentials", `${who} has its ${short(key)} as text`);
  }
  for (const key of Object.keys(node.config)) {
    const what = secretIn(node.config, key);
    if (what !== null) yield plainSecret(index, key, `${who} has ${what}`);
  }
  for (const { key, what } of secretsSent(node)) yield plainSecret(index, key, `${who} ${what}`);
  yield* secretVariables(index, who, node.config);
}

/** What of a setting is secret and stands as text; else null. */
function secretIn(config: JsonObject, key: string): string | null {
  const value = config[key];
  if (typeof value !== "string" || value === "") return null;
  if (isPlainSecret(config, key)) return `its ${short(key)} as text`;
  return holdsPassword(key, value) ? `a password in its ${short(key)}` : null;
}

/** Variables of a tab, a subflow or an instance whose type or name says what they hold. */
function* secretVariables(index: number | null, who: string, { env }: JsonObject): Iterable<NodeFault> {
  for (const entry of isList(env) ? env : []) {
    if (isObject(entry) && isSecretVariable(entry) && isPlainText(entry["value"]))
      yield plainSecret(index, "env", `${who} has the variable ${short(String(entry["name"]))} as text`);
  }
}

function isSecretVariable({ name, type }: JsonObject): boolean {
  return type === "cred" || ((type === "str" || type === undefined) && isSecretName(String(name)));
}

/** The variable that a secret variable of a tab, a subflow or an instance names as its whole value, `${NAME}`; else null. */
export function secretReference(entry: JsonObject): string | null {
  const { value } = entry;
  if (!isSecretVariable(entry) || typeof value !== "string") return null;
  return reference.exec(value.trim())?.[1] ?? null;
}

function plainSecret(node: number | null, key: string, message: string): NodeFault {
  const hint =
    'Change it, since it is in the history now; write "${NAME}" instead, and give NAME under `secrets:` in environment.yaml (docs/config-repository.md, Credentials of nodes).';
  return { kind: "plain-secret", severity: "error", node, key, message, hint };
}

function noCredentials(index: number, node: WorkflowNode, keys: readonly string[]): NodeFault {
  const example = keys.map((key) => `${key}: "\${${variableOf(key)}}"`).join(", ");
  return {
    kind: "no-credentials",
    severity: "warning",
    node: index,
    key: null,
    message: `${nameOf(node)} may want ${keys.join(" and ")}, and the export brings none: Node-RED leaves credentials out`,
    hint: `Add \`credentials: {${example}}\` to the node, and the names under \`secrets:\` in environment.yaml; or \`credentials: {}\` when it needs none.`,
  };
}

/** Such as MQTT_USER for the user of a broker would be better, but which one it is, only the author knows. */
function variableOf(key: string): string {
  return key.toUpperCase();
}

/** What a node keeps as credentials, when it brings no credentials at all and shows no sign of needing none. */
function missingCredentials({ type, config }: WorkflowNode): readonly string[] {
  const keys = Object.hasOwn(kept, type) ? (kept[type] ?? []) : [];
  if (keys.length === 0 || isObject(config["credentials"]) || config["d"] === true) return [];
  if (type === "tls-config") return keys.filter((key) => isNonEmpty(config[key.replace("data", "name")]));
  if (type !== "http request") return keys;
  const authType = config["authType"];
  if (!isNonEmpty(authType)) return [];
  return authType === "bearer" ? ["password"] : keys;
}

function isUserName(key: string): boolean {
  return /^(?:user|userid|user_?name|login|account|email|host)$/i.test(key);
}

/** A typed input says beside it what it is; without a type, or with `str`, the value is the text itself. */
function isPlainSecret(config: JsonObject, key: string): boolean {
  const type = config[`${key}Type`];
  return isSecretName(key) && isPlainText(config[key]) && (type === undefined || type === "" || type === "str");
}

/** `https://user:password@host` or `?api_key=…`, in a setting that is an address. */
function holdsPassword(key: string, value: Json): boolean {
  if (typeof value !== "string" || !/(?:url|uri|broker|host|server|connection)$/i.test(key)) return false;
  const password = /^[a-z][a-z0-9+.-]{0,20}:\/\/[^\s/:@]{0,200}:([^\s/@]{1,500})@/i.exec(value)?.[1];
  return (password !== undefined && isPlainText(password)) || hasSecretParameter(value);
}

function isNonEmpty(value: Json | undefined): boolean {
  return typeof value === "string" && value !== "";
}
