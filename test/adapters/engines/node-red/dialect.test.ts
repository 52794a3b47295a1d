import { describe, expect, it } from "vitest";
import { nodeRedDialect } from "../../../../src/adapters/engines/node-red/dialect.ts";
import { atOnce } from "../../../../src/domain/slices.ts";
import type { Definition } from "../../../../src/domain/desired/definition.ts";

const tab = { id: "t1", type: "tab", label: "Orders", disabled: false, info: "Takes orders.", env: [] };
const read = (nodes: unknown): Definition => atOnce(nodeRedDialect.fromExport(nodes));

describe("an export of the Node-RED editor", () => {
  it("becomes a graph: names are titles, places are positions, wires are connections, all else is config", () => {
    const definition = read([
      tab,
      { id: "a", type: "http in", z: "t1", g: "g1", name: "POST /orders", url: "/orders", method: "post", x: 120, y: 80, wires: [["b"]] },
      { id: "b", type: "switch", z: "t1", name: "", property: "payload", outputs: 2, d: true, x: 300, y: 80, wires: [[], ["c", "d"]] },
      { id: "c", type: "http response", z: "t1", statusCode: "200", x: 500, y: 60, wires: [] },
      { id: "d", type: "debug", z: "t1", x: 500, y: 100, wires: [] },
      { id: "g1", type: "group", z: "t1", nodes: ["a"] },
    ]);
    expect(definition.nodes).toEqual([
      { id: "a", type: "http in", title: "POST /orders", position: { x: 120, y: 80 }, config: { url: "/orders", method: "post" } },
      { id: "b", type: "switch", position: { x: 300, y: 80 }, config: { property: "payload", outputs: 2, d: true } },
      { id: "c", type: "http response", position: { x: 500, y: 60 }, config: { statusCode: "200" } },
      { id: "d", type: "debug", position: { x: 500, y: 100 }, config: {} },
    ]);
    expect(definition.connections).toEqual([
      { from: { node: "a", port: 0 }, to: { node: "b", port: 0 } },
      { from: { node: "b", port: 1 }, to: { node: "c", port: 0 } },
      { from: { node: "b", port: 1 }, to: { node: "d", port: 0 } },
    ]);
    expect(definition.config).toEqual({ label: "Orders", info: "Takes orders." });
  });

  it("keeps subflow templates, and their inner nodes' place in them", () => {
    const definition = read([
      { id: "sf", type: "subflow", name: "price", in: [{ x: 1, y: 1, wires: [{ id: "inner" }] }], out: [] },
      { id: "inner", type: "change", z: "sf", x: 1, y: 1, wires: [[]] },
      tab,
      { id: "use", type: "subflow:sf", z: "t1", x: 1, y: 1, wires: [[]] },
      { id: "broker", type: "mqtt-broker", name: "shop", broker: "localhost" },
    ]);
    expect(definition.nodes.map((node) => [node.id, node.config["z"], node.position !== undefined])).toEqual([
      ["sf", undefined, false],
      ["inner", "sf", true],
      ["use", undefined, true],
      ["broker", undefined, false],
    ]);
  });

  it("leaves out what Node-RED writes beside the flows of its own accord", () => {
    expect(read([tab, { id: "g", type: "global-config", env: [], modules: { "node-red-dashboard": "3.6.6" } }]).nodes).toEqual([]);
  });

  it("may be a selection without a tab, or the whole answer of the admin API", () => {
    const nodes = [{ id: "a", type: "debug", z: "elsewhere", x: 1, y: 1, wires: [] }];
    expect(read(nodes)).toEqual(read({ rev: "1", flows: nodes }));
    expect(read(nodes).nodes[0]?.config).toEqual({});
  });

  it.each([
    ["two tabs", [tab, { ...tab, id: "t2", label: "Returns" }], /2 tabs \(Orders, Returns\)/],
    [
      "many tabs",
      Array.from({ length: 900 }, (_, i) => ({ ...tab, id: `t${i}` })),
      /900 tabs .{1,500}Export, "current flow".{1,300}by HTTP/,
    ],
    ["a disabled tab", [{ ...tab, disabled: true }], /"Orders" is disabled/],
    ["a catch for its group only", [tab, { id: "c", type: "catch", scope: "group" }], /"c" \(catch\) works on its group/],
    [
      "variables of a group",
      [{ id: "g", type: "group", env: [{ name: "A", value: "1", type: "str" }] }],
      /group "g" has environment variables/,
    ],
    [
      "a node of another tab",
      [tab, { id: "a", type: "inject", z: "t2", x: 1, y: 1 }],
      /node "a" \(inject\) is on "t2", a tab or subflow that the export does not contain/,
    ],
    [
      "a selection of two tabs",
      [
        { id: "a", type: "inject", z: "t1", x: 1, y: 1 },
        { id: "b", type: "debug", z: "t2", x: 1, y: 1 },
      ],
      /node "b" \(debug\) is on "t2"/,
    ],
    ["wires that are no lists", [tab, { id: "a", type: "inject", z: "t1", wires: ["b"] }], /the wires of node "a"/],
    ["wires to numbers", [tab, { id: "a", type: "inject", z: "t1", wires: [[12]] }], /the wires of node "a"/],
    ["credentials beside the flows", { flows: [tab], credentials: { a: { password: "x" } } }, /credentials in a separate object/],
    ["an entry without a type", [{ id: "a" }], /entry 0 .* no id or no type/],
    ["text", "nothing", /a list of nodes/],
    ["null", null, /a list of nodes/],
  ])("with %s is refused with a reason", (_what, exported, message) => {
    expect(() => read(exported)).toThrow(message);
  });
});
