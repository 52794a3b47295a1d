import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalDefinition, canonicalJson } from "../../../src/domain/desired/canonical.ts";
import type { Definition, Json, JsonObject } from "../../../src/domain/desired/definition.ts";

const json = fc.jsonValue() as fc.Arbitrary<Json>;
const config = fc.dictionary(fc.string(), json, { maxKeys: 3 }) as fc.Arbitrary<JsonObject>;
const end = fc.record({ node: fc.constantFrom("a", "b", "c"), port: fc.oneof(fc.nat(2), fc.constantFrom("0", "x")) });
const definition: fc.Arbitrary<Definition> = fc.record({
  nodes: fc.uniqueArray(fc.record({ id: fc.string(), type: fc.string(), config }), { selector: (node) => node.id, maxLength: 5 }),
  connections: fc.array(fc.record({ from: end, to: end }), { maxLength: 5 }),
  config,
});

describe("the canonical form", () => {
  it("is JSON that means the same", () => {
    fc.assert(fc.property(json, (value) => void expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)))));
  });

  it("does not depend on the order of nodes, connections and keys", () => {
    const turn = (value: Definition): Definition => ({
      config: Object.fromEntries(Object.entries(value.config).toReversed()),
      connections: value.connections.map(({ from, to }) => ({ to, from })).toReversed(),
      nodes: value.nodes.map(({ id, type, config: own }) => ({ config: own, type, id })).toReversed(),
    });
    fc.assert(fc.property(definition, (value) => void expect(canonicalDefinition(turn(value))).toBe(canonicalDefinition(value))));
  });

  const base: Definition = {
    nodes: [{ id: "a", type: "t", config: { x: 1 } }],
    connections: [{ from: { node: "a", port: 0 }, to: { node: "a", port: 0 } }],
    config: {},
  };
  const [node] = base.nodes;
  it.each<readonly [string, Definition]>([
    ["a title", { ...base, nodes: [{ ...node!, title: "A" }] }],
    ["a position", { ...base, nodes: [{ ...node!, position: { x: 1, y: 2 } }] }],
    ["a setting of a node", { ...base, nodes: [{ ...node!, config: { x: "1" } }] }],
    ["a setting of the whole", { ...base, config: { y: null } }],
    ["a port", { ...base, connections: [{ from: { node: "a", port: "0" }, to: { node: "a", port: 0 } }] }],
    ["a connection", { ...base, connections: [] }],
  ])("changes with %s", (_, changed) => {
    expect(canonicalDefinition(changed)).not.toBe(canonicalDefinition(base));
  });

  it("is this text, for ever: digests in catalogues are made of it", () => {
    expect(canonicalDefinition(base)).toBe(
      '{"config":{},"connections":[{"from":{"node":"a","port":0},"to":{"node":"a","port":0}}],"nodes":[{"config":{"x":1},"id":"a","type":"t"}]}',
    );
  });
});
