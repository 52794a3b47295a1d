import { describe, expect, it } from "vitest";
import { findCircles, inDependencyOrder, isInRange } from "../../../src/domain/desired/dependency-graph.ts";

function circles(needs: Readonly<Record<string, readonly string[]>>): readonly string[] {
  return findCircles(Object.keys(needs), (process) => needs[process] ?? []).map((circle) => [...circle].sort().join(" "));
}

describe("circles", () => {
  it.each([
    ["none", { a: ["b"], b: ["c"], c: [] }, []],
    ["of two", { a: ["b"], b: ["a"] }, ["a b"]],
    ["of one that needs itself", { a: ["a"] }, ["a"]],
    ["of three, with one that only calls them", { d: ["a"], a: ["b"], b: ["c"], c: ["a"] }, ["a b c"]],
    ["two beside each other", { a: ["b"], b: ["a"], c: ["d"], d: ["c"] }, ["a b", "c d"]],
    ["two that share a process are one", { a: ["b", "c"], b: ["a"], c: ["a"] }, ["a b c"]],
    ["through a process that nobody starts from", { a: ["x"], x: ["a"] }, ["a x"]],
    ["no diamond", { a: ["b", "c"], b: ["d"], c: ["d"], d: [] }, []],
  ])("%s", (_what, needs, found) => {
    expect(circles(needs)).toEqual(found);
  });

  it("are found in a chain that is longer than any call stack", () => {
    const length = 50_000;
    const next = (process: string): readonly string[] => [String((Number(process) + 1) % length)];
    expect(findCircles(["0"], next).map((circle) => circle.size)).toEqual([length]);
  });
});

describe("the order of dependencies", () => {
  it("puts what is called before its callers, and leaves the rest as it was", () => {
    const needs = new Map([
      ["caller", ["called"]],
      ["other", []],
      ["called", ["elsewhere"]],
    ]);
    expect(inDependencyOrder(needs)).toEqual(["other", "called", "caller"]);
  });

  it("has no place for a process in a circle", () => {
    expect(
      inDependencyOrder(
        new Map([
          ["a", ["b"]],
          ["b", ["a"]],
          ["c", []],
        ]),
      ),
    ).toEqual(["c"]);
  });
});

describe("a range", () => {
  it.each([
    ["1.2.0", "^1.0.0", true],
    ["2.0.0", "^1.0.0", false],
    ["1.5.0-rc.1", "^1.0.0", true],
    ["1.0.0-rc.1", "^1.0.0", false],
  ])("%s in %s: %s", (version, range, is) => {
    expect(isInRange(version, range)).toBe(is);
  });
});
