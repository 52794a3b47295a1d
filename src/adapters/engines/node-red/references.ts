/** Which settings of a node name other nodes, so that one that is not there is found before Node-RED hangs on it or drops messages. */

import type { Definition, Json, WorkflowNode } from "../../../domain/definition.ts";
import type { NodeFault } from "../../../ports/dialect.ts";
import { isList, isObject, short, stringsOf, subflowPrefix } from "./flow-nodes.ts";

/** Settings of core nodes that hold the id of a configuration node, as their editor declares them. */
const namedBy: Readonly<Record<string, readonly string[]>> = {
  "mqtt in": ["broker"],
  "mqtt out": ["broker"],
  "mqtt-broker": ["tls"],
  "http request": ["tls", "proxy"],
  "http in": ["swaggerDoc"],
  "websocket in": ["server", "client"],
  "websocket out": ["server", "client"],
  "websocket-client": ["tls"],
  "tcp in": ["tls"],
  "tcp out": ["tls"],
  "tcp request": ["tls"],
};

/** Settings by which nodes of all palettes name theirs. Their value counts when it looks like an id that Node-RED makes. */
const customary = ["broker", "tls", "server", "proxy", "client", "connection", "config", "group", "tab", "base", "theme", "page", "ui"];
const madeId = /^(?:[0-9a-f]{16}|[0-9a-f]{6,8}\.[0-9a-f]{5,8})$/;

interface Reference {
  readonly key: string;
  readonly id: string;
}

/** Settings that name a node which the definition does not contain. Of disabled nodes nothing is said: they do not run. */
export function* unknownReferences({ nodes }: Definition): Iterable<NodeFault | null> {
  const ids = new Set(nodes.map(({ id }) => id));
  const templates = new Set(nodes.filter(({ type }) => type === "subflow").map(({ id }) => id));
  for (const [index, node] of nodes.entries()) {
    yield null;
    if (node.config["d"] === true) continue;
    const template = node.type.startsWith(subflowPrefix) ? node.type.slice(subflowPrefix.length) : null;
    if (template !== null && !templates.has(template)) yield unknownTemplate(index, node, template);
    for (const { key, id } of referencesOf(node)) if (!ids.has(id)) yield unknownNode(index, node, { key, id });
  }
}

function* referencesOf(node: WorkflowNode): Iterable<Reference> {
  yield* configNodes(node);
  if (namesLinks(node)) for (const id of stringsOf(node.config["links"])) yield { key: "links", id };
  for (const id of stringsOf(node.config["scope"])) yield { key: "scope", id };
  for (const id of handedDown(node.config["env"])) yield { key: "env", id };
  if (node.type === "subflow") yield* templatePorts(node);
}

function* configNodes({ type, config }: WorkflowNode): Iterable<Reference> {
  const certain = Object.hasOwn(namedBy, type) ? namedBy[type] : undefined;
  for (const key of certain ?? customary) {
    const id = config[key];
    if (typeof id !== "string" || !isReference(id, certain !== undefined)) continue;
    if (key !== "tls" || config["usetls"] !== false) yield { key, id };
  }
}

function isReference(id: string, isCertain: boolean): boolean {
  return isCertain ? id !== "" : madeId.test(id);
}

/** A link call that is dynamic gets its target from the message. */
function namesLinks({ type, config }: WorkflowNode): boolean {
  if (type === "link call") return config["linkType"] !== "dynamic";
  return type === "link in" || (type === "link out" && config["mode"] !== "return");
}

/** A subflow's instance hands configuration nodes down as variables. */
function handedDown(env: Json | undefined): readonly string[] {
  if (!isList(env)) return [];
  return env.flatMap((entry) => {
    if (!isObject(entry) || !["conf-type", "conf-types"].includes(String(entry["type"]))) return [];
    return typeof entry["value"] === "string" && entry["value"] !== "" ? [entry["value"]] : [];
  });
}

/** A template's ways in and out, and its status, name inner nodes. */
function* templatePorts({ config }: WorkflowNode): Iterable<Reference> {
  const ports = { in: config["in"], out: config["out"], status: [config["status"] ?? null] };
  for (const [key, list] of Object.entries(ports)) {
    for (const port of isList(list) ? list : []) for (const id of wiredTo(port)) yield { key, id };
  }
}

function wiredTo(port: Json): readonly string[] {
  const wires: unknown = isObject(port) ? port["wires"] : [];
  return Array.isArray(wires)
    ? wires.flatMap((wire: unknown) => (isObject(wire) && typeof wire["id"] === "string" ? [wire["id"]] : []))
    : [];
}

/** Node-RED's editor leaves the ids of removed nodes in a scope: what is still there works. */
function unknownNode(index: number, node: WorkflowNode, { key, id }: Reference): NodeFault {
  const message = `node "${short(node.id)}" (${short(node.type)}) names "${short(id)}" as ${key}, which is no node of this definition`;
  return { kind: "unknown-node", severity: key === "scope" ? "warning" : "error", node: index, key, message, wanted: id };
}

function unknownTemplate(index: number, node: WorkflowNode, template: string): NodeFault {
  const message = `node "${short(node.id)}" is an instance of the subflow "${short(template)}", which the definition does not contain`;
  const hint = "Export the flow together with its subflows.";
  return { kind: "unknown-node", severity: "error", node: index, key: null, message, hint };
}
