/** What the engine refuses is said when a version is read, before anybody merges it. */

import { describe, expect, it } from "vitest";
import { compileUnit } from "../../../../src/adapters/engines/node-red/compile.ts";
import { nodeRedDialect } from "../../../../src/adapters/engines/node-red/dialect.ts";
import { definitionFindings } from "../../../../src/adapters/manifest/process/definition-rules.ts";
import { atOnce } from "../../../../src/domain/slices.ts";
import type { Definition, WorkflowNode } from "../../../../src/domain/desired/definition.ts";
import { node, unitOf, wires } from "./flows.ts";

const template = (id: string): WorkflowNode => ({ id, type: "subflow", config: { in: [], out: [] } });
const instance = (id: string, of: string, z?: string): WorkflowNode => node(id, `subflow:${of}`, z === undefined ? {} : { z });

/** Ten instances in each of so many levels. */
function nested(levels: number): readonly WorkflowNode[] {
  const depth = Array.from({ length: levels }, (_, level) => level);
  return depth.flatMap((level) => [
    template(`s${level}`),
    ...Array.from({ length: 10 }, (_, count) =>
      level === 0 ? node(`n${count}`, "debug", { z: "s0" }) : instance(`i${level}-${count}`, `s${level - 1}`, `s${level}`),
    ),
  ]);
}

describe("a definition that Node-RED cannot run", () => {
  it.each<[string, Partial<Definition>, string]>([
    ["a subflow in itself", { nodes: [template("s"), instance("a", "s", "s"), instance("u", "s")] }, 'the subflow "s" contains itself'],
    [
      "a subflow in itself by way of another",
      { nodes: [template("s"), template("t"), instance("a", "t", "s"), instance("b", "s", "t"), instance("u", "s")] },
      'the subflow "s" contains itself',
    ],
    [
      "subflows in subflows without end",
      { nodes: [...nested(5), instance("u", "s4")] },
      'with node "u" the subflows expand to more than 20000 nodes',
    ],
    [
      "a connection into a subflow",
      { nodes: [template("s"), node("in", "debug", { z: "s" }), node("out", "inject")], connections: wires("out > in") },
      'from "out" to "in" crosses the border of a subflow',
    ],
    ["a syntax error", { nodes: [node("f", "function", { func: "if (" })] }, '"f" (function, func) has a syntax error'],
    [
      "a change to JSON that is none",
      { nodes: [node("c", "change", { rules: [{ t: "set", p: "payload", pt: "msg", to: "{bad", tot: "json" }] })] },
      '"c" (change) has a rule whose JSON cannot be read',
    ],
    [
      "a buffer of bytes that are no list",
      { nodes: [node("c", "change", { rules: [{ t: "set", p: "payload", pt: "msg", to: "[1,", tot: "bin" }] })] },
      '"c" (change) has a rule whose JSON cannot be read',
    ],
    [
      "a regular expression to change that is none",
      { nodes: [node("c", "change", { rules: [{ t: "change", p: "payload", pt: "msg", from: "(", fromt: "re", to: "", tot: "str" }] })] },
      '"c" (change) has a rule whose regular expression cannot be read',
    ],
    [
      "a regular expression to switch by that is none",
      { nodes: [node("s", "switch", { rules: [{ t: "true" }, { t: "regex", v: "[", vt: "str" }] })] },
      '"s" (switch) has a rule whose regular expression cannot be read',
    ],
    ["a module from outside", { nodes: [node("f", "function", { libs: [{ var: "x", module: "axios" }] })] }, 'needs the module "axios"'],
    [
      "an address twice",
      { nodes: [node("a", "http in", { url: "/x" }), node("b", "http in", { method: "GET", url: "/x" })] },
      '"a" and "b" both take GET /x',
    ],
    ["variables of all flows", { nodes: [{ id: "g", type: "global-config", config: { env: [{ name: "A" }] } }] }, '"g" is a global-config'],
    ["an unknown setting of the tab", { config: { timeout: 3 } }, "no use for config.timeout"],
    [
      "a second input",
      { nodes: [node("a", "debug")], connections: [{ from: { node: "a", port: 0 }, to: { node: "a", port: 1 } }] },
      'enters port "1"',
    ],
  ])("is an error before it is merged, and no engine takes it: %s", (_, part, words) => {
    const definition = { nodes: [], connections: [], config: {}, ...part };
    const findings = atOnce(definitionFindings(definition, (pointer) => ({ file: "f", line: 1, column: 1, pointer }), nodeRedDialect));
    expect(findings).toMatchObject([{ severity: "error", code: "definition/refused", message: expect.stringContaining(words) }]);
    expect(() => compileUnit(unitOf("p", "1.0.0", definition))).toThrow(words);
  });

  it("quotes nothing of JSON that cannot be read: a secret may stand there", () => {
    const one = node("c", "change", { rules: [{ t: "set", p: "payload", pt: "msg", to: "hunter2", tot: "json" }] });
    const definition = { nodes: [one], connections: [], config: {} };
    const findings = atOnce(definitionFindings(definition, (pointer) => ({ file: "f", line: 1, column: 1, pointer }), nodeRedDialect));
    expect([findings.length, JSON.stringify(findings).includes("hunter2")]).toEqual([1, false]);
  });

  it.each<[string, WorkflowNode]>([
    ["JSON", node("c", "change", { rules: [{ t: "set", p: "payload", pt: "msg", to: '{"a":1}', tot: "json" }] })],
    [
      "a variable that holds the JSON",
      node("c", "change", { rules: [{ t: "set", p: "payload", pt: "msg", to: "${TARIFFS}", tot: "json" }] }),
    ],
    [
      "a text that only looks like an expression",
      node("c", "change", { rules: [{ t: "change", from: "(", fromt: "str", to: "", tot: "str" }] }),
    ],
    ["a property of the message", node("s", "switch", { rules: [{ t: "regex", v: "[", vt: "msg" }] })],
    ["a disabled node", { ...node("c", "change", { rules: [{ t: "set", to: "{bad", tot: "json" }], d: true }) }],
    ["rules that are no list", node("c", "change", { rules: "x" })],
  ])("is none for values that Node-RED can read: %s", (_, one) => {
    expect(() => compileUnit(unitOf("p", "1.0.0", { nodes: [one], connections: [], config: {} }))).not.toThrow();
  });

  it("is none for subflows in subflows that come to an end, nor for disabled instances", () => {
    const nodes = [
      ...nested(4),
      instance("u", "s3"),
      template("t"),
      { ...instance("off", "t", "t"), config: { z: "t", d: true } },
      instance("v", "t"),
    ];
    expect(() => compileUnit(unitOf("p", "1.0.0", { nodes, connections: [], config: {} }))).not.toThrow();
  });
});
