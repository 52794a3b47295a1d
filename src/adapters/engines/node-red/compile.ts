/** Turns a unit into Node-RED's flow objects: one tab of its own, so that any number of versions run side by side. Pure. */

import type { Definition, Json, JsonObject, WorkflowNode } from "../../../domain/desired/definition.ts";
import type { UnitRef } from "../../../domain/names.ts";
import type { DeploymentUnit, PublicEndpoint } from "../../../domain/desired/unit.ts";
import { secretReference } from "./credentials.ts";
import { errorPath } from "./error-path.ts";
import { type FlowNode, idsOf, isList, isObject, subflowPrefix } from "./flow-nodes.ts";
import { mark } from "./marker.ts";
import { type Owner, ownerSuffix } from "./ownership.ts";
import { lastNode } from "./readiness.ts";
import { refuseUnrunnable } from "./refusals.ts";
import { methodOf, withSlash } from "./ways-in.ts";

export interface CompiledUnit {
  readonly unit: UnitRef;
  readonly tab: string;
  /** The tab first. */
  readonly nodes: readonly FlowNode[];
  readonly endpoints: readonly PublicEndpoint[];
  /** Types that the engine must know. */
  readonly types: ReadonlySet<string>;
  /** Ids of nodes that start messages by themselves. */
  readonly triggers: readonly string[];
}

/** @throws PinionError `engine/refused` for a definition that Node-RED cannot run. */
export function compileUnit(unit: DeploymentUnit, owner: Owner = null): CompiledUnit {
  refuseUnrunnable(unit);
  const tab = tabId(unit, owner);
  const plan = planOf(tab, unit.definition);
  const nodes = [...unit.definition.nodes.map((node) => compileNode(plan, node)), ...errorPath(tab, unit.definition), lastNode(tab)];
  const bare = compileTab(tab, unit);
  return {
    unit: { process: unit.process, version: unit.version, digest: unit.digest },
    tab,
    nodes: [mark(unit, bare, nodes, owner), ...nodes],
    endpoints: endpointsOf(tab, nodes),
    types: new Set(nodes.map((node) => node.type).filter((type) => type !== "subflow" && !type.startsWith(subflowPrefix))),
    triggers: triggersOf(unit.definition),
  };
}

/** Readable, the same for the same unit and owner everywhere, and safe in a URL and as a Node-RED id. It holds no dot: what follows one is a node of the unit. */
export function tabId(unit: UnitRef, owner: Owner = null): string {
  return `${unit.process}-${unit.version}-${unit.digest.slice(7, 19)}${ownerSuffix(owner)}`.replaceAll(/[^A-Za-z0-9-]/g, "-");
}

/** Where a unit answers inside the engine; public paths are appended to it. */
export function privatePath(tab: string): string {
  return `/~${tab}`;
}

/** Public ways in, read from compiled nodes: the private prefix is taken off again. */
export function endpointsOf(tab: string, nodes: readonly FlowNode[]): readonly PublicEndpoint[] {
  return nodes
    .filter((node) => node["d"] !== true)
    .flatMap((node) => {
      if (node.type === "http in") return [{ method: String(node["method"]).toUpperCase(), path: withoutPrefix(tab, node["url"]) }];
      if (node.type === "websocket-listener") return [{ method: "GET", path: withoutPrefix(tab, node["path"]) }];
      return [];
    });
}

interface Plan {
  readonly tab: string;
  readonly templates: ReadonlySet<string>;
  /** Nodes that Node-RED must take for settings, not for nodes of the canvas. */
  readonly configNodes: ReadonlySet<string>;
  readonly ids: ReadonlySet<string>;
  readonly wires: ReadonlyMap<string, readonly (readonly string[])[]>;
}

function planOf(tab: string, definition: Definition): Plan {
  const wired = new Set(definition.connections.flatMap(({ from, to }) => [from.node, to.node]));
  const isConfig = (node: WorkflowNode): boolean =>
    !node.position && !wired.has(node.id) && !alwaysOnCanvas.has(node.type) && !node.type.startsWith(subflowPrefix);
  return {
    tab,
    templates: new Set(definition.nodes.filter((node) => node.type === "subflow").map((node) => node.id)),
    configNodes: new Set(definition.nodes.filter(isConfig).map((node) => node.id)),
    ids: new Set(definition.nodes.map((node) => node.id)),
    wires: wiresOf(tab, definition),
  };
}

/** Types that make no sense as settings, for authors who leave the position out. */
const alwaysOnCanvas = new Set([
  "http in",
  "inject",
  "link in",
  "link out",
  "link call",
  "catch",
  "status",
  "complete",
  "comment",
  "debug",
  "function",
]);

function wiresOf(tab: string, { connections }: Definition): ReadonlyMap<string, string[][]> {
  const wires = new Map<string, string[][]>();
  for (const { from, to } of connections) {
    const outputs = wires.get(from.node) ?? [];
    while (outputs.length <= Number(from.port)) outputs.push([]);
    outputs[Number(from.port)]?.push(prefixed(tab, to.node));
    wires.set(from.node, outputs);
  }
  return wires;
}

function compileNode(plan: Plan, node: WorkflowNode): FlowNode {
  const config = Object.fromEntries(Object.entries(node.config).map(([key, value]) => [key, rewritten(plan, key, value)]));
  const id = prefixed(plan.tab, node.id);
  const name = node.title === undefined ? {} : { name: node.title };
  if (node.type === "subflow") return { name: node.id, ...config, ...name, ...template(plan, node), id, type: node.type };
  const type = node.type.startsWith(subflowPrefix) ? subflowPrefix + prefixed(plan.tab, node.type.slice(subflowPrefix.length)) : node.type;
  const z = typeof node.config["z"] === "string" && plan.templates.has(node.config["z"]) ? prefixed(plan.tab, node.config["z"]) : plan.tab;
  const address = addressOf(plan.tab, node);
  if (plan.configNodes.has(node.id)) return { ...config, ...name, ...address, id, type, z };
  const { x, y } = node.position ?? { x: 120, y: 80 };
  return { ...config, ...name, ...address, id, type, z, x, y, wires: plan.wires.get(node.id) ?? [] };
}

function addressOf(tab: string, node: WorkflowNode): JsonObject {
  if (node.type === "http in") return { method: methodOf(node.config["method"]), url: privatePath(tab) + withSlash(node.config["url"]) };
  if (node.type === "websocket-listener") return { path: privatePath(tab) + withSlash(node.config["path"]) };
  return {};
}

/** A template's ways in and out name inner nodes by id. */
function template(plan: Plan, node: WorkflowNode): JsonObject {
  const ports = (value: Json | undefined): Json => (isList(value) ? value.map((port) => templatePort(plan, port)) : []);
  const status = node.config["status"];
  return {
    in: ports(node.config["in"]),
    out: ports(node.config["out"]),
    ...(isObject(status) ? { status: templatePort(plan, status) } : {}),
  };
}

function templatePort(plan: Plan, port: Json): Json {
  if (!isObject(port)) return port;
  const wires = isList(port["wires"]) ? port["wires"] : [];
  const renamed = wires.map((wire) =>
    isObject(wire) && typeof wire["id"] === "string" ? { ...wire, id: prefixed(plan.tab, wire["id"]) } : wire,
  );
  return { ...port, wires: renamed };
}

/** Properties that hold text for people or flows, where equality with some id means nothing. */
const freeText = new Set([
  "z",
  "name",
  "info",
  "label",
  "topic",
  "payload",
  "func",
  "initialize",
  "finalize",
  "template",
  "url",
  "path",
  "method",
  "property",
  "field",
]);

/** Ids of other nodes inside a node's settings get the unit's prefix, so that copies of a flow never share anything. */
function rewritten(plan: Plan, key: string, value: Json): Json {
  if (key === "links" || (key === "scope" && isList(value)))
    return idsOf(value).map((id) => (plan.ids.has(id) ? prefixed(plan.tab, id) : id));
  if (key === "env" && isList(value)) return value.map((entry) => rewrittenEnv(plan, entry));
  if (typeof value === "string" && plan.configNodes.has(value) && !freeText.has(key)) return prefixed(plan.tab, value);
  return value;
}

/** A subflow's instance hands config nodes down as variables of type `conf-type`. */
function rewrittenEnv(plan: Plan, given: Json): Json {
  const entry = withReference(given, "$parent.");
  if (!isObject(entry) || !["conf-type", "conf-types"].includes(String(entry["type"]))) return entry;
  return { ...entry, value: prefixedIfKnown(plan, entry["value"] ?? null) };
}

/** A secret variable whose value names another one: Node-RED would take the name for the secret, or lose it. A subflow asks what is around it. */
function withReference(entry: Json, where: "" | "$parent."): Json {
  const name = isObject(entry) ? secretReference(entry) : null;
  return name === null ? entry : { ...(entry as JsonObject), type: "env", value: where + name };
}

function prefixedIfKnown(plan: Plan, value: Json): Json {
  return typeof value === "string" && plan.ids.has(value) ? prefixed(plan.tab, value) : value;
}

function prefixed(tab: string, id: string): string {
  return `${tab}.${id}`;
}

function withoutPrefix(tab: string, path: Json | undefined): string {
  const text = String(path);
  return text.startsWith(privatePath(tab)) ? text.slice(privatePath(tab).length) : text;
}

function compileTab(tab: string, unit: DeploymentUnit): FlowNode {
  const { label, info, env } = unit.definition.config;
  const secrets = Object.keys(unit.secrets);
  const given = new Set([...Object.keys(unit.variables), ...secrets]);
  const own = isList(env)
    ? env.filter((entry) => !isObject(entry) || !given.has(String(entry["name"]))).map((entry) => withReference(entry, ""))
    : [];
  const variables = Object.entries(unit.variables)
    .filter(([name]) => !secrets.includes(name))
    .map(([name, value]) => variable(name, value));
  const note = `Installed by Pinion as ${unit.process} ${unit.version}. Change it in the config repository: edits made here are undone.`;
  return {
    id: tab,
    type: "tab",
    label: `${unit.process} ${unit.version}${typeof label === "string" && label !== unit.process ? ` (${label})` : ""}`,
    disabled: false,
    info: typeof info === "string" ? `${note}\n\n${info}` : note,
    env: [...own, ...variables, ...secrets.map((name) => ({ name, type: "cred", value: "" }))],
    ...(secrets.length > 0 ? { credentials: { ...unit.secrets } } : {}),
  };
}

function variable(name: string, value: Json): JsonObject {
  switch (typeof value) {
    case "string":
      return { name, type: "str", value };
    case "number":
      return { name, type: "num", value: String(value) };
    case "boolean":
      return { name, type: "bool", value: String(value) };
    default:
      return { name, type: "json", value: JSON.stringify(value) };
  }
}

/** Nodes that nothing leads into start messages by themselves, but for those that a request or another node's doing sets off. */
function triggersOf(definition: Definition): readonly string[] {
  const led = new Set(definition.connections.map(({ to }) => to.node));
  for (const node of definition.nodes.filter((each) => each.type === "subflow")) for (const id of templateEntries(node)) led.add(id);
  return definition.nodes
    .filter((node) => startsMessages.has(node.type) && !led.has(node.id) && node.config["d"] !== true && !isIdleInject(node))
    .map((node) => node.id);
}

/** Core nodes that begin a message without being asked by one. */
const startsMessages = new Set(["inject", "mqtt in", "tcp in", "udp in", "watch"]);

function isIdleInject(node: WorkflowNode): boolean {
  return node.type === "inject" && node.config["once"] !== true && !Number(node.config["repeat"]) && !node.config["crontab"];
}

function templateEntries(node: WorkflowNode): readonly string[] {
  const inputs = isList(node.config["in"]) ? node.config["in"] : [];
  return inputs
    .flatMap((port) => (isObject(port) && isList(port["wires"] as Json) ? (port["wires"] as readonly Json[]) : []))
    .flatMap((wire) => (isObject(wire) ? [String(wire["id"])] : []));
}
