import { schemaErrors } from "../../../src/adapters/manifest/document/schemas.ts";
import { describe, expect, it } from "vitest";
import { below, whyNoProbePath } from "../../../src/domain/validation/probe-path.ts";

const good = ["/", "/orders", "/orders/health?x=1&y=../z", "/a..b/.well-known/x", "/a/%20b", "/.../x", "/@user", "/a:b#c"];
const bad = [
  "",
  "orders",
  "@evil.example/x",
  ".evil.example/x",
  "http://evil.example/",
  "//evil.example/x",
  "/../../__admin",
  "/orders/..",
  "/./x",
  "/a/%2e%2e/b",
  "/a/.%2E/b",
  "/a%2f..%2fb",
  "/a/..%5Cb",
  "/\\evil.example",
  "/..\\..\\x",
  "/a b",
  "/a\tb",
  "/a\nHost: evil",
  "/..?x",
];

describe("a path that is asked of a version", () => {
  it.each(good)("%j is one", (path) => {
    expect(whyNoProbePath(path)).toBeNull();
    const url = new URL(below("http://127.0.0.1:1880/private/orders", path));
    expect([url.host, url.pathname.startsWith("/private/orders/")]).toEqual(["127.0.0.1:1880", true]);
  });

  it.each(bad)("%j is none", (path) => {
    expect(whyNoProbePath(path)).not.toBeNull();
    expect(() => below("http://127.0.0.1:1880/private/orders", path)).toThrow(/^the path /);
  });

  it.each([...good, ...bad])("%j is judged alike by the schema of an environment", (path) => {
    const validation = { healthCheck: { endpoint: path } };
    const errors = schemaErrors("environment", { name: "production", type: "production", strategy: { type: "recreate" }, validation });
    expect(errors.length === 0).toBe(whyNoProbePath(path) === null);
  });
});
