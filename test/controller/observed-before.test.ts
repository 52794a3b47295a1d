import { describe, expect, it } from "vitest";
import { createObservedBefore } from "../../src/controller/observed-before.ts";
import type { Installed, Inventory } from "../../src/domain/desired/unit.ts";
import type { Route } from "../../src/domain/observed/route.ts";

const unit = (process: string, version = "1.0.0"): Installed => ({
  process,
  version,
  digest: `sha256-${version}`,
  drift: null,
  armed: null,
  endpoints: [],
  placements: [],
});
const instances: Inventory["instances"] = [{ id: "one", state: "ready", why: "" }];
const route = (process: string): Route => ({ process, timeoutMs: 1, sticky: null, shares: [] });

describe("what was observed before", () => {
  it("gives units by process, and the same objects where nothing has changed", () => {
    const before = createObservedBefore();
    const [a, b, b2] = [unit("a"), unit("b"), unit("b", "2.0.0")];
    const first = before.engine("production", "node-red", { instances, installed: [a, b] });
    expect(first).toEqual({
      instances,
      installed: new Map([
        ["a", [a]],
        ["b", [b]],
      ]),
    });
    expect(before.engine("production", "node-red", { instances, installed: [a, b] })).toBe(first);
    const second = before.engine("production", "node-red", { instances, installed: [a, b, b2] });
    expect(second.installed.get("a")).toBe(first.installed.get("a"));
    expect(second.installed.get("b")).toEqual([b, b2]);
    const third = before.engine("production", "node-red", { instances, installed: [b, b2] });
    expect([third.installed.has("a"), third.installed.get("b") === second.installed.get("b")]).toEqual([false, true]);
  });

  it("gives other instances with the same units, which stay the same map", () => {
    const before = createObservedBefore();
    const first = before.engine("production", "node-red", { instances, installed: [unit("a")] });
    const [again] = first.installed.get("a") ?? [];
    const second = before.engine("production", "node-red", { instances: [], installed: again ? [again] : [] });
    expect([second.instances, second.installed === first.installed]).toEqual([[], true]);
  });

  it("gives routes by process, and the same map where none has changed", () => {
    const before = createObservedBefore();
    const [a, b] = [route("a"), route("b")];
    const first = before.routes("production", [a, b]);
    expect(before.routes("production", [a, b])).toBe(first);
    expect(before.routes("production", [a])).toEqual(new Map([["a", a]]));
    expect(before.routes("staging", [a, b])).not.toBe(first);
  });
});
