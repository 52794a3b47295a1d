import { describe, expect, it } from "vitest";
import { createRouteLog } from "../../src/gateway/route-log.ts";
import type { Route } from "../../src/domain/observed/route.ts";

const route = (process: string): Route => ({ process, timeoutMs: 1_000, sticky: null, shares: [] });
const [a, b, c] = [route("a"), route("b"), route("c")];

describe("the log of routes", () => {
  it("tells everything to who asks for the first time, and then what has changed since", () => {
    const log = createRouteLog();
    const first = log.since("production", null, [a, b]);
    expect(first).toMatchObject({ isWhole: true, routes: [a, b], gone: [] });
    expect(log.since("production", first.revision, [a, b])).toEqual({ ...first, isWhole: false, routes: [] });
    const other = route("a");
    log.note("production", [a, b], [other, c]);
    const second = log.since("production", first.revision, [other, c]);
    expect(second).toMatchObject({ isWhole: false, routes: [other, c], gone: ["b"] });
    expect(log.since("production", second.revision, [other, c])).toMatchObject({ routes: [], gone: [] });
    log.note("production", [other, c], [other, c, b]);
    expect(log.since("production", first.revision, [other, c, b])).toMatchObject({ routes: [other, c, b], gone: [] });
    expect(log.since("production", second.revision, [other, c, b])).toMatchObject({ routes: [b], gone: [] });
  });

  it("keeps environments apart", () => {
    const log = createRouteLog();
    const { revision } = log.since("production", null, [a]);
    log.note("staging", [], [b]);
    expect(log.since("production", revision, [a])).toMatchObject({ isWhole: false, routes: [] });
    expect(log.since("staging", revision, [b])).toMatchObject({ isWhole: false, routes: [b] });
  });

  it.each([
    ["of another life", "other:0"],
    ["of the future", "+9"],
    ["that is none", "+x"],
    ["that is empty", ""],
  ])("tells everything again for a revision %s", (_what, odd) => {
    const log = createRouteLog();
    const life = log.since("production", null, []).revision.split(":")[0] ?? "";
    expect(log.since("production", odd.replace("+", `${life}:`), [a])).toMatchObject({ isWhole: true, routes: [a] });
  });

  it("tells everything to who asked before more has gone than it remembers", () => {
    const log = createRouteLog(1);
    const { revision } = log.since("production", null, [a, b, c]);
    log.note("production", [a, b, c], [b, c]);
    expect(log.since("production", revision, [b, c])).toMatchObject({ isWhole: false, gone: ["a"] });
    log.note("production", [b, c], [c]);
    expect(log.since("production", revision, [c])).toMatchObject({ isWhole: true, routes: [c] });
  });
});
