import { describe, expect, it } from "vitest";
import { parseControllerConfig } from "../../../../src/adapters/manifest/operator/controller-config.ts";

const repository = "repository: { url: https://git.example.com/config.git }\n";
const known = { engine: ["node-red"], router: ["gateway", "other"], store: ["sqlite", "other"] };
const parse = (text: string) => parseControllerConfig(`${repository}${text}`, "pinion.yaml", known);

describe("the kinds of router and store in pinion.yaml", () => {
  it("are gateway and sqlite where it names none", () => {
    expect(parse("")).toMatchObject({ router: { kind: "gateway" }, store: { kind: "sqlite" } });
    expect(parse("router: {}\nstore: {}\n")).toMatchObject({ router: { kind: "gateway" }, store: { kind: "sqlite" } });
  });

  it("are those that it names", () => {
    expect(parse("router: { kind: other }\nstore: { kind: other }\n")).toMatchObject({
      router: { kind: "other" },
      store: { kind: "other" },
    });
  });

  it.each([
    ["router: { kind: gatewai }", 'pinion.yaml:2:17: the kind of router "gatewai" is unknown; known: gateway, other'],
    ["store:\n  kind: oracle", 'pinion.yaml:3:9: the kind of store "oracle" is unknown; known: sqlite, other'],
    ["gateway: { port: 8080 }\nrouter: { kind: other }", 'pinion.yaml:2:1: "gateway" has no effect: the router is of the kind other'],
    ["store: { kind: SQLite }", 'pinion.yaml:2:16: "kind" has the wrong form: SQLite'],
    ["store: { path: a.db }", 'pinion.yaml:2:10: unknown property "path"'],
  ])("refuses %j, at its line", (text, message) => {
    expect(() => parse(text)).toThrow(message);
  });
});
