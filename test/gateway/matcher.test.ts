import { describe, expect, it } from "vitest";
import { createMatcher, type Endpoint } from "../../src/gateway/matcher.ts";
import { readPath } from "../../src/domain/paths/path-pattern.ts";
import { lettersWithoutOrder } from "../adapters/routers/gateway/letters.ts";

const endpoint = <T>(method: string, path: string, serves: T): readonly Endpoint<T>[] =>
  readPath(path).forms.map((form) => ({ method, path, form, serves }));

const endpoints = [
  ["GET", "/orders"],
  ["POST", "/orders"],
  ["GET", "/orders/:id"],
  ["GET", "/orders/health"],
  ["GET", "/orders/:id/lines/:line"],
  ["GET", "/orders/report-:year.json"],
  ["DELETE", "/orders/:id"],
  ["ANY", "/hooks/*"],
  ["GET", "/hooks/github"],
  ["GET", "/maybe/:id?"],
  ["GET", "/"],
  ["GET", "/slash/"],
  ["GET", "/item/:slug"],
  ["GET", String.raw`/item/:id(\d+)`],
  ["GET", "/v/*/meta"],
].flatMap(([method = "", path = ""]) => endpoint(method, path, `${method} ${path}`));

const found = (method: string, path: string) => {
  const match = createMatcher(endpoints).match(method, path);
  return match.kind === "served" ? match.serves : match.kind === "other-methods" ? match.allow.join() : null;
};

describe("finding who serves a request", () => {
  it.each([
    ["GET", "/orders", "GET /orders"],
    ["POST", "/orders", "POST /orders"],
    ["GET", "/orders/", "GET /orders"],
    ["GET", "/slash", "GET /slash/"],
    ["GET", "/orders/7", "GET /orders/:id"],
    ["GET", "/orders/health", "GET /orders/health"],
    ["GET", "/orders/report-2026.json", "GET /orders/report-:year.json"],
    ["GET", "/orders/7/lines/2", "GET /orders/:id/lines/:line"],
    ["DELETE", "/orders/health", "DELETE /orders/:id"],
    ["PATCH", "/hooks/a/b/c", "ANY /hooks/*"],
    ["GET", "/hooks/github", "GET /hooks/github"],
    ["POST", "/hooks/github", "ANY /hooks/*"],
    ["GET", "/maybe", "GET /maybe/:id?"],
    ["GET", "/maybe/1", "GET /maybe/:id?"],
    ["GET", "/item/7", String.raw`GET /item/:id(\d+)`],
    ["GET", "/Item/7a/", "GET /item/:slug"],
    ["GET", "/v/1/2/meta", "GET /v/*/meta"],
    ["GET", "/ORDERS", "GET /orders"],
    ["GET", "/", "GET /"],
    ["HEAD", "/orders", "GET /orders"],
    ["OPTIONS", "/orders", "GET /orders"],
  ])("%s %s is served by %s", (method, path, expected) => {
    expect(found(method, path)).toBe(expected);
  });

  it.each(["/order", "/orders/7/lines", "/orders//", "//", "/v/1", "/orders/7/lines/2/x", "/__proto__", "/constructor"])(
    "nobody serves %s",
    (path) => {
      expect(found("GET", path)).toBeNull();
    },
  );

  it("tells the methods of a path that is known", () => {
    expect(found("PUT", "/orders")).toBe("GET,POST");
    expect(found("PUT", "/orders/7")).toBe("DELETE,GET");
  });

  it("keeps the first of two that serve the same", () => {
    const matcher = createMatcher(["first", "second"].flatMap((serves) => endpoint("GET", `/a/:${serves}`, serves)));
    expect(matcher.match("GET", "/a/1")).toEqual({ kind: "served", serves: "first" });
  });

  describe("with patterns that take long to compare", () => {
    const hard = Array.from({ length: 3 }, (_, index) => endpoint("GET", `/hard/:x([ab]+a[ab]{60})${index}`, `hard ${index}`)).flat();
    const { match } = createMatcher([...hard, ...endpoint("GET", "/hard/*", "rest"), ...endpoint("GET", "/easy/*", "easy")]);
    const letters = lettersWithoutOrder(4000);

    it("does not tell for a path that would hold up all others", () => {
      expect(match("GET", `/hard/${letters}2`).kind).toBe("too-long");
    });

    it("finds those of a short one, and of a long one elsewhere", () => {
      expect(match("GET", `/hard/${letters.slice(0, 40)}a${"b".repeat(60)}2`)).toEqual({ kind: "served", serves: "hard 2" });
      expect(match("GET", `/easy/${letters}`)).toEqual({ kind: "served", serves: "easy" });
    });
  });
});
