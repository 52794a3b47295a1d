import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createSelection, differingKeys, mapOf, withChanges } from "../../src/domain/sharded-map.ts";

const key = fc
  .oneof(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 1_995, max: 2_005 }), fc.nat(2_500))
  .map((index) => `process-${index}`);
const change = fc.tuple(key, fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined }));
/** From none to so many that shards are needed, and then to more than fit into them. */
const size = fc.constantFrom(0, 3, 511, 512, 513, 2_000);

function numbered(count: number): [string, number][] {
  return Array.from({ length: count }, (_, index) => [`process-${index}`, index % 3]);
}

function sorted<V>(map: ReadonlyMap<string, V>): readonly [string, V][] {
  return [...map].sort(([one], [other]) => (one < other ? -1 : 1));
}

describe("a map that is cheap to change", () => {
  it("is what a map is, after any changes, and leaves the one before as it was", () => {
    fc.assert(
      fc.property(size, fc.array(fc.array(change, { maxLength: 40 }), { maxLength: 5 }), (count, rounds) => {
        const model = new Map(numbered(count));
        let map = mapOf(numbered(count));
        for (const changes of rounds) {
          const [before, entries] = [map, sorted(map)];
          for (const [name, value] of changes) {
            if (value === undefined) model.delete(name);
            else model.set(name, value);
          }
          map = withChanges(map, changes);
          expect(sorted(before)).toEqual(entries);
        }
        expect(map.size).toBe(model.size);
        expect(sorted(map)).toEqual(sorted(model));
        expect([...map.keys()]).toEqual(Array.from(map, ([name]) => name));
        expect([...map.values()]).toEqual(Array.from(map, ([, value]) => value));
        for (const [name, value] of model) expect(map.get(name)).toBe(value);
        expect(map.has("nobody")).toBe(false);
        const called: [string, number][] = [];
        map.forEach((value, name) => called.push([name, value]));
        expect(called).toEqual([...map]);
      }),
      { numRuns: 25 },
    );
  });

  it("says which keys differ, also from one that shares nothing with it", () => {
    fc.assert(
      fc.property(size, fc.array(change, { maxLength: 60 }), (count, changes) => {
        const before = mapOf(numbered(count));
        const after = withChanges(before, changes);
        const names = new Set([...before.keys(), ...after.keys()]);
        const expected = [...names].filter((name) => before.get(name) !== after.get(name)).sort();
        expect([...differingKeys(before, after)].sort()).toEqual(expected);
        expect([...differingKeys(after, before)].sort()).toEqual(expected);
        expect([...differingKeys(new Map(before), after)].sort()).toEqual(expected);
        expect([...differingKeys(before, mapOf(after))].sort()).toEqual(expected);
      }),
      { numRuns: 25 },
    );
  });

  it("selects the values that a walk over all would find", () => {
    const large = createSelection((value: number) => value === 2);
    fc.assert(
      fc.property(size, fc.array(change, { maxLength: 60 }), (count, changes) => {
        const map = withChanges(mapOf(numbered(count)), changes);
        expect(large(map)).toEqual([...map.values()].filter((value) => value === 2));
        expect(large(map)).toEqual([...map.values()].filter((value) => value === 2));
      }),
      { numRuns: 15 },
    );
  });

  it("stays itself where nothing changes", () => {
    const map = mapOf(numbered(2_000));
    expect(withChanges(map, [["process-5", 5 % 3] as const, ["nobody", undefined] as const])).toBe(map);
    expect(differingKeys(map, map)).toEqual([]);
  });

  it("grows from nothing to many and back", () => {
    let map = mapOf<number>([]);
    for (let index = 0; index < 20_000; index += 1) map = withChanges(map, [[`process-${index}`, index] as const]);
    expect(map.size).toBe(20_000);
    expect(map.get("process-19999")).toBe(19_999);
    map = withChanges(
      map,
      Array.from({ length: 19_999 }, (_, index) => [`process-${index}`, undefined] as const),
    );
    expect([...map]).toEqual([["process-19999", 19_999]]);
  });
});
