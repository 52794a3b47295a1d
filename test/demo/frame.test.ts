import { describe, expect, it } from "vitest";
import { composeFrame, type Density } from "../../src/demo/frame.ts";

const command = "  curl http://127.0.0.1:8080/production/orders/health";
const parts = {
  instructions: ["Try this:", "", "  cd /tmp/shop", `${command}  # tells who answers`],
  brief: ["cd /tmp/shop  # what to try is in README.md"],
  view: ({ recent, detail }: Density) => [
    "git",
    "",
    "production",
    "orders",
    ...{ full: ["canary", "figures"], line: ["canary"], none: [] }[detail],
    "",
    ...Array.from({ length: recent }, (_, index) => `deployment ${index}`),
  ],
};

function frame(rows: number, columns = 100): readonly string[] {
  return composeFrame(parts, { rows, columns }).lines;
}

describe("what a terminal shows of the demo", () => {
  it("is everything where there is room", () => {
    expect(frame(40)).toEqual([...parts.instructions, "", ...parts.view({ recent: 8, detail: "full" })]);
  });

  it.each([40, 18, 14, 12, 10, 8])("is never higher than a terminal of %i rows, and always says where the working copy is", (rows) => {
    expect(frame(rows).length).toBeLessThan(rows);
    expect(frame(rows).join("\n")).toContain("cd /tmp/shop");
  });

  it.each([
    [17, [...parts.instructions, "", ...parts.view({ recent: 4, detail: "full" })]],
    [15, [...parts.instructions, "", ...parts.view({ recent: 2, detail: "full" })]],
    [13, [...parts.instructions, ...parts.view({ recent: 4, detail: "full" })]],
    [9, [...parts.instructions, ...parts.view({ recent: 1, detail: "line" })]],
    [8, [...parts.brief, ...parts.view({ recent: 1, detail: "full" })]],
    [6, [...parts.brief, ...parts.view({ recent: 0, detail: "line" })]],
    [5, [...parts.brief, ...parts.view({ recent: 0, detail: "none" })]],
  ] as const)(
    "in %i rows gives up old deployments first, then gaps and figures, then most instructions, then what goes on",
    (rows, lines) => {
      const withGaps = rows > 14;
      expect(frame(rows)).toEqual(withGaps ? lines : lines.filter((line) => line !== ""));
    },
  );

  it("shows the beginning where even the tightest arrangement is too high", () => {
    expect(frame(3)).toEqual(["cd /tmp/shop  # what to try is in README.md", "git"]);
  });

  it("breaks a line that is too wide between words", () => {
    const told = composeFrame({ ...parts, instructions: ["  # pins are here"] }, { rows: 40, columns: 10 });
    expect(told.lines.slice(0, 2)).toEqual(["  # pins", "  are here"]);
  });

  it.each([
    ["auto", 40, true],
    ["auto", 8, false],
    ["try", 40, true],
    ["try", 8, true],
    ["live", 40, false],
  ] as const)("with %s in %i rows: what to try is shown: %s", (focus, rows, isShown) => {
    const told = composeFrame(parts, { rows, columns: 100 }, focus);
    expect(told.hasInstructions).toBe(isShown);
    expect(told.lines.includes("Try this:")).toBe(isShown);
    expect(told.lines.length).toBeLessThan(rows);
  });

  it("shows what to try as far as it goes where that is asked for and too high", () => {
    expect(composeFrame(parts, { rows: 3, columns: 100 }, "try").lines).toEqual(["Try this:", "  cd /tmp/shop"]);
  });

  it("leaves the comment out where a command with it is too wide", () => {
    expect(frame(40, 60)).toContain(command);
    expect(frame(40, 100)).toContain(`${command}  # tells who answers`);
    expect(Math.max(...frame(40, 20).map((line) => line.length))).toBeLessThanOrEqual(20);
  });
});
