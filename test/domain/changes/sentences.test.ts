/** A change is described in the words of a person, by the names that the author of the flow gave. */

import { describe, expect, it } from "vitest";
import { detectChanges } from "../../../src/domain/changes/detect.ts";
import { describeChanges } from "../../../src/domain/changes/sentences.ts";
import { changed, config, type Edit, node, rewired, settings, shop, wire, withNode, without } from "./shop.ts";

const said = (edit: Edit): readonly string[] => {
  const to = edit(shop);
  return describeChanges(shop, to, detectChanges(shop, to)).map(({ text }) => text);
};

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
});
