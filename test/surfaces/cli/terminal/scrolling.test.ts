import { describe, expect, it } from "vitest";
import { atTop, scrolled, scrollHelp, visibleRows } from "../../../../src/surfaces/cli/terminal/scrolling.ts";

const lines = Array.from({ length: 30 }, (_, index) => `line ${index + 1}`);

/** The lines that are seen after these keys, and where that is. */
function after(keys: readonly string[], rows = 11) {
  let scroll = atTop;
  for (const key of keys) {
    const next = scrolled(scroll, key, rows - 1) ?? scroll;
    scroll = { ...next, top: visibleRows(lines, next.top, rows).top };
  }
  return visibleRows(lines, scroll.top, rows);
}

describe("a picture that is higher than the terminal", () => {
  it.each<[string, readonly string[], number]>([
    ["is seen from its beginning", [], 1],
    ["goes down by lines", ["down", "j"], 3],
    ["goes up again", ["down", "down", "up"], 2],
    ["goes no further than its beginning", ["up", "k", "page-up"], 1],
    ["goes on by what is seen", ["page-down"], 11],
    ["ends with its last line", ["page-down", " ", "page-down", "down"], 21],
    ["goes back from its end", ["end", "b"], 11],
    ["is at its end at once, and at its beginning", ["G", "g"], 1],
    ["stays where it is for other keys", ["down", "x"], 2],
  ])("%s", (_what, keys, first) => {
    const rows = after(keys);
    expect(rows.lines).toHaveLength(11);
    expect(rows.lines[0]).toBe(`line ${first}`);
    expect(rows.lines.at(-1)).toBe(`lines ${first} to ${first + 9} of 30; ${scrollHelp}`);
  });

  it("shows all, or what needs somebody alone", () => {
    expect(scrolled({ top: 5, isWhole: false }, "a", 10)).toEqual({ top: 0, isWhole: true });
    expect(scrolled({ top: 5, isWhole: true }, "a", 10)).toEqual({ top: 0, isWhole: false });
  });

  it("is shown as it is where it fits, without a word about keys", () => {
    expect(visibleRows(lines, 7, 30)).toEqual({ lines, top: 0 });
  });

  it("has its last line within 80 columns", () => {
    expect(`lines 1000 to 1022 of 9999; ${scrollHelp}`.length).toBeLessThanOrEqual(80);
  });
});
