import { describe, expect, it } from "vitest";
import { composeFrame } from "../../../src/surfaces/demo/frame.ts";

const command = "  curl http://127.0.0.1:8080/production/orders/health";
const parts = {
  instructions: ["Try this:", "", "  cd /tmp/shop", `${command}  # tells who answers`],
  brief: ["cd /tmp/shop  # what to try is in README.md"],
  view: (recent: number) => ["git", "", "production", "orders", "", ...Array.from({ length: recent }, (_, index) => `deployment ${index}`)],
};

function frame(rows: number, columns = 100): readonly string[] {
  return composeFrame(parts, { rows, columns });
}

describe("what a terminal shows of the demo", () => {
  it("is everything where there is room", () => {
    expect(frame(40)).toEqual([...parts.instructions, "", ...parts.view(8)]);
  });

  it.each([40, 18, 14, 12, 10, 8])("is never higher than a terminal of %i rows, and always says where the working copy is", (rows) => {
    expect(frame(rows).length).toBeLessThan(rows);
    expect(frame(rows).join("\n")).toContain("cd /tmp/shop");
  });

  it("gives up old deployments first, then the gaps, then most instructions", () => {
    expect(frame(15)).toEqual([...parts.instructions, "", ...parts.view(4)]);
    expect(frame(11)).toEqual([...parts.instructions, ...parts.view(4)].filter((line) => line !== ""));
    expect(frame(6)).toEqual(["cd /tmp/shop  # what to try is in README.md", "git", "production", "orders", "deployment 0"]);
  });

  it("shows the beginning where even the tightest arrangement is too high", () => {
    expect(frame(3)).toEqual(["cd /tmp/shop  # what to try is in README.md", "git"]);
  });

  it("leaves the comment out where a command with it is too wide", () => {
    expect(frame(40, 60)).toContain(command);
    expect(frame(40, 100)).toContain(`${command}  # tells who answers`);
    expect(Math.max(...frame(40, 20).map((line) => line.length))).toBeLessThanOrEqual(20);
  });
});
