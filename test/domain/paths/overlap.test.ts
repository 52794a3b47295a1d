/** Whether one text fits two paths, and which: a shortest one, that people can read. */

import { expect, it } from "vitest";
import { commonText } from "../../../src/domain/paths/overlap.ts";
import { readPath } from "../../../src/domain/paths/path-pattern.ts";

it.each([
  ["/item/:id(\\d+)", "/item/:n([0-9a-f]+)", "/item/0"],
  ["/item/:id(\\d+)", "/item/:n([a-f]+)", null],
  ["/(x|y)z", "/:a([xw])z", "/xz"],
  ["/v/*/meta", "/v/*/data", null],
  ["/a*", "/*b", "/ab"],
  ["/a", "/A", "/a"],
  ["/a", "/b", null],
])("%s and %s both fit %s", (one, other, expected) => {
  const [a, b] = [one, other].map((path) => readPath(path).forms[0]?.automaton());
  expect(a && b && commonText(a, b)).toBe(expected);
});

it("says that it does not know whether two paths meet, where looking would take too long", () => {
  const [a, b] = ["/*a*b*c", "/*c*b*d"].map((path) => readPath(path).forms[0]?.automaton());
  if (!a || !b) throw new Error("these are paths");
  expect(commonText(a, b, { left: 20 })).toBeUndefined();
});
