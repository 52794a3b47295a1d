import { describe, expect, it } from "vitest";
import { describeLogLine } from "../../../../src/surfaces/cli/terminal/log-lines.ts";
import { colorsFor } from "../../../../src/surfaces/cli/terminal/terminal.ts";

const [plain, colourful] = [false, true].map((isTerminal) => colorsFor({ env: isTerminal ? { FORCE_COLOR: "1" } : {}, isTerminal }));
const at = { level: 30, time: "2026-11-21T10:00:00.123Z", component: "controller" };

function shown(entry: object, width: number | null = null): string {
  return describeLogLine(JSON.stringify({ ...at, ...entry }), { colors: plain!, width });
}

describe("a line of the log, for a person", () => {
  it.each<[string, object, string]>([
    [
      "a step of a deployment",
      {
        environment: "production",
        process: "a",
        version: "1.1.0",
        deployment: "production.a.1.1.0.x",
        phase: "Running",
        state: "validating",
        msg: "asks",
      },
      "10:00:00  production/a 1.1.0: asks (state validating)\n",
    ],
    [
      "an instance",
      { environment: "production", instance: "node-red-1", pid: 7, msg: "started Node-RED" },
      "10:00:00  production/node-red-1: started Node-RED (pid 7)\n",
    ],
    [
      "an error by its code",
      { error: { code: "git/unreachable", message: "no route", stack: "x" }, msg: "cannot poll" },
      "10:00:00  cannot poll: git/unreachable: no route\n",
    ],
    ["an error that is a text", { error: "no route", msg: "cannot poll" }, "10:00:00  cannot poll: no route\n"],
    ["a commit, shortened", { commit: "0123456789abcdef", from: null, msg: "is pinned" }, "10:00:00  is pinned (commit 01234567)\n"],
    ["nothing that commands the terminal", { msg: "a\u001B[2Jb" }, "10:00:00  a\\u001b[2Jb\n"],
  ])("says %s", (_what, entry, line) => {
    expect(shown(entry)).toBe(line);
  });

  it("is no wider than the terminal, and breaks no word", () => {
    const lines = shown({ msg: "every word of this stays whole in a terminal that is small" }, 30).trimEnd().split("\n");
    expect(lines.length).toBeGreaterThan(2);
    expect(lines.every((line) => line.length <= 30)).toBe(true);
    expect(lines.map((line) => line.trim()).join(" ")).toBe("10:00:00  every word of this stays whole in a terminal that is small");
  });

  it("stands out when somebody should read it", () => {
    const [warning, error] = [40, 50].map((level) =>
      describeLogLine(JSON.stringify({ ...at, level, msg: "x" }), { colors: colourful!, width: 80 }),
    );
    expect(warning).not.toBe(shown({ msg: "x" }));
    expect(error).not.toBe(warning);
  });

  it("is as it is when it is no JSON", () => {
    expect(describeLogLine("plain\n", { colors: plain!, width: 80 })).toBe("plain\n");
  });
});
