/** The lines of a function that changed: few, in order, and never without a bound. */

import { describe, expect, it } from "vitest";
import { linesOf } from "../../../src/surfaces/cli/render/text-change.ts";

const change = (oldText: string, newText: string, most = 100) => linesOf({ line: 0, name: "config.func", oldText, newText }, most);
const numbered = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => `line ${from + index}`).join("\n");

describe("the lines of a text that changed", () => {
  it("are those that differ, with two around them", () => {
    const oldText = numbered(1, 20);
    expect(change(oldText, oldText.replace("line 9\n", "line nine\n"))).toEqual([
      "@@ line 7",
      "  line 7",
      "  line 8",
      "- line 9",
      "+ line nine",
      "  line 10",
      "  line 11",
    ]);
  });

  it("of two places are told apart", () => {
    const oldText = numbered(1, 30);
    const lines = change(oldText, oldText.replace("line 3\n", "").replace("line 28\n", "line 28\nnew\n"));
    expect(lines.filter((line) => /^[-+@]/.test(line))).toEqual(["@@ line 1", "- line 3", "@@ line 26", "+ new"]);
  });

  it("are none of the end of the last line", () => {
    expect(change("return msg;", "return msg;\n")).toEqual([]);
  });

  it("are told no more of than was asked for", () => {
    expect(change(numbered(1, 50), numbered(101, 150), 3)).toEqual(["@@ line 1", "- line 1", "- line 2", "… and 98 more lines"]);
  });

  it.each([
    ["long texts", "x\n".repeat(200_000), "y\n".repeat(200_000)],
    ["texts with nothing in common", numbered(1, 5_000), numbered(10_001, 15_000)],
  ])("of %s are only counted", (_what, oldText, newText) => {
    expect(change(oldText, newText)).toEqual([expect.stringMatching(/^… too much differs to be shown: \d+ lines before, \d+ now$/)]);
  });

  it("have nothing in them that a terminal would obey", () => {
    expect(change("a", "\u001B[2Jb").join("\n")).not.toContain("\u001B");
  });
});
