import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { differingItems } from "../../src/controller/differing-items.ts";

describe("items that differ", () => {
  it.each([
    ["nothing", "abc", "abc", ""],
    ["one in the middle", "abc", "aXc", "bX"],
    ["one more at the end", "abc", "abcd", "d"],
    ["one more at the beginning", "abc", "Xabc", "X"],
    ["one less", "abc", "ac", "b"],
    ["one that is there twice", "aa", "a", "a"],
    ["all", "", "abc", "abc"],
  ])("%s", (_what, before, now, differing) => {
    expect(differingItems(before.split(""), now.split("")).join("")).toBe(differing);
  });

  it("are all that are in one list only", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(9)), fc.array(fc.nat(9)), (before, now) => {
        const differing = new Set(differingItems(before, now));
        const inOneOnly = [...before, ...now].filter((item) => !before.includes(item) || !now.includes(item));
        expect(inOneOnly.filter((item) => !differing.has(item))).toEqual([]);
      }),
    );
  });
});
