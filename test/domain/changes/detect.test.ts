/** Detecting changes and applying them are inverse to each other, whatever the definitions look like. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalDefinition } from "../../../src/domain/desired/canonical.ts";
import { applyChanges } from "../../../src/domain/changes/apply.ts";
import { detectChanges } from "../../../src/domain/changes/detect.ts";
import type { Connection, Definition, JsonObject, WorkflowNode } from "../../../src/domain/desired/definition.ts";
import { connectionId, type WorkflowChanges } from "../../../src/domain/changes/changes.ts";
import { definition, pair, reordered } from "../../support/graphs.ts";
import { runs } from "../../support/thorough.ts";

const nothing: WorkflowChanges = {
  nodesAdded: [],
  nodesRemoved: [],
  nodesModified: [],
  connectionsAdded: [],
  connectionsRemoved: [],
  configurationChanges: [],
  userId: "system",
};

function graph(parts: Partial<Definition>): Definition {
  return { nodes: [], connections: [], config: {}, ...parts };
}

function step(id: string, parts: Partial<WorkflowNode> = {}): WorkflowNode {
  return { id, type: "function", config: {}, ...parts };
}

function wire(from: string, to: string, port: number | string = 0): Connection {
  return { from: { node: from, port }, to: { node: to, port: 0 } };
}

describe("for any two definitions", () => {
  it("applying what was detected gives the second one", () => {
    fc.assert(
      fc.property(pair, ([from, to]) => {
        expect(canonicalDefinition(applyChanges(from, detectChanges(from, to)))).toBe(canonicalDefinition(to));
      }),
      runs(200),
    );
  });

  it("the changes survive being written down", () => {
    fc.assert(
      fc.property(pair, ([from, to]) => {
        const changes = JSON.parse(JSON.stringify(detectChanges(from, to))) as WorkflowChanges;
        expect(canonicalDefinition(applyChanges(from, changes))).toBe(canonicalDefinition(to));
      }),
      runs(200),
    );
  });

  it("there are changes exactly when they are not equal", () => {
    fc.assert(
      fc.property(pair, ([from, to]) => {
        const isNothing = JSON.stringify(detectChanges(from, to)) === JSON.stringify(nothing);
        expect(isNothing).toBe(canonicalDefinition(from) === canonicalDefinition(to));
      }),
      runs(150),
    );
  });

  it("swapping them swaps what is added and what is removed", () => {
    fc.assert(
      fc.property(pair, ([from, to]) => {
        const [there, back] = [detectChanges(from, to), detectChanges(to, from)];
        expect(there.nodesAdded.map((node) => node.id).sort()).toEqual([...back.nodesRemoved].sort());
        expect(there.nodesModified.map((one) => one.nodeId).sort()).toEqual(back.nodesModified.map((one) => one.nodeId).sort());
        expect(there.connectionsAdded.map(connectionId).sort()).toEqual([...back.connectionsRemoved].sort());
        expect(there.configurationChanges.map((one) => one.pointer).sort()).toEqual(
          back.configurationChanges.map((one) => one.pointer).sort(),
        );
      }),
      runs(200),
    );
  });

  it("their order makes no difference", () => {
    fc.assert(
      fc.property(definition, (one) => {
        expect(detectChanges(one, reordered(one))).toEqual(nothing);
      }),
      runs(200),
    );
  });

  it("neither is touched", () => {
    fc.assert(
      fc.property(pair, ([from, to]) => {
        const before = JSON.stringify([from, to]);
        applyChanges(from, detectChanges(from, to));
        expect(JSON.stringify([from, to])).toBe(before);
      }),
      runs(200),
    );
  });
});

describe("a node", () => {
  it.each<[string, Partial<WorkflowNode>, Partial<WorkflowNode>, object]>([
    ["moved", { position: { x: 1, y: 1 } }, { position: { x: 2, y: 1 } }, { changes: { position: { x: 2, y: 1 } }, impact: "compatible" }],
    ["renamed", { title: "a" }, { title: "b" }, { changes: { title: "b" }, impact: "compatible" }],
    ["with its title removed", { title: "a" }, {}, { changes: { title: null }, impact: "compatible" }],
    ["of another type", {}, { type: "switch" }, { changes: { type: "switch" }, impact: "breaking" }],
    ["taken off the canvas", { position: { x: 1, y: 1 } }, {}, { changes: { position: null }, impact: "breaking" }],
    ["put on the canvas", {}, { position: { x: 1, y: 1 } }, { changes: { position: { x: 1, y: 1 } }, impact: "breaking" }],
    ["with another value", { config: { n: 1 } }, { config: { n: 2 } }, { changes: { config: { n: 2 } }, impact: "compatible" }],
    ["with a new setting", {}, { config: { n: null } }, { changes: { config: { n: null } }, impact: "compatible" }],
    ["with a setting removed", { config: { n: 1 } }, {}, { changes: { config: {} }, impact: "breaking" }],
    ["with another kind of value", { config: { n: 1 } }, { config: { n: "1" } }, { changes: { config: { n: "1" } }, impact: "breaking" }],
    [
      "with an empty __proto__ for a setting",
      { config: { b: 1 } },
      { config: parsed('{"__proto__": {}}') },
      { changes: { config: parsed('{"__proto__": {}}') } },
    ],
    [
      "with a setting for an empty __proto__",
      { config: parsed('{"__proto__": {}}') },
      { config: { b: 1 } },
      { changes: { config: { b: 1 } } },
    ],
    ["with null for a value", { config: { n: 1 } }, { config: { n: null } }, { changes: { config: { n: null } }, impact: "breaking" }],
    [
      "that is an entry, at another path",
      { type: "http in", config: { url: "/a" } },
      { type: "http in", config: { url: "/b" } },
      { impact: "breaking" },
    ],
    [
      "that is an entry, with an upload allowed",
      { type: "http in", config: { upload: false } },
      { type: "http in", config: { upload: true } },
      { impact: "compatible" },
    ],
    [
      "that calls another path",
      { type: "http request", config: { url: "/a" } },
      { type: "http request", config: { url: "/b" } },
      { impact: "compatible" },
    ],
  ])("%s", (_what, from, to, expected) => {
    const changes = detectChanges(graph({ nodes: [step("n", from)] }), graph({ nodes: [step("n", to)] }));
    expect(changes.nodesModified).toMatchObject([{ nodeId: "n", ...expected }]);
    expect(changes).toMatchObject({ nodesAdded: [], nodesRemoved: [] });
  });

  it("that got another id is a new one and a removed one", () => {
    const changes = detectChanges(graph({ nodes: [step("a")] }), graph({ nodes: [step("b")] }));
    expect(changes).toEqual({ ...nothing, nodesAdded: [step("b")], nodesRemoved: ["a"] });
  });
});

describe("a configuration", () => {
  it.each<[string, JsonObject, JsonObject, readonly object[]]>([
    [
      "deep inside",
      { a: { b: [1, { c: 1 }] } },
      { a: { b: [1, { c: 2 }] } },
      [{ pointer: "/a/b/1/c", kind: "changed", oldValue: 1, newValue: 2 }],
    ],
    ["a list that grew is one change", { a: [1] }, { a: [0, 1] }, [{ pointer: "/a", kind: "changed", oldValue: [1], newValue: [0, 1] }]],
    [
      "keys that need escaping",
      { "a/b": 1, "~": 1 },
      { "a/b": 2 },
      [
        { pointer: "/a~1b", kind: "changed", oldValue: 1, newValue: 2 },
        { pointer: "/~0", kind: "removed", oldValue: 1 },
      ],
    ],
    ["the empty key", {}, { "": null }, [{ pointer: "/", kind: "added", newValue: null }]],
    ["an inherited name", {}, { constructor: 1 }, [{ pointer: "/constructor", kind: "added", newValue: 1 }]],
    [
      "an empty __proto__ for another key",
      parsed('{"__proto__": {}}'),
      { b: 1 },
      [
        { pointer: "/__proto__", kind: "removed", oldValue: {} },
        { pointer: "/b", kind: "added", newValue: 1 },
      ],
    ],
    ["a list is no object", { a: [] }, { a: {} }, [{ pointer: "/a", kind: "changed", oldValue: [], newValue: {} }]],
  ])("%s", (_what, from, to, expected) => {
    const changes = detectChanges(graph({ config: from }), graph({ config: to }));
    expect(changes.configurationChanges).toEqual(expected);
    expect(applyChanges(graph({ config: from }), changes).config).toEqual(to);
  });

  it("cannot reach the prototype of objects", () => {
    const hostile = parsed('{"__proto__": {"polluted": 1}}');
    const result = applyChanges(graph({ config: { a: 1 } }), detectChanges(graph({ config: { a: 1 } }), graph({ config: hostile })));
    expect(Object.keys(result.config)).toEqual(["__proto__"]);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });
});

describe("connections", () => {
  it("count as often as they are there", () => {
    const [once, thrice] = [
      graph({ connections: [wire("a", "b")] }),
      graph({ connections: [wire("a", "b"), wire("a", "b"), wire("a", "b")] }),
    ];
    expect(detectChanges(thrice, once).connectionsRemoved).toEqual(["a:0 -> b:0", "a:0 -> b:0"]);
    expect(detectChanges(once, thrice).connectionsAdded).toEqual([wire("a", "b"), wire("a", "b")]);
  });

  it.each<[Connection, Connection]>([
    [wire("a", "b", 0), wire("a", "b", "0")],
    [wire("a:0 -> b", "c"), wire("a", "b:0 -> c")],
    [wire('"a"', "b"), wire("a", "b")],
    [wire("\u200b", "b"), wire("\\u200b", "b")],
    [wire("", "b"), wire('""', "b")],
  ])("have different ids when they are different", (left, right) => {
    expect(connectionId(left)).not.toBe(connectionId(right));
  });

  it("to port 0 and to the port named 0 are different", () => {
    const changes = detectChanges(graph({ connections: [wire("a", "b", 0)] }), graph({ connections: [wire("a", "b", "0")] }));
    expect(changes).toMatchObject({ connectionsAdded: [wire("a", "b", "0")], connectionsRemoved: ["a:0 -> b:0"] });
  });

  it("have ids that people can read", () => {
    expect(connectionId(wire("receive", "validate"))).toBe("receive:0 -> validate:0");
    expect(connectionId(wire("on order", "b", "main"))).toBe('"on order":"main" -> b:0');
  });
});

describe("changes that were made for another definition are refused", () => {
  it.each<[string, Partial<WorkflowChanges>]>([
    ["a removed node that is not there", { nodesRemoved: ["x"] }],
    [
      "a modified node that is not there",
      { nodesModified: [{ nodeId: "x", changes: {}, configurationChanges: [], impact: "compatible" }] },
    ],
    ["an added node that is there", { nodesAdded: [step("a")] }],
    ["a removed connection that is not there", { connectionsRemoved: ["a:0 -> x:0"] }],
    ["a connection removed more often than it is there", { connectionsRemoved: ["a:0 -> a:0", "a:0 -> a:0"] }],
    ["a removed setting that is not there", { configurationChanges: [{ pointer: "/x", kind: "removed", oldValue: 1 }] }],
    ["an added setting that is there", { configurationChanges: [{ pointer: "/list", kind: "added", newValue: 1 }] }],
    ["a setting inside of a number", { configurationChanges: [{ pointer: "/n/x", kind: "added", newValue: 1 }] }],
    ["the length of a list", { configurationChanges: [{ pointer: "/list/length", kind: "changed", oldValue: 1, newValue: 0 }] }],
    ["a new item of a list", { configurationChanges: [{ pointer: "/list/1", kind: "added", newValue: 0 }] }],
    ["the whole configuration", { configurationChanges: [{ pointer: "", kind: "changed", oldValue: {}, newValue: {} }] }],
  ])("%s", (_what, changes) => {
    const base = graph({ nodes: [step("a")], connections: [wire("a", "a")], config: { list: [1], n: 1 } });
    expect(() => applyChanges(base, { ...nothing, ...changes })).toThrow("the changes do not fit this definition");
  });
});

function parsed(text: string): JsonObject {
  return JSON.parse(text) as JsonObject;
}
