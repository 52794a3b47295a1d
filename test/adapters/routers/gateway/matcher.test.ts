import { describe, expect, it } from "vitest";
import { createMatcher } from "../../../../src/adapters/routers/gateway/matcher.ts";

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
].map(([method = "", path = ""]) => ({ method, path, serves: `${method} ${path}` }));

const found = (method: string, path: string) => {
  const match = createMatcher(endpoints).match(method, path);
  return match.kind === "served" ? match.serves : match.kind === "unknown" ? null : match.allow.join();
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
    ["GET", "/", "GET /"],
    ["HEAD", "/orders", "GET /orders"],
    ["OPTIONS", "/orders", "GET /orders"],
  ])("%s %s is served by %s", (method, path, expected) => {
    expect(found(method, path)).toBe(expected);
  });

  it.each(["/order", "/orders/7/lines", "/orders//", "/ORDERS", "/orders/7/lines/2/x", "/__proto__", "/constructor"])(
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
    const matcher = createMatcher(["first", "second"].map((serves) => ({ method: "GET", path: "/a/:b", serves })));
    expect(matcher.match("GET", "/a/1")).toEqual({ kind: "served", serves: "first" });
  });
});
