import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createTurns, entryAt, pointOf } from "../../src/gateway/balance.ts";

describe("turns by weight", () => {
  it("mixes evenly: 20 of 100 is every fifth", () => {
    const next = createTurns([
      { item: "stable", weight: 80 },
      { item: "candidate", weight: 20 },
    ]);
    const order = Array.from({ length: 20 }, next);
    const at = order.flatMap((item, index) => (item === "candidate" ? [index] : []));
    expect(at).toHaveLength(4);
    expect(at.slice(1).map((index, n) => index - (at[n] ?? 0))).toEqual([5, 5, 5]);
  });

  it("gives each exactly its weight in every full round, and never a turn without weight", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 5 }), (weights) => {
        const total = weights.reduce((sum, weight) => sum + weight, 0);
        const next = createTurns(weights.map((weight, item) => ({ item, weight })));
        const turns = Array.from({ length: total }, next);
        expect(weights.map((_, item) => turns.filter((turn) => turn === item).length)).toEqual(weights);
      }),
    );
  });

  it("has nobody's turn without entries", () => {
    expect(createTurns([])()).toBeNull();
    expect(createTurns([{ item: "a", weight: 0 }])()).toBeNull();
  });
});

describe("sticky choice", () => {
  const split = (candidate: number) => [
    { item: "stable", weight: 100 - candidate },
    { item: "candidate", weight: candidate },
  ];
  const callers = Array.from({ length: 5_000 }, (_, n) => `session-${n}`);

  it("gives the same caller the same version", () => {
    for (const caller of callers.slice(0, 100)) expect(entryAt(split(50), caller)).toBe(entryAt(split(50), caller));
  });

  it("spreads callers by weight", () => {
    const candidates = callers.filter((caller) => entryAt(split(20), caller) === "candidate").length;
    expect(candidates / callers.length).toBeGreaterThan(0.17);
    expect(candidates / callers.length).toBeLessThan(0.23);
  });

  it("moves callers only to the candidate while its weight grows", () => {
    let before = new Set<string>();
    for (const weight of [0, 5, 20, 50, 80, 100]) {
      const now = new Set(callers.filter((caller) => entryAt(split(weight), caller) === "candidate"));
      expect([...before].filter((caller) => !now.has(caller))).toEqual([]);
      before = now;
    }
    expect(before.size).toBe(callers.length);
  });

  it("has points from 0 up to 1", () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        expect(pointOf(value)).toBeGreaterThanOrEqual(0);
        expect(pointOf(value)).toBeLessThan(1);
      }),
    );
  });
});
