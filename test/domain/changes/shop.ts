/** A small flow, and the edits that a person makes in it: what tests of changes share. */

import type { Connection, Definition, JsonObject, WorkflowNode } from "../../../src/domain/desired/definition.ts";

export function node(id: string, type: string, title: string | null, config: JsonObject = {}): WorkflowNode {
  return { id, type, ...(title === null ? {} : { title }), position: { x: 100, y: 80 }, config };
}

export function wire(from: string, to: string, port = 0): Connection {
  return { from: { node: from, port }, to: { node: to, port: 0 } };
}

export const shop: Definition = {
  nodes: [
    node("a1", "http in", null, { method: "post", url: "/orders" }),
    node("b2", "function", "Price the lines", { func: "msg.total = 1;\nreturn msg;\n", outputs: 2 }),
    node("c3", "http response", "Answer"),
    node("d4", "debug", "Log"),
    node("e5", "subflow", "Discount"),
    node("f6", "change", "Halve", { z: "e5", rules: [] }),
  ],
  connections: [wire("a1", "b2"), wire("b2", "c3"), wire("b2", "d4", 1)],
  config: {
    label: "orders",
    env: [
      { name: "REGION", type: "str", value: "eu" },
      { name: "KEY", type: "cred" },
    ],
  },
};

export type Edit = (definition: Definition) => Definition;

export const changed =
  (id: string, change: (node: WorkflowNode) => WorkflowNode): Edit =>
  (flow) => ({ ...flow, nodes: flow.nodes.map((each) => (each.id === id ? change(each) : each)) });
export const config = (id: string, settings: JsonObject): Edit =>
  changed(id, (each) => ({ ...each, config: { ...each.config, ...settings } }));
export const rewired =
  (gone: readonly Connection[], come: readonly Connection[]): Edit =>
  (flow) => ({
    ...flow,
    connections: [...flow.connections.filter((each) => !gone.some((one) => JSON.stringify(one) === JSON.stringify(each))), ...come],
  });
export const without =
  (id: string): Edit =>
  (flow) => ({
    ...flow,
    nodes: flow.nodes.filter((each) => each.id !== id),
    connections: flow.connections.filter(({ from, to }) => from.node !== id && to.node !== id),
  });
export const withNode =
  (added: WorkflowNode, ...connections: readonly Connection[]): Edit =>
  (flow) => ({ ...flow, nodes: [...flow.nodes, added], connections: [...flow.connections, ...connections] });
export const settings =
  (change: JsonObject): Edit =>
  (flow) => ({ ...flow, config: { ...flow.config, ...change } });
