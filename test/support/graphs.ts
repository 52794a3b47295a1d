/** Arbitrary definitions for property tests: odd ids, odd keys, duplicates of connections, and pairs that have much in common. */

import fc from "fast-check";
import type { Connection, Definition, Json, JsonObject, WorkflowNode } from "../../src/domain/desired/definition.ts";

const oddText = fc.constantFrom(
  "",
  "a",
  "b",
  "a/b",
  "~",
  "~1",
  "__proto__",
  "constructor",
  "toString",
  "0",
  "a:0",
  "a -> b",
  'q"uote',
  "ü",
  "\u202e",
  "\n",
  "length",
);

const text = fc.oneof(oddText, fc.string({ unit: "grapheme", maxLength: 6 }));

const json: fc.Arbitrary<Json> = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constantFrom<Json>(null, true, false, 0, 1, 2, "x", ""),
    fc.integer(),
    text,
    fc.array(tie("value"), { maxLength: 3 }),
    jsonObject(tie("value")),
  ),
})).value;

function jsonObject(value: fc.Arbitrary<Json>): fc.Arbitrary<JsonObject> {
  return fc.array(fc.tuple(text, value), { maxLength: 4 }).map((entries) => Object.fromEntries(entries));
}

const config = jsonObject(json);

const node: fc.Arbitrary<WorkflowNode> = fc.record(
  {
    id: text,
    type: fc.constantFrom("function", "http in", "switch"),
    title: text,
    position: fc.record({ x: fc.integer(), y: fc.integer() }),
    config,
  },
  { requiredKeys: ["id", "type", "config"], noNullPrototype: true },
);

const nodes = fc.uniqueArray(node, { selector: (one) => one.id, maxLength: 8 });

function connections(ids: readonly string[]): fc.Arbitrary<Connection[]> {
  const end = fc.record(
    { node: fc.oneof(text, fc.constantFrom("a", ...ids)), port: fc.oneof(fc.nat(2), oddText) },
    { noNullPrototype: true },
  );
  return fc.array(fc.record({ from: end, to: end }, { noNullPrototype: true }), { maxLength: 8 });
}

/** Any definition. Connections may lead anywhere: comparing does not depend on it. */
export const definition: fc.Arbitrary<Definition> = nodes.chain((list) =>
  fc.record({ nodes: fc.constant(list), connections: connections(list.map((one) => one.id)), config }, { noNullPrototype: true }),
);

/** Two definitions, the second often an edit of the first. */
export const pair: fc.Arbitrary<readonly [Definition, Definition]> = fc.oneof(
  fc.tuple(definition, definition),
  fc
    .tuple(definition, definition, fc.infiniteStream(fc.boolean()))
    .map(([from, other, coin]) => [from, blend(from, other, () => coin.next().value === true)] as const),
);

function blend(from: Definition, other: Definition, toss: () => boolean): Definition {
  const kept = from.nodes.filter(toss).map((one, index) => edited(one, other.nodes[index], toss));
  const known = new Set(kept.map((one) => one.id));
  return {
    nodes: [...other.nodes.filter((one) => !known.has(one.id) && toss()), ...kept],
    connections: [...from.connections.filter(toss), ...from.connections.filter(toss), ...other.connections.filter(toss)],
    config: mixed(from.config, other.config, toss),
  };
}

function edited(one: WorkflowNode, other: WorkflowNode | undefined, toss: () => boolean): WorkflowNode {
  if (other === undefined || toss()) return one;
  return { ...other, id: one.id, config: mixed(one.config, other.config, toss) };
}

function mixed(left: JsonObject, right: JsonObject, toss: () => boolean): JsonObject {
  return Object.fromEntries([...Object.entries(left).filter(toss), ...Object.entries(right).filter(toss)]);
}

/** The same definition in another order, of keys too. */
export function reordered(value: Definition): Definition {
  return {
    config: reversedKeys(value.config) as JsonObject,
    connections: [...value.connections].reverse().map(flipped),
    nodes: [...value.nodes].reverse().map(turned),
  };
}

function flipped({ from, to }: Connection): Connection {
  return { to: { port: to.port, node: to.node }, from: { port: from.port, node: from.node } };
}

function turned(one: WorkflowNode): WorkflowNode {
  return {
    ...(Object.fromEntries(Object.entries(one).reverse()) as unknown as WorkflowNode),
    config: reversedKeys(one.config) as JsonObject,
  };
}

function reversedKeys(value: Json): Json {
  if (Array.isArray(value)) return value.map(reversedKeys);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, member]) => [key, reversedKeys(member)]),
  );
}
