import { describe, expect, it } from "vitest";
import { createGathering } from "../../../../src/adapters/store/sqlite/gathering.ts";

describe("gathered work", () => {
  it("is done together when it is asked at the same time, in order", async () => {
    const calls: (readonly number[])[] = [];
    const ask = createGathering<number>((parts) => void calls.push(parts));
    await Promise.all([ask(1), ask(2), ask(3)]);
    await ask(4);
    expect(calls).toEqual([[1, 2, 3], [4]]);
  });

  it("is tried one by one when it fails together, so that a bad part takes no other with it", async () => {
    const done: number[] = [];
    const ask = createGathering<number>((parts) => {
      if (parts.includes(2)) throw new Error("2 is bad");
      done.push(...parts);
    });
    const ends = await Promise.allSettled([ask(1), ask(2), ask(3)]);
    expect(ends.map((end) => end.status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(done).toEqual([1, 3]);
  });
});
