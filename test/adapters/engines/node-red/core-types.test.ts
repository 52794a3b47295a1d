import { describe, expect, it } from "vitest";
import { foreignTypes } from "../../../../src/adapters/engines/node-red/core-types.ts";
import type { Definition } from "../../../../src/domain/desired/definition.ts";

const findings = (...types: readonly string[]) => {
  const nodes = types.map((type, index) => ({ id: `n${index}`, type, config: {} }));
  const definition: Definition = { nodes, connections: [], config: {} };
  return [...foreignTypes(definition)].filter((fault) => fault !== null);
};

describe("types of nodes that Node-RED does not bring with it", () => {
  it("are a warning at the first node of each", () => {
    expect(findings("http in", "ui_button", "ui_button", "functoin")).toMatchObject([
      { kind: "unknown-type", severity: "warning", node: 1, message: expect.stringMatching(/^node "n1" \(ui_button\) is of a type/) },
      { kind: "unknown-type", severity: "warning", node: 3 },
    ]);
  });

  it("are none of the core nodes, nor a subflow or an instance of one", () => {
    expect(findings("inject", "function", "mqtt-broker", "link call", "subflow", "subflow:s", "junction", "global-config")).toEqual([]);
  });
});
