/** Changes are applied to the definition that they were made for, and to no other. */

import { describe, expect, it } from "vitest";
import { applyChanges } from "../../../src/domain/changes/apply.ts";
import type { WorkflowChanges } from "../../../src/domain/changes/changes.ts";
import { graph, nothing, step, wire } from "./graph-values.ts";

describe("changes that were made for another definition are refused", () => {
  it.each<[string, Partial<WorkflowChanges>]>([
    ["a removed node that is not there", { nodesRemoved: ["x"] }],
    [
      "a modified node that is not there",
      { nodesModified: [{ nodeId: "x", changes: {}, configurationChanges: [], impact: "compatible" }] },
    ],
    ["an added node that is there", { nodesAdded: [step("a")] }],
    ["a removed connection that is not there", { connectionsRemoved: ["a:0 -> x:0"] }],
    ["a removed setting that is not there", { configurationChanges: [{ pointer: "/x", kind: "removed", oldValue: 1 }] }],
    ["a connection removed more often than it is there", { connectionsRemoved: ["a:0 -> a:0", "a:0 -> a:0"] }],
  ])("%s", (_what, changes) => {
    const base = graph({ nodes: [step("a")], connections: [wire("a", "a")], config: { n: 1 } });
    expect(() => applyChanges(base, { ...nothing, ...changes })).toThrow("the changes do not fit this definition");
  });
});

describe("changes are applied", () => {
  const base = graph({
    nodes: [step("a", { title: "A", position: { x: 1, y: 1 } })],
    connections: [wire("a", "a"), wire("a", "a")],
    config: { n: 1 },
  });
  const modified = (changes: WorkflowChanges["nodesModified"][number]["changes"]) => ({
    nodesModified: [{ nodeId: "a", changes, configurationChanges: [], impact: "compatible" as const }],
  });

  it.each<[string, Partial<WorkflowChanges>, object]>([
    ["none leave it as it is", {}, base],
    [
      "a title that is null is taken off",
      modified({ title: null }),
      { nodes: [{ id: "a", type: "function", position: { x: 1, y: 1 }, config: {} }] },
    ],
    ["what is not mentioned stays", modified({ type: "switch" }), { nodes: [{ type: "switch", title: "A", position: { x: 1, y: 1 } }] }],
    ["what is new comes last", { nodesAdded: [step("b")] }, { nodes: [{ id: "a" }, { id: "b" }] }],
    [
      "a node may be removed, and come back as another",
      { nodesRemoved: ["a"], nodesAdded: [step("a", { type: "switch" })] },
      { nodes: [{ id: "a", type: "switch" }] },
    ],
    [
      "a connection is taken off once for each time that it is named",
      { connectionsRemoved: ["a:0 -> a:0"] },
      { connections: [wire("a", "a")] },
    ],
  ])("%s", (_what, changes, expected) => {
    expect(applyChanges(base, { ...nothing, ...changes })).toMatchObject(expected);
  });
});
