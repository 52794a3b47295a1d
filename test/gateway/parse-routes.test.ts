import { describe, expect, it } from "vitest";
import { parseRoutes, parseTable, sortRoutes } from "../../src/gateway/parse-routes.ts";
import { digestOf } from "../adapters/routers/gateway/setting.ts";

const share = {
  version: "1.0.0",
  digest: digestOf("a"),
  weight: 100,
  endpoints: [{ method: "GET", path: "/a" }],
  targets: [{ instance: "one", url: "http://127.0.0.1:1" }],
};
const route = { process: "order-intake", timeoutMs: 1_000, sticky: null, shares: [share] };
const withShare = (change: object) => [{ ...route, shares: [{ ...share, ...change }] }];

describe("the door for routes", () => {
  it("lets whole routes in, without what it does not know", () => {
    expect(parseRoutes([{ ...route, extra: 1 }])).toEqual([route]);
  });

  it("lets the reason in why traffic was taken back, where a route has one", () => {
    const takenBack = { deployment: "d", trigger: "error_rate", why: "bad" };
    expect(parseRoutes([{ ...route, takenBack: { ...takenBack, extra: 1 } }])).toEqual([{ ...route, takenBack }]);
  });

  it.each([
    ["no list", {}, "/: expected a list"],
    ["a name that is a prototype key", [{ ...route, process: "__proto__" }], "/0/process"],
    ["a process twice", [route, route], "/1/process"],
    ["a reason why traffic was taken back that is none", [{ ...route, takenBack: { deployment: 1 } }], "/0/takenBack"],
    ["no timeout", [{ ...route, timeoutMs: 0 }], "/0/timeoutMs"],
    ["a timeout that no timer holds", [{ ...route, timeoutMs: 2 ** 31 }], "/0/timeoutMs"],
    ["an unknown sticky kind", [{ ...route, sticky: { kind: "query", name: "a" } }], "/0/sticky/kind"],
    ["a sticky name with a line break", [{ ...route, sticky: { kind: "header", name: "a\r\nb" } }], "/0/sticky/name"],
    ["weights that miss 100", withShare({ weight: 99 }), "/0/shares: the weights add up to 99"],
    ["a negative weight", withShare({ weight: -1 }), "/0/shares/0/weight"],
    ["a weight that is no number", withShare({ weight: Number.NaN }), "/0/shares/0/weight"],
    [
      "a digest twice",
      [
        {
          ...route,
          shares: [
            { ...share, weight: 50 },
            { ...share, weight: 50 },
          ],
        },
      ],
      "/0/shares: a digest",
    ],
    ["a digest that is none", withShare({ digest: "sha256-x" }), "/0/shares/0/digest"],
    ["a version that would break a header", withShare({ version: "1\r\nx: y" }), "/0/shares/0/version"],
    ["a lower-case method", withShare({ endpoints: [{ method: "get", path: "/a" }] }), "/0/shares/0/endpoints/0/method"],
    ["a relative path", withShare({ endpoints: [{ method: "GET", path: "a" }] }), "/0: the path a is not served: it does not begin with /"],
    ["a target that is no http", withShare({ targets: [{ instance: "one", url: "file:///etc/passwd" }] }), "/0/shares/0/targets/0/url"],
    ["a target with credentials", withShare({ targets: [{ instance: "one", url: "http://a:b@127.0.0.1" }] }), "/0/shares/0/targets/0/url"],
  ])("refuses %s", (_, routes, problem) => {
    expect(() => parseRoutes(routes)).toThrow(problem);
  });

  it("sorts a list route by route, and tells a path that its author can fix from everything else", () => {
    const bad = { ...route, process: "bad", shares: [{ ...share, endpoints: [{ method: "GET", path: "/zz|\\S+" }] }] };
    const { taken, refused } = sortRoutes([{ ...route, timeoutMs: 0 }, bad, route]);
    expect(taken).toEqual([route]);
    expect(refused).toEqual([
      { index: 0, isAboutPath: false, why: expect.stringContaining("/0/timeoutMs") as string },
      { index: 1, isAboutPath: true, why: expect.stringContaining("the path /zz|\\S+ is not served") as string },
    ]);
    expect(() => parseRoutes([bad])).toThrow("/zz|");
  });

  it("keeps the rest of a table when one of its routes is not served any more", () => {
    const old = { ...route, process: "old", shares: [{ ...share, endpoints: [{ method: "GET", path: "/a(?=b)" }] }] };
    const told: string[] = [];
    const table = parseTable({ environments: { production: [old, route] } }, (refusal) => told.push(refusal));
    expect(table.get("production")).toEqual([route]);
    expect(told).toEqual([expect.stringContaining("production, route 0: the path /a(?=b) is not served")]);
  });

  it("refuses a table whose environment has no proper name", () => {
    expect(() => parseTable({ environments: JSON.parse('{"__proto__": []}') as unknown }, () => {})).toThrow("/environments");
  });
});
