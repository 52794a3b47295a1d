/** A change breaks those who rely on a process, or it is compatible. */

import { describe, expect, it } from "vitest";
import type { Impact, WorkflowChanges } from "../../../src/domain/changes/changes.ts";
import { detectChanges } from "../../../src/domain/changes/detect.ts";
import { cutsOf, impactOf, isCalledOverHttp } from "../../../src/domain/changes/impact.ts";
import type { JsonObject } from "../../../src/domain/desired/definition.ts";
import { graph, nothing, step, wire } from "./graph-values.ts";

describe("an entry, which callers reach by its address", () => {
  it.each<[string, string, JsonObject, JsonObject, Impact]>([
    ["breaks at another path", "http in", { url: "/a" }, { url: "/b" }, "breaking"],
    ["breaks with another method", "http in", { method: "get" }, { method: "post" }, "breaking"],
    ["breaks with another topic", "mqtt in", { topic: "a" }, { topic: "b" }, "breaking"],
    ["breaks at another address of a webhook", "n8n-nodes-base.webhook", { path: "a" }, { path: "b" }, "breaking"],
    ["is compatible with an upload allowed", "http in", { upload: false }, { upload: true }, "compatible"],
    ["is not what calls another path", "http request", { url: "/a" }, { url: "/b" }, "compatible"],
  ])("%s", (...[, type, from, to, impact]) => {
    const of = (config: JsonObject) => graph({ nodes: [step("n", { type, config })] });
    expect(detectChanges(of(from), of(to)).nodesModified[0]?.impact).toBe(impact);
  });
});

const modification = { nodeId: "a", changes: {}, configurationChanges: [], impact: "compatible" } as const;

it.each<[string, Partial<WorkflowChanges>, Impact | null]>([
  ["nothing has no impact", {}, null],
  ["a new node is compatible", { nodesAdded: [step("a")] }, "compatible"],
  ["a new connection is compatible", { connectionsAdded: [wire("a", "b")] }, "compatible"],
  ["a removed node breaks", { nodesRemoved: ["a"] }, "breaking"],
  ["a node that changed compatibly is compatible", { nodesModified: [modification] }, "compatible"],
  ["one node that breaks is enough", { nodesModified: [modification, { ...modification, impact: "breaking" }] }, "breaking"],
  ["a removed connection breaks", { connectionsRemoved: ["a:0 -> b:0"] }, "breaking"],
  ["not where its output goes elsewhere now", { connectionsRemoved: ["a:0 -> b:0"], connectionsAdded: [wire("a", "c")] }, "compatible"],
  ["a removed setting of the flow breaks", { configurationChanges: [{ pointer: "/n", kind: "removed", oldValue: 1 }] }, "breaking"],
  [
    "another value of it is compatible",
    { configurationChanges: [{ pointer: "/n", kind: "changed", oldValue: 1, newValue: 2 }] },
    "compatible",
  ],
  ["another kind of value breaks", { configurationChanges: [{ pointer: "/n", kind: "changed", oldValue: 1, newValue: "1" }] }, "breaking"],
  ["null is a kind of its own", { configurationChanges: [{ pointer: "/n", kind: "changed", oldValue: {}, newValue: null }] }, "breaking"],
])("%s", (_what, changes, impact) => {
  expect(impactOf({ ...nothing, ...changes })).toBe(impact);
});

it("an output is wired elsewhere only if it is the very same output", () => {
  const removed = ["a:0 -> b:0", "a:1 -> b:0", '"x -> y":0 -> b:0'];
  expect(cutsOf({ ...nothing, connectionsRemoved: removed, connectionsAdded: [wire("a", "c", 1), wire("x -> y", "c")] })).toEqual([
    "a:0 -> b:0",
  ]);
});

it.each([
  ["http in", true],
  ["n8n-nodes-base.webhook", true],
  ["inject", false],
  ["mqtt in", false],
  ["http request", false],
])("a flow that begins with %s is called over HTTP: %s", (type, expected) => {
  expect(isCalledOverHttp(graph({ nodes: [step("n", { type })] }))).toBe(expected);
});
