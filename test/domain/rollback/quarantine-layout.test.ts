/** Where the entries of a long quarantine.yaml begin, as far as its lines alone can tell. */

import { describe, expect, it } from "vitest";
import { entryStarts } from "../../../src/domain/rollback/quarantine-layout.ts";
import { atOnce } from "../../../src/domain/slices.ts";

const entry = (process: string, indent = "  ") => `${indent}- process: ${process}\n${indent}  version: 1.0.0\n`;

/** The lines on which entries begin; null: it is written in another way. */
const linesOf = (text: string): readonly number[] | null => atOnce(entryStarts(text))?.map(({ line }) => line) ?? null;

describe("entries begin", () => {
  it.each<[string, string, readonly number[]]>([
    ["at each dash", `quarantine:\n${entry("a")}${entry("b")}`, [2, 4]],
    ["at dashes that are not indented", `quarantine:\n${entry("a", "")}${entry("b", "")}`, [2, 4]],
    ["after comments and blank lines", `# ours\n\nquarantine: # bad ones\n${entry("a")}\n# more\n${entry("b")}`, [4, 8]],
    ["at a dash with nothing behind it", "quarantine:\n  -\n    process: a\n  -\n    process: b\n", [2, 4]],
    ["at a dash with a blank behind it, also at the end", "quarantine:\n  - process: a\n  -", [2, 3]],
    ["not at dashes that are further in", "quarantine:\n  - process: a\n    reason: |\n      - no entry\n", [2]],
    ["with lines of Windows", `quarantine:\r\n${entry("a").replaceAll("\n", "\r\n")}`, [2]],
  ])("%s", (_what, text, lines) => {
    expect(linesOf(text)).toEqual(lines);
  });

  it("at their offset in the text", () => {
    const text = `quarantine:\n${entry("a")}${entry("b")}`;
    const starts = atOnce(entryStarts(text)) ?? [];
    expect(starts.map(({ offset }) => text.slice(offset, offset + 14))).toEqual(["  - process: a", "  - process: b"]);
  });
});

describe("it is read as a whole when", () => {
  it.each([
    ["it is empty", ""],
    ["it has no entry", "quarantine:\n"],
    ["its list is in one line", "quarantine: [{ process: a }]\n"],
    ["a dash is not indented like the others", `quarantine:\n${entry("a")} ${entry("b", "")}`],
    ["an entry comes before the key", `${entry("a", "")}quarantine:\n`],
    ["another key follows", `quarantine:\n${entry("a")}other: 1\n`],
    ["another key comes first", `other: 1\nquarantine:\n${entry("a")}`],
    ["a dash is part of a word", "quarantine:\n-a\n"],
    ["a second document follows", `quarantine:\n${entry("a")}---\n`],
  ])("%s", (_what, text) => {
    expect(linesOf(text)).toBeNull();
  });
});

it("pauses every thousand lines", () => {
  const steps = entryStarts(`quarantine:\n${entry("a").repeat(2_000)}`);
  let pauses = 0;
  while (steps.next().done !== true) pauses += 1;
  expect(pauses).toBe(4);
});
