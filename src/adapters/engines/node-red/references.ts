/** Which settings of a node name other nodes, so that one that is not there is found before Node-RED hangs on it or drops messages. */

import type { Definition, Json, WorkflowNode } from "../../../domain/desired/definition.ts";
import type { NodeFault } from "../../../ports/dialect.ts";
import { idsOf, isList, isObject, short, stringsOf, subflowPrefix } from "./flow-nodes.ts";

/** Settings of core nodes that hold the id of a configuration node, as their editor declares them, and its type; null: of whatever type. */
const namedBy: Readonly<Record<string, Readonly<Record<string, string | null>>>> = {
  "mqtt in": { broker: "mqtt-broker" },
  "mqtt out": { broker: "mqtt-broker" },
  "mqtt-broker": { tls: "tls-config" },
  "http request": { tls: "tls-config", proxy: "http proxy" },
  "http in": { swaggerDoc: null },
  "websocket in": { server: "websocket-listener", client: "websocket-client" },
  "websocket out": { server: "websocket-listener", client: "websocket-client" },
  "websocket-client": { tls: "tls-config" },
  "tcp in": { tls: "tls-config" },
  "tcp out": { tls: "tls-config" },
  "tcp request": { tls: "tls-config" },
};

/** Settings by which nodes of all palettes name theirs. Their value counts when it looks like an id that Node-RED makes. */
const customary = new Set(
  "broker tls server proxy client connection config group tab base theme page ui".split(" ").concat(
    // Databases, chats, buses and bridges of the palettes that are installed most.
    "mydb database mongodb influxdb postgresdb postgreSQLConfig mssqlCN bot bridge account controller gateway serial endpoint".split(" "),
  ),
);
const madeId = /^(?:[0-9a-f]{16}|[0-9a-f]{6,8}\.[0-9a-f]{5,8})$/;

/** Node-RED puts the value of a variable there, such as a configuration node that a subflow is handed. */
const variable = /^\$\{[^}]+\}$/;

interface Reference {
  readonly key: string;
  readonly id: string;
  /** What it must be; null: whatever there is. */
  readonly type: string | null;
}

/** Settings that name a node which the definition does not contain. Of disabled nodes nothing is said but that their subflow is missing: they do not run. */
export function* unknownReferences({ nodes }: Definition): Iterable<NodeFault | null> {
  const named = new Map(nodes.map((node) => [node.id, node]));
  for (const [index, node] of nodes.entries()) {
    yield null;
    const template = node.type.startsWith(subflowPrefix) ? node.type.slice(subflowPrefix.length) : null;
    if (template !== null && named.get(template)?.type !== "subflow") yield unknownTemplate(index, node, template);
    if (node.config["d"] !== true) yield* wrongTargets(index, node, named);
  }
}

function* wrongTargets(index: number, node: WorkflowNode, named: ReadonlyMap<string, WorkflowNode>): Iterable<NodeFault> {
  for (const reference of referencesOf(node)) {
    const target = named.get(reference.id);
    const what = whatIsWrong(reference, target);
    if (what !== null) yield wrongReference(index, node, reference, what);
    else if (target?.config["d"] === true) yield disabledTarget(index, node, reference);
  }
  const lacking = lackingTarget(node);
  if (lacking !== null) yield noTarget(index, node, lacking);
}

/** A reference that leads nowhere is wrong, and so is one to something that cannot do what is asked of it. */
function whatIsWrong({ type }: Reference, target: WorkflowNode | undefined): Wrong | null {
  if (target === undefined) return { what: "is no node of this definition", hint: null };
  if (type === null || target.type === type) return null;
  return { what: `is of type ${short(target.type)}, not ${type}`, hint: `Name a node of type ${type}.` };
}

interface Wrong {
  readonly what: string;
  /** Null: the name that is nearest to it, where one is. */
  readonly hint: string | null;
}

function* referencesOf(node: WorkflowNode): Iterable<Reference> {
  yield* configNodes(node);
  for (const id of linksOf(node)) yield { key: "links", id, type: node.type === "link in" ? null : "link in" };
  for (const id of stringsOf(node.config["scope"])) yield { key: "scope", id, type: null };
  for (const id of handedDown(node.config["env"])) yield { key: "env", id, type: null };
  if (node.type === "subflow") yield* templatePorts(node);
}

function* configNodes({ type, config }: WorkflowNode): Iterable<Reference> {
  const certain = Object.hasOwn(namedBy, type) ? namedBy[type] : undefined;
  for (const key of certain ? Object.keys(certain) : customary) {
    const id = config[key];
    if (typeof id !== "string" || !isReference(id, certain !== undefined)) continue;
    if (key !== "tls" || config["usetls"] !== false) yield { key, id, type: certain?.[key] ?? null };
  }
}

function isReference(id: string, isCertain: boolean): boolean {
  return isCertain ? id !== "" && !variable.test(id) : madeId.test(id);
}

/** A link call that is dynamic gets its target from the message. */
function linksOf({ type, config }: WorkflowNode): readonly string[] {
  const { links, linkType, mode } = config;
  if (type === "link call") return linkType === "dynamic" ? [] : idsOf(links);
  return type === "link in" || (type === "link out" && mode !== "return") ? stringsOf(links) : [];
}

/** A subflow's instance hands configuration nodes down as variables. */
function handedDown(env: Json | undefined): readonly string[] {
  if (!isList(env)) return [];
  return env.flatMap((entry) => {
    if (!isObject(entry) || !["conf-type", "conf-types"].includes(String(entry["type"]))) return [];
    const { value } = entry;
    return typeof value === "string" && value !== "" && !variable.test(value) ? [value] : [];
  });
}

/** A template's ways in and out, and its status, name inner nodes. */
function* templatePorts({ config }: WorkflowNode): Iterable<Reference> {
  const ports = { in: config["in"], out: config["out"], status: [config["status"] ?? null] };
  for (const [key, list] of Object.entries(ports)) {
    for (const port of isList(list) ? list : []) for (const id of wiredTo(port)) yield { key, id, type: null };
  }
}

function wiredTo(port: Json): readonly string[] {
  const wires: unknown = isObject(port) ? port["wires"] : [];
  return Array.isArray(wires)
    ? wires.flatMap((wire: unknown) => (isObject(wire) && typeof wire["id"] === "string" ? [wire["id"]] : []))
    : [];
}

/** Node-RED's editor leaves the ids of removed nodes in a scope: what is still there works. */
function wrongReference(index: number, node: WorkflowNode, { key, id }: Reference, { what, hint }: Wrong): NodeFault {
  const message = `node "${short(node.id)}" (${short(node.type)}) names "${short(id)}" as ${key}, which ${what}`;
  const severity = key === "scope" ? "warning" : "error";
  return { kind: "unknown-node", severity, node: index, key, message, wanted: id, ...(hint !== null && { hint }) };
}

/** Which may be meant so. */
function disabledTarget(index: number, node: WorkflowNode, { key, id }: Reference): NodeFault {
  const message = `node "${short(node.id)}" (${short(node.type)}) names "${short(id)}" as ${key}, which is disabled`;
  return { kind: "unknown-node", severity: "warning", node: index, key, message, hint: "Enable it, or disable what names it." };
}

/** The setting without which a node does nothing, when it has none; else null. */
function lackingTarget({ type, config }: WorkflowNode): "broker" | "links" | null {
  const { broker, links, linkType, mode } = config;
  if (type === "mqtt in" || type === "mqtt out") return broker === undefined || broker === "" ? "broker" : null;
  const isStatic = type === "link call" ? linkType !== "dynamic" : type === "link out" && mode !== "return";
  return isStatic && idsOf(links).length === 0 ? "links" : null;
}

function noTarget(index: number, node: WorkflowNode, key: "broker" | "links"): NodeFault {
  const what = key === "broker" ? "names no broker: it never connects" : "is linked to nothing: what reaches it ends there";
  const message = `node "${short(node.id)}" (${short(node.type)}) ${what}`;
  return { kind: "unknown-node", severity: "warning", node: index, key: null, message, hint: "Complete it in the editor, or remove it." };
}

function unknownTemplate(index: number, node: WorkflowNode, template: string): NodeFault {
  const message = `node "${short(node.id)}" is an instance of the subflow "${short(template)}", which the definition does not contain`;
  const hint = "Export the flow together with its subflows.";
  return { kind: "unknown-node", severity: "error", node: index, key: null, message, hint };
}
