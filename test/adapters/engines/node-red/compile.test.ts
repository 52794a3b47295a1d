import { describe, expect, it } from "vitest";
import { compileUnit, endpointsOf, privatePath, tabId } from "../../../../src/adapters/engines/node-red/compile.ts";
import { nodeRedDialect } from "../../../../src/adapters/engines/node-red/dialect.ts";
import type { FlowNode } from "../../../../src/adapters/engines/node-red/flow-nodes.ts";
import type { Definition } from "../../../../src/domain/desired/definition.ts";
import { asStored, countingFlow, helloFlow, node, unitOf, wires } from "./flows.ts";

describe("a unit compiled for Node-RED", () => {
  it("is one tab with a readable id that only this unit has, and every node of it is below that id", () => {
    const unit = unitOf("order-intake", "1.4.2-rc.1", helloFlow("return msg;"));
    const { tab, nodes } = compileUnit(unit);
    expect(tab).toMatch(/^order-intake-1-4-2-rc-1-[0-9a-f]{12}$/);
    expect(nodes.filter((each) => each.id !== tab && !each.id.startsWith(`${tab}.`))).toEqual([]);
    expect(new Set(nodes.map((each) => each.id)).size).toBe(nodes.length);
    expect(tabId(unitOf("order-intake", "1.4.3", helloFlow("return msg;")))).not.toBe(tab);
  });

  it("answers below its private path, and tells the public one", () => {
    const definition = {
      nodes: [node("a", "http in", { method: "post", url: "orders/:id" }), node("b", "http in", { method: "get", url: "/orders" })],
      connections: [],
      config: {},
    };
    const { tab, nodes, endpoints } = compileUnit(unitOf("orders", "1.0.0", definition));
    expect(nodes.filter((each) => each.type === "http in").map((each) => each["url"])).toEqual([
      `${privatePath(tab)}/orders/:id`,
      `${privatePath(tab)}/orders`,
    ]);
    expect(endpoints).toEqual([
      { method: "POST", path: "/orders/:id" },
      { method: "GET", path: "/orders" },
    ]);
    expect(endpointsOf(tab, nodes)).toEqual(endpoints);
    expect(nodeRedDialect.endpoints(definition)).toMatchObject(endpoints);
  });

  it("takes its WebSocket listeners below the private path too", () => {
    const definition = {
      nodes: [{ id: "ws", type: "websocket-listener", config: { path: "/live" } }, node("in", "websocket in", { server: "ws" })],
      connections: [],
      config: {},
    };
    const { tab, nodes, endpoints } = compileUnit(unitOf("live", "1.0.0", definition));
    expect(find(nodes, tab, "ws")).toMatchObject({ path: `/~${tab}/live`, z: tab });
    expect(find(nodes, tab, "in")).toMatchObject({ server: `${tab}.ws` });
    expect(endpoints).toEqual([{ method: "GET", path: "/live" }]);
  });

  it("gives canvas nodes a place, and config nodes none", () => {
    const definition = {
      nodes: [
        { id: "tls", type: "tls-config", config: {} },
        { id: "ask", type: "http request", config: { tls: "tls" } },
        node("in", "http in", { method: "get", url: "/a" }),
      ],
      connections: wires("in > ask"),
      config: {},
    };
    const { tab, nodes } = compileUnit(unitOf("places", "1.0.0", definition));
    expect(find(nodes, tab, "ask")).toMatchObject({ x: expect.any(Number), y: expect.any(Number), tls: `${tab}.tls` });
    expect(find(nodes, tab, "tls")).not.toHaveProperty("x");
  });

  it("rewrites references between nodes, but no text that happens to read like an id", () => {
    const definition = {
      nodes: [
        node("payload", "change", { rules: [{ t: "set", p: "payload", to: "reply" }], property: "payload" }),
        node("reply", "link in", { links: ["send"] }),
        node("send", "link out", { mode: "link", links: ["reply"] }),
        node("oops", "catch", { scope: ["payload"], uncaught: false }),
        node("done", "complete", { scope: ["payload"] }),
      ],
      connections: [],
      config: {},
    };
    const { tab, nodes } = compileUnit(unitOf("texts", "1.0.0", definition));
    expect(find(nodes, tab, "payload")).toMatchObject({ property: "payload", rules: [{ to: "reply" }] });
    expect(find(nodes, tab, "send")).toMatchObject({ links: [`${tab}.reply`] });
    expect(find(nodes, tab, "oops")).toMatchObject({ scope: [`${tab}.payload`] });
    expect(find(nodes, tab, "done")).toMatchObject({ scope: [`${tab}.payload`] });
  });

  it("has subflows of its own", () => {
    const definition: Definition = {
      nodes: [
        {
          id: "sf",
          type: "subflow",
          title: "price",
          config: {
            in: [{ wires: [{ id: "inner" }] }],
            out: [{ wires: [{ id: "inner", port: 0 }] }],
            status: { wires: [{ id: "inner", port: 0 }] },
          },
        },
        node("inner", "change", { z: "sf" }),
        node("use", "subflow:sf", {
          env: [
            { name: "db", type: "conf-type", value: "conf" },
            { name: "x", type: "str", value: "conf" },
          ],
        }),
        { id: "conf", type: "tls-config", config: {} },
      ],
      connections: [],
      config: {},
    };
    const { tab, nodes, types } = compileUnit(unitOf("subs", "1.0.0", definition));
    expect(find(nodes, tab, "sf")).toMatchObject({
      name: "price",
      in: [{ wires: [{ id: `${tab}.inner` }] }],
      out: [{ wires: [{ id: `${tab}.inner`, port: 0 }] }],
      status: { wires: [{ id: `${tab}.inner` }] },
    });
    expect(find(nodes, tab, "sf")).not.toHaveProperty("z");
    expect(find(nodes, tab, "inner")).toMatchObject({ z: `${tab}.sf` });
    expect(find(nodes, tab, "use")).toMatchObject({
      type: `subflow:${tab}.sf`,
      z: tab,
      env: [{ value: `${tab}.conf` }, { value: "conf" }],
    });
    expect(types.has("subflow") || [...types].some((type) => type.startsWith("subflow:"))).toBe(false);
  });

  it("reads secret variables that name another variable from that one", () => {
    const env = [
      { name: "K", type: "cred", value: "${DB_KEY}" },
      { name: "DB_PASSWORD", type: "str", value: "${DB_KEY}" },
      { name: "GREETING", type: "str", value: "${NAME}" },
      { name: "EMPTY", type: "cred" },
    ];
    const nodes = [{ id: "sf", type: "subflow", config: { env } }, node("use", "subflow:sf", { env })];
    const unit = unitOf("subs", "1.0.0", { nodes, connections: [], config: { env } }, { secrets: { DB_KEY: "hunter2" } });
    const readFrom = (value: string) => [{ ...env[0], type: "env", value }, { ...env[1], type: "env", value }, env[2], env[3]];
    const compiled = compileUnit(unit);
    expect(compiled.nodes[0]?.["env"]).toEqual(expect.arrayContaining(readFrom("DB_KEY")));
    for (const id of ["sf", "use"]) expect(find(compiled.nodes, compiled.tab, id)?.["env"]).toEqual(readFrom("$parent.DB_KEY"));
  });

  it("carries variables with their types, secrets as credentials only, and its own variables unless the environment sets them", () => {
    const definition = {
      ...helloFlow("return msg;"),
      config: {
        label: "Intake",
        info: "Takes orders.",
        env: [
          { name: "A", type: "str", value: "of the flow" },
          { name: "KEPT", type: "str", value: "yes" },
        ],
      },
    };
    const { nodes } = compileUnit(
      unitOf("orders", "1.0.0", definition, {
        variables: { A: "text", N: 1.5, B: true, J: { a: [null] }, Z: null },
        secrets: { KEY: "hunter2" },
      }),
    );
    expect(nodes[0]).toMatchObject({
      label: "orders 1.0.0 (Intake)",
      info: expect.stringMatching(/Takes orders/),
      credentials: { KEY: "hunter2" },
    });
    expect(nodes[0]?.["env"]).toEqual([
      { name: "KEPT", type: "str", value: "yes" },
      { name: "A", type: "str", value: "text" },
      { name: "N", type: "num", value: "1.5" },
      { name: "B", type: "bool", value: "true" },
      { name: "J", type: "json", value: '{"a":[null]}' },
      { name: "Z", type: "json", value: "null" },
      { name: "KEY", type: "cred", value: "" },
      { name: "PINION_UNIT", type: "json", value: expect.any(String) },
    ]);
    expect(JSON.stringify(asStored(nodes))).not.toContain("hunter2");
  });

  it.each([
    ["no catch", [], true],
    ["a catch for some nodes", [node("c", "catch", { scope: ["work"] })], true],
    ["a disabled catch for all", [node("c", "catch", { scope: null, d: true })], true],
    ["a catch for all", [node("c", "catch", { scope: null })], false],
    ["a catch for all that is uncaught", [node("c", "catch", { scope: null, uncaught: true })], false],
  ])("with %s: Pinion's own error path is there: %s", (_what, more, own) => {
    const { nodes } = compileUnit(unitOf("errors", "1.0.0", helloFlow("return msg;", { nodes: more })));
    expect(nodes.some((each) => each.id.endsWith(".pinion-uncaught"))).toBe(own);
  });

  it("names the nodes that start by themselves", () => {
    expect(compileUnit(unitOf("tick", "1.0.0", countingFlow())).triggers).toEqual(["tick"]);
    expect(
      compileUnit(unitOf("manual", "1.0.0", helloFlow("", { nodes: [node("push", "inject", { repeat: "", crontab: "", once: false })] })))
        .triggers,
    ).toEqual([]);
    expect(compileUnit(unitOf("proto", "1.0.0", { nodes: [node("x", "constructor")], connections: [], config: {} })).triggers).toEqual([]);
  });
});

describe("what Node-RED could not run is refused with a reason for the author:", () => {
  const two = [node("a", "http in", { method: "get", url: "/x" }), node("b", "http in", { method: "get", url: "/x" })];
  it.each([
    ["a tab inside", { nodes: [node("t", "tab")] }, /"t" is a tab/],
    ["a group", { nodes: [node("g", "group")] }, /"g" is a group/],
    ["global-config", { nodes: [node("g", "global-config")] }, /"g" is a global-config/],
    ["an id twice", { nodes: [node("a", "debug"), node("a", "debug")] }, /two nodes have the id "a"/],
    ["a connection to nowhere", { nodes: [node("a", "debug")], connections: wires("a > b") }, /"b", which is no node/],
    [
      "a named output",
      { nodes: [node("a", "debug")], connections: [{ from: { node: "a", port: "main" }, to: { node: "a", port: 0 } }] },
      /leaves port "main"/,
    ],
    [
      "a second input",
      { nodes: [node("a", "debug")], connections: [{ from: { node: "a", port: 0 }, to: { node: "a", port: 1 } }] },
      /enters port "1"/,
    ],
    ["an unknown subflow", { nodes: [node("a", "subflow:gone")] }, /subflow "gone"/],
    ["an http in without url", { nodes: [node("a", "http in", { method: "get" })] }, /"a" \(http in\) has no url/],
    ["an address twice", { nodes: two }, /"a" and "b" both take GET \/x/],
    ["a syntax error", { nodes: [node("f", "function", { func: "return {" })] }, /"f" \(function, func\) has a syntax error/],
    [
      "a module from outside",
      { nodes: [node("f", "function", { func: "", libs: [{ var: "x", module: "left-pad" }] })] },
      /module "left-pad"/,
    ],
    ["unknown settings of the tab", { config: { timeout: 3 } }, /config\.timeout/],
  ])("%s", (_what, part: Partial<Definition>, message) => {
    const unit = unitOf("bad", "1.0.0", { nodes: [], connections: [], config: {}, ...part });
    expect(() => compileUnit(unit)).toThrow(expect.objectContaining({ code: "engine/refused", message: expect.stringMatching(message) }));
  });

  it("a variable with the name of Pinion's mark", () => {
    expect(() => compileUnit(unitOf("bad", "1.0.0", helloFlow(""), { variables: { PINION_UNIT: "x" } }))).toThrow(/Pinion's own/);
  });

  it("but modules of Node.js, await and return at the top of a function are fine", () => {
    const func = "await Promise.resolve(); return { payload: os.hostname() };";
    expect(() =>
      compileUnit(
        unitOf("good", "1.0.0", helloFlow("", { nodes: [node("f", "function", { func, libs: [{ var: "os", module: "os" }] })] })),
      ),
    ).not.toThrow();
  });
});

function find(nodes: readonly FlowNode[], tab: string, id: string): FlowNode | undefined {
  return nodes.find((each) => each.id === `${tab}.${id}`);
}
