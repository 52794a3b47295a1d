import { describe, expect, it } from "vitest";
import { refilled } from "../../../../src/surfaces/cli/terminal/help-text.ts";
import { pinion } from "../fake-world.ts";

const { stdout: overview } = await pinion(["--help"]);
const commands = Array.from(overview.matchAll(/^ {2}(?<name>[a-z]+)\b/gmu), ({ groups }) => groups?.["name"] ?? "");

describe("a help text", () => {
  it.each(["", ...commands.filter((name) => name !== "help")])("of pinion %s fits into 80 columns", async (command) => {
    const { stdout } = await pinion([...(command === "" ? [] : [command]), "--help"], { columns: 80 });
    expect(stdout).not.toBe("");
    expect(stdout.split("\n").filter((line) => line.length > 80)).toEqual([]);
  });

  it("has what an example is for above it, where both do not fit", () => {
    expect(refilled("  pinion run --accept-rewrite      after somebody has forced a push", 40)).toBe(
      "  # after somebody has forced a push\n  pinion run --accept-rewrite",
    );
  });

  it("continues a long command as a shell takes it, and tears no quoted text apart", () => {
    expect(refilled(`  pinion rollback production/a --reason "it burns and burns" --to 1.3.0`, 50)).toBe(
      `  pinion rollback production/a --reason \\\n    "it burns and burns" --to 1.3.0`,
    );
  });

  it("is as it is where it fits, and where the width is not known", () => {
    const line = "  pinion run      to try it out";
    expect(refilled(line, 80)).toBe(line);
    expect(refilled(`${line}${" and again".repeat(20)}`, null)).toBe(`${line}${" and again".repeat(20)}`);
  });
});
