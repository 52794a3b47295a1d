import { describe, expect, it } from "vitest";
import { type FlowsPermit, type Permits, whyNotFlow, whyNotSecret } from "../../../src/domain/config/permits.ts";

const permits: Permits = {
  metricSources: [],
  named: [],
  secrets: new Map([["production", { env: ["SHOP_*", "WAREHOUSE_TOKEN"], folder: "/etc/pinion/secrets" }]]),
  own: {
    env: new Set(["PINION_GIT_TOKEN", "SHOP_BOT_TOKEN"]),
    paths: ["/etc/pinion/pinion.yaml", "/etc/pinion/secrets/bot", "/var/lib/pinion"],
  },
  engines: () => ["node-red"],
  flows: () => null,
};
const variable = (name: string) => ({ kind: "env", name }) as const;
const file = (path: string) => ({ kind: "file", path }) as const;

describe("secrets that a repository names", () => {
  it.each([
    ["a listed variable", variable("WAREHOUSE_TOKEN")],
    ["a variable with a listed beginning", variable("SHOP_CARD_KEY")],
    ["a file in the folder", file("card/key")],
    ["the same by its whole path", file("/etc/pinion/secrets/card/../card/key")],
  ])("may be %s", (_what, reference) => {
    expect(whyNotSecret(permits, "production", reference)).toBeNull();
  });

  it.each([
    ["a variable that is not listed", variable("PATH"), "is not allowed in this environment"],
    ["a name that only begins like a listed one", variable("WAREHOUSE_TOKEN_2"), "is not allowed in this environment"],
    ["the token of the repository", variable("PINION_GIT_TOKEN"), "belongs to the controller"],
    ["the controller's own, although its name is allowed", variable("SHOP_BOT_TOKEN"), "belongs to the controller"],
    ["a file elsewhere", file("/etc/shadow"), "not in the folder"],
    ["a path that climbs", file("../pinion.yaml"), "not in the folder"],
    ["a path that climbs and comes back by another name", file("../secrets-of-others/x"), "not in the folder"],
    ["a path that climbs from within", file("card/../../../shadow"), "not in the folder"],
    ["a folder that only begins like it", file("/etc/pinion/secrets2/x"), "not in the folder"],
    ["the controller's own file in the folder", file("bot"), "belongs to the controller"],
    ["the same in a roundabout way", file("x/..//./bot"), "belongs to the controller"],
  ])("may not be %s", (_what, reference, why) => {
    expect(whyNotSecret(permits, "production", reference)).toContain(why);
  });

  it("are none where nothing is said", () => {
    expect(whyNotSecret(permits, "staging", variable("SHOP_CARD_KEY"))).toContain("is not allowed in this environment");
    expect(whyNotSecret(permits, "staging", file("card/key"))).toContain("is not allowed in this environment");
  });
});

describe("what flows may contain", () => {
  const strict: FlowsPermit = { nodes: ["http in", "function", "http response"], modules: ["crypto", "node:fs"] };
  const uses = (type: string, ...modules: readonly string[]) => ({
    nodes: [{ id: "n", type, config: modules.length === 0 ? {} : { libs: modules.map((module) => ({ var: "x", module })) } }],
    connections: [],
    config: {},
  });

  it.each([
    ["a listed type", strict, uses("function")],
    ["what does nothing by itself", strict, uses("comment")],
    ["a subflow's instance, whose nodes are looked at themselves", strict, uses("subflow:abc")],
    ["a listed module, by either of its names", strict, uses("function", "crypto", "node:crypto", "node:fs")],
    ["any type but exec where only modules are said", { nodes: null, modules: [] }, uses("mqtt in")],
  ] as const)("may be %s", (_what, permit, definition) => {
    expect(whyNotFlow(permit, definition)).toEqual([]);
  });

  it.each([
    ["exec", strict, uses("exec"), "is of the type exec"],
    ["exec where only modules are said", { nodes: null, modules: [] }, uses("exec"), "is of the type exec"],
    ["a type that is not listed", strict, uses("file in"), "is of the type file in"],
    ["child_process", strict, uses("function", "child_process"), "needs the module child_process"],
    ["child_process by its other name", strict, uses("function", "node:child_process"), "needs the module node:child_process"],
    ["any module where none is said", { nodes: null, modules: [] }, uses("function", "crypto"), "needs the module crypto"],
  ] as const)("may not be %s", (_what, permit, definition, why) => {
    expect(whyNotFlow(permit, definition)).toEqual([expect.stringContaining(why)]);
  });
});
