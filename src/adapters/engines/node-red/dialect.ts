/** Reads what Node-RED exports into the neutral graph, so that a version can be the file that the editor gave. */

import type { Connection, Definition, Json, JsonObject, WorkflowNode } from "../../../domain/desired/definition.ts";
import type { Dialect } from "../../../ports/dialect.ts";
import { credentialFaults } from "./credentials.ts";
import { type FlowNode, isEmpty, isList, isObject, parseFlowNodes, stringsOf } from "./flow-nodes.ts";
import { unknownReferences } from "./references.ts";
import { isIdleGlobalConfig, refuseCredentialsBeside, refuseWhatWouldBeLost } from "./lost.ts";
import { unrunnable } from "./refusals.ts";
import { foreignTypes } from "./core-types.ts";
import { exclusivesOf } from "./exclusives.ts";
import { namedVariables } from "./variables.ts";
import { waysIn } from "./ways-in.ts";

/** Node-RED without a Node-RED: what `definitionFrom` and `pinion validate` need to know of it. */
export const nodeRedDialect: Dialect = {
  engine: "node-red",
  *fromExport(exported) {
    if (isObject(exported)) refuseCredentialsBeside(exported);
    const nodes = parseFlowNodes(isObject(exported) ? exported["flows"] : exported);
    yield;
    return yield* definitionOf(nodes);
  },
  endpoints: waysIn,
  variables: namedVariables,
  exclusives: exclusivesOf,
  *faults(definition) {
    yield* unknownReferences(definition);
    yield* credentialFaults(definition);
    yield* unrunnable(definition);
    yield* foreignTypes(definition);
  },
};

/** Read elsewhere, or of the canvas alone. */
const notConfig = new Set(["id", "type", "name", "x", "y", "wires", "g"]);

/** Nodes converted without a pause. */
const nodesAtOnce = 100;

function* definitionOf(exported: readonly FlowNode[]): Generator<undefined, Definition, undefined> {
  refuseWhatWouldBeLost(exported);
  const tab = exported.find((node) => node.type === "tab");
  const templates = new Set(exported.filter((node) => node.type === "subflow").map((node) => node.id));
  const nodes: WorkflowNode[] = [];
  const connections: Connection[] = [];
  for (const [index, node] of exported.entries()) {
    if (index % nodesAtOnce === 0) yield;
    if (node.type === "tab" || node.type === "group" || isIdleGlobalConfig(node)) continue;
    nodes.push(neutralNode(node, templates));
    for (const connection of connectionsOf(node)) connections.push(connection);
  }
  return { nodes, connections, config: tab ? tabConfig(tab) : {} };
}

/** One node, without what is of the canvas alone. */
export function neutralNode(node: FlowNode, templates: ReadonlySet<string>): WorkflowNode {
  const entries = Object.entries(node).filter(([key, value]) => !notConfig.has(key) && !(key === "z" && !templates.has(String(value))));
  return {
    id: node.id,
    type: node.type,
    ...(typeof node["name"] === "string" && node["name"] !== "" ? { title: node["name"] } : {}),
    ...(typeof node["x"] === "number" && typeof node["y"] === "number" ? { position: { x: node["x"], y: node["y"] } } : {}),
    config: Object.fromEntries(entries),
  };
}

/** The wires that begin at it. */
export function connectionsOf(node: FlowNode): readonly Connection[] {
  const wires = isList(node["wires"]) ? node["wires"] : [];
  return wires.flatMap((targets: Json, port) =>
    stringsOf(targets).map((to) => ({ from: { node: node.id, port }, to: { node: to, port: 0 } })),
  );
}

function tabConfig(tab: FlowNode): JsonObject {
  const keep = ["label", "info", "env"] as const;
  return Object.fromEntries(keep.flatMap((key) => (isEmpty(tab[key]) ? [] : [[key, tab[key] ?? null] as const])));
}
