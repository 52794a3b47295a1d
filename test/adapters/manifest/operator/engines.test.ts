import { describe, expect, it } from "vitest";
import { parseControllerConfig } from "../../../../src/adapters/manifest/operator/controller-config.ts";
import { enginesOf } from "../../../../src/domain/config/config.ts";

const known = (...engine: string[]) => ({ engine, router: ["gateway"], store: ["sqlite"] });
const repository = "repository: { url: https://git.example.com/config.git }\n";
const parse = (text: string) => parseControllerConfig(text, "pinion.yaml", known("node-red", "other"));

describe("the engines of pinion.yaml", () => {
  it("gives an environment engines of several kinds, each with what it may run", () => {
    const config = parse(`${repository}engines:
  default: { instances: 2 }
  production: { also: [{ kind: other, allow: { nodes: [function] } }] }
`);
    expect(["staging", "production"].map((name) => config.permits.engines(name))).toEqual([["node-red"], ["node-red", "other"]]);
    expect(enginesOf(config, "production")).toMatchObject([
      { mode: "embedded", instances: 1 },
      { kind: "other", instances: 1 },
    ]);
    expect(config.permits.flows("production", "node-red")).toBeNull();
    expect(config.permits.flows("production", "other")).toEqual({ nodes: ["function"], modules: [] });
  });

  it.each([
    ["a kind that nobody knows", "{ kind: node-rod }", 'the kind of engine "node-rod" is unknown'],
    ["one beside another, too", "{ also: [{ kind: node-rod }] }", 'the kind of engine "node-rod" is unknown'],
    ["the same kind twice", "{ kind: node-red, also: [{ kind: node-red }] }", "two engines of the kind node-red"],
    ["the default twice", "{ also: [{ instances: 2 }] }", "two engines of the kind node-red"],
  ])("refuses %s, at its line", (_what, section, message) => {
    const text = `${repository}engines:\n  production: ${section}\n`;
    const line = text.split("\n").findIndex((each) => each.includes("production:")) + 1;
    expect(() => parseControllerConfig(text, "pinion.yaml", known("node-red"))).toThrow(message);
    expect(() => parseControllerConfig(text, "pinion.yaml", known("node-red"))).toThrow(`pinion.yaml:${line}`);
  });
});
