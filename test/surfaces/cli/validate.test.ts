/** `pinion validate` as people and scripts see it. */

import { describe, expect, it } from "vitest";
import type { Finding } from "../../../src/domain/finding.ts";
import { pinion } from "./fake-world.ts";

function finding(file: string, line: number, severity: Finding["severity"], hint = ""): Finding {
  return { file, line, column: 2, pointer: "/a", code: "yaml/syntax", severity, message: `wrong at ${line}`, hint };
}

const mixed = [
  finding("environments/staging/pins.yaml", 3, "error", "Fix it."),
  finding("environments/staging/pins.yaml", 9, "warning"),
  finding("x.yaml", 1, "error"),
];

async function validate(findings: readonly Finding[], ...argv: readonly string[]) {
  const asked: string[] = [];
  const outcome = await pinion(["validate", ...argv], {
    validate(directory) {
      asked.push(directory);
      return Promise.resolve({ findings });
    },
  });
  return { ...outcome, asked };
}

describe("pinion validate", () => {
  it("groups findings by file and counts them", async () => {
    const { code, stdout, asked } = await validate(mixed, "repo");
    expect(asked).toEqual(["/work-place/repo"]);
    expect(code).toBe(1);
    expect(stdout).toBe(`environments/staging/pins.yaml
  environments/staging/pins.yaml:3:2  error  wrong at 3  (yaml/syntax)
    Fix it.
  environments/staging/pins.yaml:9:2  warning  wrong at 9  (yaml/syntax)

x.yaml
  x.yaml:1:2  error  wrong at 1  (yaml/syntax)

2 errors, 1 warning in 2 files
`);
  });

  it.each([
    ["nothing", [], 0, "no findings\n"],
    ["warnings only", [finding("a.yaml", 1, "warning"), finding("a.yaml", 2, "warning")], 0, "2 warnings in 1 file\n"],
    ["an error", [finding("a.yaml", 1, "error")], 1, "1 error in 1 file\n"],
  ])("of %s", async (_what, findings, code, end) => {
    const outcome = await validate(findings);
    expect(outcome.code).toBe(code);
    expect(outcome.stdout.endsWith(end)).toBe(true);
    expect(outcome.asked).toEqual(["/work-place"]);
  });

  it("prints nothing that a terminal would obey", async () => {
    const { stdout } = await validate([{ ...finding("a\u001B[2J.yaml", 1, "error"), message: "wrong: \u001B[31m" }]);
    expect(stdout).toContain(String.raw`a\u001b[2J.yaml:1:2  error  wrong: \u001b[31m`);
    expect(stdout).not.toContain("\u001B");
  });

  it("prints exactly the promised fields as JSON", async () => {
    const extra = { ...mixed[0], secretThought: 1 } as Finding;
    const { code, stdout } = await validate([extra], "--format", "json");
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toEqual({ findings: [mixed[0]] });
  });

  it("prints an empty list as JSON when all is well", async () => {
    expect(await validate([], "--format", "json")).toMatchObject({ code: 0, stdout: '{\n  "findings": []\n}\n' });
  });
});
