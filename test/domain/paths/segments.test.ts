/** The segments of a path, how much each leaves open, and each way to leave optional ones out. */

import { expect, it } from "vitest";
import { expressSource } from "../../../src/domain/paths/express-path.ts";
import { readExpression } from "../../../src/domain/paths/regular.ts";
import { flat, partsOf, segmentOf, writtenOut } from "../../../src/domain/paths/segments.ts";

/** `orders/free`, one line for each form; the slash that may end every path is left out. */
function forms(path: string): readonly string[] | null {
  const parts = partsOf(flat(readExpression(expressSource(path))).slice(0, -1));
  if (parts === null) return null;
  return writtenOut(parts).map((form) =>
    form
      .map(segmentOf)
      .map((segment) => (segment.kind === "fixed" ? segment.text : `<${segment.kind}>`))
      .join("/"),
  );
}

it.each<[string, string, readonly string[]]>([
  ["is fixed, in lower case", "/Orders/New", ["orders/new"]],
  ["is free where a parameter takes all of it", "/orders/:id", ["orders/<free>"]],
  ["is constrained where an expression says what it may be", "/orders/:id(\\d+)", ["orders/<constrained>"]],
  ["is mixed where it is fixed in part", "/orders/n:rest", ["orders/<mixed>"]],
  ["may be the rest where it may hold a slash", "/files/*", ["files/<rest>"]],
  ["may be left out, together with its slash", "/orders/:id?", ["orders/<free>", "orders"]],
  ["is left out in every way where several may be", "/a/:b?/:c?", ["a/<free>/<free>", "a/<free>", "a/<free>", "a"]],
  ["is mixed where one character may be left out", "/colou?r", ["<mixed>"]],
  ["is empty at the root", "/", [""]],
])("a segment %s", (_what, path, expected) => {
  expect(forms(path)).toEqual(expected);
});

it("an expression that does not begin with a slash has no segments", () => {
  expect(partsOf(flat(readExpression("a/b")))).toBeNull();
});
