import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createObservedBefore } from "../../src/controller/observed-before.ts";
import type { Desired } from "../../src/domain/desired/resolve.ts";
import type { VersionSummary } from "../../src/domain/desired/snapshot.ts";
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

  it("says of which processes more, or something else, is installed than what is pinned, whatever changes", () => {
    const name = fc.constantFrom("a", "b", "c");
    const version = fc.constantFrom("1.0.0", "2.0.0");
    const world = fc.record({
      installed: fc.dictionary(name, fc.uniqueArray(version, { minLength: 1 })),
      desired: fc.dictionary(name, version),
    });
    fc.assert(
      fc.property(fc.array(world, { minLength: 1, maxLength: 5 }), (worlds) => {
        const before = createObservedBefore();
        for (const { installed, desired } of worlds) {
          const units = Object.entries(installed).flatMap(([process, versions]) => versions.map((each) => unit(process, each)));
          const observation = before.engine("production", "node-red", { instances, installed: units });
          const pinned = new Map(Object.entries(desired).map(([process, each]) => [process, runs(process, each)] as const));
          const unlike = before.unlikePinned("production", "node-red", { installed: observation.installed, desired: pinned });
          const expected = Object.entries(installed).filter(([process, versions]) => versions.join() !== (desired[process] ?? ""));
          expect([...unlike].toSorted()).toEqual(expected.map(([process]) => process).toSorted());
        }
      }),
    );
  });

  it("is the same as told for the first time, whichever units have come and gone", () => {
    const known = ["a", "b", "c"].flatMap((process) => [unit(process), unit(process, "2.0.0")]);
    fc.assert(
      fc.property(fc.array(fc.subarray(known), { minLength: 1, maxLength: 5 }), (lists) => {
        const before = createObservedBefore();
        for (const installed of lists) {
          const told = before.engine("production", "node-red", { instances, installed });
          const anew = createObservedBefore().engine("production", "node-red", { instances, installed });
          expect(told.installed).toEqual(anew.installed);
        }
      }),
    );
  });
});

function runs(process: string, version: string): Desired {
  const ref = { process, version, digest: `sha256-${version}` } as const;
  const summary: VersionSummary = {
    process,
    version,
    engine: "node-red",
    definitionDigest: "sha256-d",
    dependencies: [],
    hasChecks: false,
    endpoints: [],
  };
  return { kind: "run", unit: ref, summary, pinned: { kind: "runnable", summary, status: "published" } };
}
