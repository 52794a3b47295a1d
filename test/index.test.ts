/** The library's door: lenient with what is missing, clear about what is wrong. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalDefinition } from "../src/domain/desired/canonical.ts";
import { applyChanges, ChangeDetector, detectChanges, summarizeChanges, type WorkflowDefinition } from "../src/index.ts";
import { pair } from "./support/graphs.ts";

const empty: WorkflowDefinition = { nodes: [], connections: [], config: {} };

function given(value: unknown): WorkflowDefinition {
  return value as WorkflowDefinition;
}

describe("the library", () => {
  it("detects and applies as the domain does", () => {
    fc.assert(
      fc.property(pair, ([from, to]) => {
        const detector = new ChangeDetector();
        expect(canonicalDefinition(detector.applyChanges(from, detector.detectChanges(from, to)))).toBe(canonicalDefinition(to));
      }),
      { numRuns: 100 },
    );
  });

  it("takes a missing config, connections, title and position for none", () => {
    const changes = detectChanges(given({ nodes: [{ id: "a", type: "x", title: null }] }), {
      ...empty,
      nodes: [{ id: "a", type: "x", config: {} }],
    });
    expect(summarizeChanges(changes).lines).toEqual([]);
  });

  it("takes a setting that is undefined for none", () => {
    expect(
      detectChanges(given({ ...empty, config: { a: [{ b: undefined }] } }), { ...empty, config: { a: [{}] } }).configurationChanges,
    ).toEqual([]);
  });

  it("records who made the changes and why", () => {
    expect(detectChanges(empty, empty, { userId: "team-orders", title: "Less", tags: ["x"] })).toMatchObject({
      userId: "team-orders",
      title: "Less",
      tags: ["x"],
    });
    expect(detectChanges(empty, empty).userId).toBe("system");
  });

  const circle: Record<string, unknown> = {};
  circle["self"] = circle;

  it.each<[string, unknown, string]>([
    ["nothing", undefined, "oldDefinition must be an object, not undefined"],
    ["null", null, "oldDefinition must be an object, not null"],
    ["a list", [], "oldDefinition must be an object, not a list"],
    ["no nodes", { connections: [] }, "oldDefinition.nodes must be a list, not undefined"],
    ["a node that is a text", { nodes: ["a"] }, "oldDefinition.nodes[0] must be an object, not string"],
    ["a node without an id", { nodes: [{ type: "x" }] }, "oldDefinition.nodes[0].id must be a text, not undefined"],
    ["a node without a type", { nodes: [{ id: "x" }] }, "oldDefinition.nodes[0].type must be a text, not undefined"],
    [
      "two nodes with one id",
      {
        nodes: [
          { id: "x", type: "y" },
          { id: "x", type: "y" },
        ],
      },
      'oldDefinition.nodes has two nodes with the id "x"',
    ],
    [
      "two nodes with one id, else clean",
      {
        ...empty,
        nodes: [
          { id: "x", type: "y", config: {} },
          { id: "x", type: "y", config: {} },
        ],
      },
      'two nodes with the id "x"',
    ],
    [
      "a node with more than a node has",
      { nodes: [{ id: "x", type: "y", wires: [] }] },
      'oldDefinition.nodes[0] has "wires", which is none of id, type, title, position, config',
    ],
    [
      "a position without numbers",
      { nodes: [{ id: "x", type: "y", position: { x: 1 } }] },
      "oldDefinition.nodes[0].position must be a position",
    ],
    [
      "a connection without an end",
      { nodes: [], connections: [{ from: { node: "a", port: 0 } }] },
      "oldDefinition.connections[0].to must be an object",
    ],
    [
      "a port that is no number",
      { nodes: [], connections: [{ from: { node: "a", port: Number.NaN }, to: {} }] },
      "oldDefinition.connections[0].from.port must be a number or a name, not NaN",
    ],
    ["a setting that is a function", { nodes: [], config: { f: () => 1 } }, "oldDefinition.config.f must be JSON, not function"],
    ["a setting that is a date", { nodes: [], config: { d: [new Date()] } }, "oldDefinition.config.d[0] must be JSON, not Date"],
    ["a setting that is not finite", { nodes: [], config: { n: Infinity } }, "oldDefinition.config.n must be JSON, not Infinity"],
    ["a hole in a list", { nodes: [], config: { n: Array(1) } }, "oldDefinition.config.n[0] must be JSON, not undefined"],
    ["a setting that contains itself", { nodes: [], config: circle }, "contains itself"],
  ])("says what is wrong with %s", (_what, value, message) => {
    expect(() => detectChanges(given(value), empty)).toThrow(TypeError);
    expect(() => detectChanges(given(value), empty)).toThrow(message);
  });

  it.each<[string, unknown, string]>([
    ["nothing", undefined, "changes must be an object"],
    ["half of them", { nodesAdded: [] }, "changes.nodesRemoved must be a list"],
    ["a removed node that is an object", { ...detectChanges(empty, empty), nodesRemoved: [{}] }, "changes.nodesRemoved[0] must be a text"],
    [
      "an unknown impact",
      { ...detectChanges(empty, empty), nodesModified: [{ nodeId: "a", changes: {}, impact: "none" }] },
      "changes.nodesModified[0].impact must be",
    ],
    [
      "an unknown kind",
      { ...detectChanges(empty, empty), configurationChanges: [{ pointer: "/a", kind: "moved" }] },
      "changes.configurationChanges[0].kind must be",
    ],
  ])("says what is wrong with changes that are %s", (_what, value, message) => {
    expect(() => applyChanges(empty, value as ReturnType<typeof detectChanges>)).toThrow(message);
  });
});
