import { describe, expect, it } from "vitest";
import { parseShallowJson } from "../../src/domain/shallow-json.ts";

const nested = (levels: number, inner = "1"): string => "[".repeat(levels) + inner + "]".repeat(levels);

describe("JSON of strangers", () => {
  it.each([
    ["1,000 levels", nested(1_000)],
    ["any number of lists beside each other", `[${"[],".repeat(5_000)}{}]`],
    ["brackets in texts", JSON.stringify(["[".repeat(5_000), `\\"${"{".repeat(5_000)}`])],
  ])("is taken with %s", (_, text) => {
    expect(parseShallowJson(text)).toEqual(JSON.parse(text));
  });

  it.each([
    ["lists", nested(1_001)],
    ["objects", `${'{"a":'.repeat(1_001)}1${"}".repeat(1_001)}`],
    ["lists that never end", "[".repeat(1_000_000)],
  ])("is refused for too many %s inside each other", (_, text) => {
    expect(() => parseShallowJson(text)).toThrow("more than 1000 lists and objects inside each other");
  });

  it("is refused where it is none", () => {
    for (const text of ["", '"', '"\\', "[", "<html>"]) expect(() => parseShallowJson(text)).toThrow(SyntaxError);
  });
});
