/** What people read of a change. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { detectChanges } from "../../../src/domain/changes/detect.ts";
import type { Definition } from "../../../src/domain/desired/definition.ts";
import { summarize } from "../../../src/domain/changes/describe.ts";
import { pair } from "../../support/graphs.ts";

const before: Definition = {
  nodes: [
    { id: "receive", type: "http in", title: "POST /orders", position: { x: 100, y: 80 }, config: { method: "post", url: "/orders" } },
    { id: "validate", type: "function", position: { x: 300, y: 80 }, config: { func: "return msg;\n", timeout: 5, rules: [1, 2] } },
    { id: "price", type: "function", position: { x: 500, y: 80 }, config: {} },
    { id: "answer", type: "http response", position: { x: 700, y: 80 }, config: {} },
  ],
  connections: [wire("receive", "validate"), wire("validate", "price"), wire("price", "answer")],
  config: { region: "eu", limits: { perMinute: 60 } },
};

const after: Definition = {
  nodes: [
    {
      id: "receive",
      type: "http in",
      title: "POST /v2/orders",
      position: { x: 120, y: 80 },
      config: { method: "post", url: "/v2/orders" },
    },
    {
      id: "validate",
      type: "function",
      position: { x: 300, y: 80 },
      config: { func: "msg.ok = true;\nreturn msg;\n", timeout: 10, rules: [1, 2, 3] },
    },
    { id: "answer", type: "http response", position: { x: 700, y: 80 }, config: {} },
    { id: "rate limit", type: "delay", title: "Slow\u001B[31m down", position: { x: 400, y: 80 }, config: {} },
  ],
  connections: [wire("receive", "validate"), wire("validate", "rate limit"), wire("rate limit", "answer")],
  config: { limits: { perMinute: 120 }, audit: true },
};

function wire(from: string, to: string): Definition["connections"][number] {
  return { from: { node: from, port: 0 }, to: { node: to, port: 0 } };
}

describe("a summary", () => {
  it("has a line for each change", () => {
    expect(summarize(detectChanges(before, after)).lines).toEqual([
      String.raw`+ node "rate limit" "Slow\u001b[31m down" (delay)`,
      "- node price (breaking)",
      '~ node receive: title is now "POST /v2/orders", moved, config.url "/orders" → "/v2/orders" (breaking)',
      "~ node validate: config.func changed, config.timeout 5 → 10, config.rules 2 items → 3 items (compatible)",
      '+ connection validate:0 -> "rate limit":0',
      '+ connection "rate limit":0 -> answer:0',
      "- connection validate:0 -> price:0",
      "- connection price:0 -> answer:0 (breaking)",
      "- config.region removed (breaking)",
      "~ config.limits.perMinute 60 → 120 (compatible)",
      "+ config.audit added: true (compatible)",
    ]);
  });

  it("counts, and says whether anything breaks", () => {
    expect(summarize(detectChanges(before, after))).toMatchObject({
      impact: "breaking",
      counts: { nodesAdded: 1, nodesRemoved: 1, nodesModified: 2, connectionsAdded: 2, connectionsRemoved: 2, configurationChanges: 3 },
    });
  });

  it("of nothing is empty", () => {
    expect(summarize(detectChanges(before, before))).toMatchObject({ impact: null, lines: [] });
  });

  it.each<[string, Definition, "breaking" | "compatible"]>([
    ["a node put into a connection", rewired("validate", "price"), "compatible"],
    ["a connection cut", { ...before, connections: before.connections.slice(0, 2) }, "breaking"],
    ["a connection more", { ...before, connections: [...before.connections, wire("receive", "answer")] }, "compatible"],
    ["a setting of the process removed", { ...before, config: { region: "eu" } }, "breaking"],
  ])("of %s", (_what, changed, impact) => {
    expect(summarize(detectChanges(before, changed)).impact).toBe(impact);
  });

  it("has a line for each change of anything, without control characters", () => {
    fc.assert(
      fc.property(pair, ([from, to]) => {
        const { counts, lines, impact } = summarize(detectChanges(from, to));
        expect(lines.length).toBe(Object.values(counts).reduce((sum, count) => sum + count, 0));
        expect(lines.join("")).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
        expect(impact === null).toBe(lines.length === 0);
        expect(impact === "breaking").toBe(lines.some((line) => line.endsWith("(breaking)")));
      }),
      { numRuns: 200 },
    );
  });
});

function rewired(from: string, to: string): Definition {
  return {
    ...before,
    nodes: [...before.nodes, { id: "between", type: "delay", config: {} }],
    connections: [...before.connections.filter((one) => one.from.node !== from), wire(from, "between"), wire("between", to)],
  };
}
