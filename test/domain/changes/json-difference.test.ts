/** JSON values are compared, and each difference is named by its pointer, so that it can be applied. */

import { describe, expect, it } from "vitest";
import type { ConfigurationChange } from "../../../src/domain/changes/changes.ts";
import { applyDifferences, differencesBetween, isSameJson } from "../../../src/domain/changes/json-difference.ts";
import type { Json, JsonObject } from "../../../src/domain/desired/definition.ts";

describe("the differences of two configurations", () => {
  it.each<[string, JsonObject, JsonObject, readonly object[]]>([
    [
      "deep inside",
      { a: { b: [1, { c: 1 }] } },
      { a: { b: [1, { c: 2 }] } },
      [{ pointer: "/a/b/1/c", kind: "changed", oldValue: 1, newValue: 2 }],
    ],
    ["a list that grew is one change", { a: [1] }, { a: [0, 1] }, [{ pointer: "/a", kind: "changed", oldValue: [1], newValue: [0, 1] }]],
    [
      "keys that need escaping",
      { "a/b": 1, "~": 1 },
      { "a/b": 2 },
      [
        { pointer: "/a~1b", kind: "changed", oldValue: 1, newValue: 2 },
        { pointer: "/~0", kind: "removed", oldValue: 1 },
      ],
    ],
    ["the empty key", {}, { "": null }, [{ pointer: "/", kind: "added", newValue: null }]],
    ["an inherited name", {}, { constructor: 1 }, [{ pointer: "/constructor", kind: "added", newValue: 1 }]],
    [
      "an empty __proto__ for another key",
      parsed('{"__proto__": {}}'),
      { b: 1 },
      [
        { pointer: "/__proto__", kind: "removed", oldValue: {} },
        { pointer: "/b", kind: "added", newValue: 1 },
      ],
    ],
    ["a list is no object", { a: [] }, { a: {} }, [{ pointer: "/a", kind: "changed", oldValue: [], newValue: {} }]],
  ])("%s", (_what, from, to, expected) => {
    const found = differencesBetween(from, to);
    expect(found).toEqual(expected);
    expect(applyDifferences(from, found)).toEqual(to);
  });

  it("cannot reach the prototype of objects", () => {
    const hostile = parsed('{"__proto__": {"polluted": 1}}');
    const result = applyDifferences({ a: 1 }, differencesBetween({ a: 1 }, hostile));
    expect(Object.keys(result)).toEqual(["__proto__"]);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });
});

it.each<[string, Json, Json, boolean]>([
  ["whatever the order of their keys", { a: 1, b: { c: [1, null] } }, { b: { c: [1, null] }, a: 1 }, true],
  ["not with another value deep inside", { a: { b: [1, 2] } }, { a: { b: [1, 3] } }, false],
  ["not in another order of a list", [1, 2], [2, 1], false],
  ["not with a key more", { a: 1 }, { a: 1, b: null }, false],
  ["not with a key less", { a: 1, b: null }, { a: 1 }, false],
  ["not where one is a list", [], {}, false],
  ["not where one is null", null, {}, false],
  ["not where one is a number, and the other its text", 1, "1", false],
])("two values are the same %s", (...[, left, right, expected]) => {
  expect(isSameJson(left, right)).toBe(expected);
});

describe("a difference that does not fit is refused", () => {
  it.each<[string, ConfigurationChange]>([
    ["a removed setting that is not there", { pointer: "/x", kind: "removed", oldValue: 1 }],
    ["an added setting that is there", { pointer: "/list", kind: "added", newValue: 1 }],
    ["a setting inside of a number", { pointer: "/n/x", kind: "added", newValue: 1 }],
    ["the length of a list", { pointer: "/list/length", kind: "changed", oldValue: 1, newValue: 0 }],
    ["a new item of a list", { pointer: "/list/1", kind: "added", newValue: 0 }],
    ["the whole configuration", { pointer: "", kind: "changed", oldValue: {}, newValue: {} }],
  ])("%s", (_what, change) => {
    expect(() => applyDifferences({ list: [1], n: 1 }, [change])).toThrow("the changes do not fit this definition");
  });
});

function parsed(text: string): JsonObject {
  return JSON.parse(text) as JsonObject;
}
