/** What is told and kept of a change: in the sentences of a person, without secrets, and bounded. */

import { describe, expect, it } from "vitest";
import { applyChanges } from "../../../src/domain/changes/apply.ts";
import { recordChanges, recordInSlices } from "../../../src/domain/changes/recorded.ts";
import type { Connection, Definition, JsonObject, WorkflowNode } from "../../../src/domain/desired/definition.ts";

function node(id: string, type: string, title: string | null, config: JsonObject = {}): WorkflowNode {
  return { id, type, ...(title === null ? {} : { title }), position: { x: 100, y: 80 }, config };
}

function wire(from: string, to: string, port = 0): Connection {
  return { from: { node: from, port }, to: { node: to, port: 0 } };
}

const shop: Definition = {
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

type Edit = (definition: Definition) => Definition;

const changed =
  (id: string, change: (node: WorkflowNode) => WorkflowNode): Edit =>
  (flow) => ({ ...flow, nodes: flow.nodes.map((each) => (each.id === id ? change(each) : each)) });
const config = (id: string, settings: JsonObject): Edit => changed(id, (each) => ({ ...each, config: { ...each.config, ...settings } }));
const rewired =
  (gone: readonly Connection[], come: readonly Connection[]): Edit =>
  (flow) => ({
    ...flow,
    connections: [...flow.connections.filter((each) => !gone.some((one) => JSON.stringify(one) === JSON.stringify(each))), ...come],
  });
const without =
  (id: string): Edit =>
  (flow) => ({
    ...flow,
    nodes: flow.nodes.filter((each) => each.id !== id),
    connections: flow.connections.filter(({ from, to }) => from.node !== id && to.node !== id),
  });
const withNode =
  (added: WorkflowNode, ...connections: readonly Connection[]): Edit =>
  (flow) => ({ ...flow, nodes: [...flow.nodes, added], connections: [...flow.connections, ...connections] });
const settings =
  (change: JsonObject): Edit =>
  (flow) => ({ ...flow, config: { ...flow.config, ...change } });

const said = (edit: Edit, secrets = {}): readonly string[] => recordChanges(shop, edit(shop), secrets).sentences.map(({ text }) => text);

describe("a change is told as a person would", () => {
  it.each<[string, Edit, readonly string[]]>([
    ["a function", config("b2", { func: "msg.total = 2;\nreturn msg;\n" }), ['function "Price the lines" changed: config.func']],
    ["a path", config("a1", { url: "/v2/orders" }), ['http in "POST /orders" changed: config.url "/orders" → "/v2/orders"']],
    ["a disabled node", config("d4", { d: true }), ['debug "Log" was disabled']],
    ["a removed node, and its wires with it", without("d4"), ['debug "Log" was removed']],
    [
      "a node in between",
      withNode(node("n1", "delay", "Slow down"), wire("b2", "n1"), wire("n1", "c3")),
      ['delay "Slow down" was added after output 1 of function "Price the lines", before http response "Answer"'],
    ],
    ["a node without wires", withNode(node("n1", "comment", null)), ['comment "n1" was added']],
    [
      "a moved wire",
      rewired([wire("a1", "b2")], [wire("a1", "c3")]),
      ['the wire from http in "POST /orders" goes to http response "Answer" now, no longer to function "Price the lines"'],
    ],
    [
      "a wire taken off",
      rewired([wire("a1", "b2")], []),
      ['the wire from http in "POST /orders" to function "Price the lines" was removed'],
    ],
    ["a wire more", rewired([], [wire("a1", "d4")]), ['a wire from http in "POST /orders" to debug "Log" was added']],
    [
      "a new name, in another place",
      changed("d4", (each) => ({ ...each, title: "Trace", position: { x: 1, y: 2 } })),
      ['debug "Log" was renamed to "Trace", was moved on the canvas'],
    ],
    ["another place", changed("d4", (each) => ({ ...each, position: { x: 1, y: 2 } })), ['debug "Log" was moved on the canvas']],
    [
      "something in a subflow",
      config("f6", { rules: [1] }),
      ['change "Halve" in the subflow "Discount" changed: config.rules 0 items → 1 item'],
    ],
    ["the whole flow", settings({ disabled: true }), ["the whole flow was disabled"]],
    [
      "variables",
      settings({
        env: [
          { name: "REGION", type: "str", value: "us" },
          { name: "LIMIT", type: "num", value: "3" },
        ],
      }),
      ['variable "KEY" was removed', 'variable "REGION" changed "eu" → "us"', 'variable "LIMIT" was added'],
    ],
    ["its label", settings({ label: "orders (test)" }), ['the flow itself changed: config.label "orders" → "orders (test)"']],
    ["nothing", (flow) => ({ ...flow, nodes: flow.nodes.toReversed() }), []],
  ])("%s", (_what, edit, sentences) => {
    expect(said(edit)).toEqual(sentences);
  });

  it("many nodes that only lie elsewhere are one sentence", () => {
    const all: Edit = (flow) => ({ ...flow, nodes: flow.nodes.map((each) => ({ ...each, position: { x: 7, y: 7 } })) });
    expect(said(all)).toEqual(["6 nodes were moved on the canvas"]);
  });

  it("the changes that are kept lead to what was there", () => {
    const there = without("d4")(config("b2", { func: "return null;" })(shop));
    const { changes } = recordChanges(shop, there);
    expect(changes && applyChanges(shop, changes)).toEqual(there);
  });
});

describe("what is secret is neither shown nor kept, and that it is another one is", () => {
  const secret = "c4tch-me-if-you-can";
  it.each<[string, Edit]>([
    ["a value that the unit was given", config("b2", { func: `const key = "x${secret}x";` })],
    ["a password in a function", config("b2", { func: `const password = '${secret}';` })],
    ["a header in a function", config("b2", { func: `msg.headers = {Authorization: "Bearer ${secret}"};` })],
    ["an address with a password", config("b2", { url: `https://me:${secret}@example.com/` })],
    ["a setting named so", config("b2", { apiKey: secret })],
    ["a number named so", config("b2", { credentials: { user: "me", password: secret } })],
    ["a header of a list", config("b2", { headers: [{ keyType: "Authorization", valueType: "other", valueValue: secret }] })],
    ["a rule that sets one", config("f6", { rules: [{ t: "set", p: "headers.authorization", to: secret, tot: "str" }] })],
    [
      "a variable",
      settings({
        env: [
          { name: "REGION", type: "str", value: "eu" },
          { name: "KEY", type: "cred", value: secret },
        ],
      }),
    ],
    ["a variable named so", settings({ env: [{ name: "DB_PASSWORD", type: "str", value: secret }] })],
    ["a new node", withNode(node("n1", "mqtt-broker", "Broker", { credentials: { user: secret, password: secret } }))],
  ])("%s", (_what, edit) => {
    const recorded = recordChanges(shop, edit(shop), { ORDERS_KEY: secret });
    expect(recorded.sentences).not.toEqual([]);
    expect(JSON.stringify(recorded)).not.toContain(secret);
  });

  it.each<[string, JsonObject, JsonObject]>([
    ["a setting", { apiKey: "one" }, { apiKey: "two" }],
    ["within a text", { func: 'const password = "one";' }, { func: 'const password = "two";' }],
    [
      "in a list",
      { headers: [{ keyType: "Authorization", valueValue: "one" }] },
      { headers: [{ keyType: "Authorization", valueValue: "two" }] },
    ],
    ["a number", { apiKey: 1 }, { apiKey: 2 }],
  ])("%s that is another secret than before is a change", (_what, one, two) => {
    const [from, to] = [config("b2", one)(shop), config("b2", two)(shop)];
    const { sentences, changes } = recordChanges(from, to);
    expect(sentences).toHaveLength(1);
    expect(JSON.stringify(changes)).toContain("(hidden, another one)");
  });

  it("a reference to a variable is no secret", () => {
    const { changes } = recordChanges(shop, config("b2", { apiKey: "${ORDERS_KEY}" })(shop));
    expect(JSON.stringify(changes)).toContain("${ORDERS_KEY}");
  });
});

describe("what is kept is bounded", () => {
  it("of many changes only some are told, and how many more there were", () => {
    const many: Edit = (flow) => ({
      ...flow,
      nodes: Array.from({ length: 100 }, (_, index) => node(`n${index}`, "debug", "x".repeat(900))),
    });
    const { sentences, more } = recordChanges(shop, many(shop));
    expect([sentences.length, more]).toEqual([40, 66]);
    expect(Math.max(...sentences.map(({ text }) => text.length))).toBeLessThanOrEqual(400);
  });

  it("of a large definition of which everything is another only some nodes are looked at, in slices", () => {
    const flow = (text: string): Definition => ({
      ...shop,
      nodes: Array.from({ length: 1_000 }, (_, index) => node(`n${index}`, "function", null, { func: `${text} ${index}` })),
      connections: [],
    });
    const steps = recordInSlices(flow("one"), flow("other"));
    let slices = 0;
    let step = steps.next();
    for (; step.done !== true; step = steps.next()) slices += 1;
    const { sentences, more, changes } = step.value;
    expect([slices, sentences.length, sentences.length + more, changes]).toEqual([4, 40, 1_000, null]);
  });

  it("changes that are too large are told, and not kept", () => {
    const large: Edit = (flow) => ({
      ...flow,
      nodes: Array.from({ length: 9 }, (_, index) => node(`n${index}`, "function", null, { func: "y".repeat(9_000) })),
    });
    const { sentences, changes } = recordChanges(shop, large(shop));
    expect([sentences.length, changes]).toEqual([15, null]);
  });

  it("of a text that is too long only its length is kept", () => {
    const { changes } = recordChanges(shop, config("b2", { func: "z".repeat(200_000) })(shop));
    expect(JSON.stringify(changes)).toContain("(200000 characters, others than before)");
  });
});
