/** Two endpoints clash where they answer the same requests and neither goes before the other. */

import { describe, expect, it } from "vitest";
import { clashWith, formsOf, looksLike, placeOf } from "../../../src/domain/paths/clash.ts";

const at = (path: string, method = "GET") => ({ method, path });

describe("two endpoints clash", () => {
  it.each<[string, string, string, string | null]>([
    ["where their parameters have different names", "/orders/:id", "/orders/:order", "/orders/1"],
    ["where they differ in upper and lower case", "/Orders", "/orders", "/orders"],
    ["where one is the other without its optional part", "/orders/:id?", "/orders", "/orders"],
    ["where their expressions have a text in common", "/item/:id(\\d+)", "/item/:n([0-9a-f]+)", "/item/0"],
    ["not where these have none", "/item/:id(\\d+)", "/item/:n([a-f]+)", null],
    ["not where one is fixed, which goes first", "/item/new", "/item/:id", null],
    ["not where one is constrained, which goes before what is free", "/item/:id(\\d+)", "/item/:slug", null],
    ["not with another path", "/a", "/b", null],
    ["not with a path that is not served", "/a/../b", "/b", null],
  ])("%s", (_what, one, other, example) => {
    expect(clashWith([at(one)])([at(other)])?.example ?? null).toBe(example);
  });

  it("not with another method", () => {
    expect(clashWith([at("/a", "get")])([at("/a", "POST")])).toBeUndefined();
    expect(clashWith([at("/a", "get")])([at("/a", "GET")])?.endpoint).toEqual(at("/a", "get"));
  });

  it("and the first one that clashes is named", () => {
    expect(clashWith([at("/a"), at("/b")])([at("/c"), at("/b"), at("/a")])?.other).toEqual(at("/b"));
    expect(clashWith([])([at("/a")])).toBeUndefined();
  });

  it("where the search takes too long: a clash too many is better than one too few", () => {
    const [one, other] = [at(`/${"*a".repeat(100)}b`), at(`/${"*b".repeat(100)}c`)];
    expect(clashWith([one])([other])).toEqual({ endpoint: one, other, example: other.path });
  });
});

it.each([
  ["/orders/1", true],
  ["/ORDERS", true],
  ["/:any/x", true],
  ["/carts", false],
  ["/orders-old", false],
])("%s may be as specific as /orders/:id: %s", (path, expected) => {
  expect(looksLike(["/orders/:id"])(path)).toBe(expected);
  expect(looksLike(["/orders/:id", "/*"])(path)).toBe(true);
});

it("endpoints of one place have one method, and are as specific as each other", () => {
  const places = ["/orders/:id", "/orders/:order", "/orders/new"].map(
    (path) => formsOf(path).map((form) => placeOf(at(path, "get"), form))[0],
  );
  expect(places[0]).toBe(places[1]);
  expect(places[0]).not.toBe(places[2]);
  expect(places[0]).toMatch(/^GET /u);
});
