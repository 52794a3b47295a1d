/** Detecting changes and applying them are inverse to each other, whatever the definitions look like. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalDefinition } from "../../../src/domain/desired/canonical.ts";
import { applyChanges } from "../../../src/domain/changes/apply.ts";
import { detectChanges } from "../../../src/domain/changes/detect.ts";
import type { Connection, JsonObject, WorkflowNode } from "../../../src/domain/desired/definition.ts";
import { connectionId, type WorkflowChanges } from "../../../src/domain/changes/changes.ts";
import { graph, nothing, step, wire } from "./graph-values.ts";
import { definition, pair, reordered } from "../../support/graphs.ts";
import { runs } from "../../support/thorough.ts";

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

function parsed(text: string): JsonObject {
  return JSON.parse(text) as JsonObject;
}
