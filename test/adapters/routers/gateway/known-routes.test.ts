import { describe, expect, it } from "vitest";
import { createKnownRoutes } from "../../../../src/adapters/routers/gateway/known-routes.ts";
import type { Route } from "../../../../src/domain/observed/route.ts";

const route = (process: string, timeoutMs = 1_000): Route => ({ process, timeoutMs, sticky: null, shares: [] });
const told = (answer: object): string => JSON.stringify({ isWhole: false, routes: [], gone: [], ...answer });

describe("the routes that a gateway has told", () => {
  it("are all at first, and then those with what has changed, each the same object as long as it has not", () => {
    const known = createKnownRoutes();
    expect(known.revision("production")).toBeNull();
    const first = known.take("production", told({ revision: "x:1", isWhole: true, routes: [route("a"), route("b")] }));
    expect([first, known.revision("production")]).toEqual([[route("a"), route("b")], "x:1"]);
    expect(known.take("production", told({ revision: "x:1" }))).toBe(first);
    expect(known.take("production", told({ revision: "x:2", routes: [route("b")], gone: ["never"] }))).toBe(first);
    const second = known.take("production", told({ revision: "x:3", routes: [route("b", 2), route("c")], gone: ["a"] }));
    expect(second).toEqual([route("b", 2), route("c")]);
    const third = known.take("production", told({ revision: "y:1", isWhole: true, routes: [route("b", 2), route("c", 3)] }));
    expect([third[0] === second[0], third[1]]).toEqual([true, route("c", 3)]);
    expect(known.revision("production")).toBe("y:1");
  });

  it("are told whole by a gateway of an earlier release, and are the same objects too", () => {
    const known = createKnownRoutes();
    const first = known.take("production", JSON.stringify({ routes: [route("a"), route("b")] }));
    expect(known.take("production", JSON.stringify({ routes: [route("a"), route("b")] }))).toBe(first);
    const second = known.take("production", JSON.stringify({ routes: [route("a"), route("b", 2)] }));
    expect([second[0] === first[0], second[1], known.revision("production")]).toEqual([true, route("b", 2), null]);
  });

  it("stay as they were when an answer is none", () => {
    const known = createKnownRoutes();
    const first = known.take("production", told({ revision: "x:1", isWhole: true, routes: [route("a")] }));
    for (const odd of ["{", "{}", told({ routes: [{}] }), told({ gone: [1] })]) expect(() => known.take("production", odd)).toThrow();
    expect(known.take("production", told({ revision: "x:1" }))).toBe(first);
  });
});
