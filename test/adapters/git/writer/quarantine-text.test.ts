import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { withQuarantined } from "../../../../src/adapters/git/writer/quarantine-text.ts";
import { maxQuarantineBytes } from "../../../../src/domain/rollback/quarantine-layout.ts";
import type { QuarantineEntry } from "../../../../src/adapters/git/writer/quarantine-text.ts";

const digest = `sha256-${"a".repeat(64)}` as const;
const entry: QuarantineEntry = {
  process: "order-intake",
  version: "1.5.0",
  digest,
  reason: "20 % of the answers were errors",
  since: "2026-11-21T10:00:00Z",
  rollbackId: "rb-1",
};
const block = (indent: string) =>
  [
    "- process: order-intake",
    "  version: 1.5.0",
    `  digest: ${digest}`,
    "  reason: 20 % of the answers were errors",
    "  since: 2026-11-21T10:00:00Z",
    "  rollbackId: rb-1",
  ]
    .map((line) => `${indent}${line}\n`)
    .join("");
const flow = `{ process: "order-intake", version: "1.5.0", digest: "${digest}", reason: "20 % of the answers were errors", since: "2026-11-21T10:00:00Z", rollbackId: "rb-1" }`;
const entries = (text: string | null) => (parse(text ?? "") as { quarantine: unknown[] }).quarantine;

describe("entering a version into quarantine.yaml", () => {
  it("makes the file when there is none, with a word on how to lift it", () => {
    const text = withQuarantined(null, entry);
    expect(text).toMatch(/^# .*lifts it/);
    expect(entries(text)).toEqual([entry]);
  });

  it.each<[string, string, string]>([
    ["an empty file", "", `quarantine:\n${block("  ")}`],
    ["a file of comments", "# ours\n\n# nobody else's", `# ours\n\n# nobody else's\nquarantine:\n${block("  ")}`],
    ["an empty list", "# top\nquarantine: []\n", `# top\nquarantine:\n${block("  ")}`],
    ["an empty list with a comment", "quarantine: [] # none\n# end\n", `quarantine: # none\n${block("  ")}# end\n`],
    ["no list yet", "quarantine:\n# none\n", `quarantine:\n${block("  ")}# none\n`],
    [
      "a list",
      "quarantine:\n  - process: b # x\n    version: 1.0.0\n",
      `quarantine:\n  - process: b # x\n    version: 1.0.0\n${block("  ")}`,
    ],
    [
      "a list with a comment behind the last",
      "quarantine:\n- process: b # x\n\n# end\n",
      `quarantine:\n- process: b # x\n${block("")}\n# end\n`,
    ],
    ["a list without newline at the end", "quarantine:\n    - process: b", `quarantine:\n    - process: b\n${block("    ")}`],
    [
      "a list with a long text at the end",
      "quarantine:\n  - process: b\n    reason: |\n      long\n      text\n# end\n",
      `quarantine:\n  - process: b\n    reason: |\n      long\n      text\n${block("  ")}# end\n`,
    ],
    [
      "Windows' line ends",
      "quarantine:\r\n  - process: b\r\n# end\r\n",
      `quarantine:\n  - process: b\n${block("  ")}# end\n`.replaceAll("\n", "\r\n"),
    ],
    ["a list in flow style", "quarantine: [{ process: b }] # x\n", `quarantine: [{ process: b }, ${flow}] # x\n`],
    [
      "a list in flow style with a comma at the end",
      "quarantine: [\n  { process: b },\n]\n",
      `quarantine: [\n  { process: b }, ${flow},\n]\n`,
    ],
    ["all of it in flow style", "{ quarantine: [] }\n", `{ quarantine: [${flow}] }\n`],
    [
      "the same version with other content",
      `quarantine:\n  - process: order-intake\n    version: 1.5.0\n    digest: sha256-${"b".repeat(64)}\n`,
      `quarantine:\n  - process: order-intake\n    version: 1.5.0\n    digest: sha256-${"b".repeat(64)}\n${block("  ")}`,
    ],
  ])("keeps everything else as it is: %s", (_, before, after) => {
    expect(withQuarantined(before, entry)).toBe(after);
    expect(entries(after)).toContainEqual(entry);
  });

  it("does not enter the same content twice, also if a person entered it", () => {
    const text = `quarantine:\n  - process: order-intake # ours\n    version: 1.5.0\n    digest: ${digest}\n    reason: known\n`;
    expect(withQuarantined(text, entry)).toBe(text);
  });

  it.each<[string, string]>([
    ["is no YAML", "quarantine: [\n"],
    ["is a list", "- process: b\n"],
    ["has another shape", "quarantine: yes\n"],
    ["has other keys", "held: []\n"],
    [
      "multiplies itself",
      `a: &a [1]\n${"bcdefgh"
        .split("")
        .map((key, index) => `${key}: &${key} [${`*${"abcdefg"[index]}, `.repeat(20)}]\n`)
        .join("")}quarantine: []\n`,
    ],
  ])("gives no text for a file that %s", (_, before) => {
    expect(withQuarantined(before, entry)).toBeNull();
  });

  it.each(['a "quoted" word', "colon: and # hash", "- dash", "näive ✓", "true", "  ", "it's", "%", "{x}", "x".repeat(300)])(
    "says any reason as it is: %s",
    (reason) => {
      expect(entries(withQuarantined("quarantine: []\n", { ...entry, reason }))).toEqual([{ ...entry, reason }]);
      expect(entries(withQuarantined("quarantine: [{ process: b }]\n", { ...entry, reason }))).toContainEqual({ ...entry, reason });
    },
  );
});

describe("entering a version into a long quarantine.yaml", () => {
  const digestOf = (index: number) => `sha256-${String(index).padStart(64, "0")}` as const;
  const many = (count: number, eol = "\n") => {
    const items = Array.from({ length: count }, (_, index) => [
      `  - process: p${index} # no ${index}`,
      "    version: 1.0.0",
      `    digest: ${digestOf(index)}`,
      "    reason: |",
      "      long",
      "        - process: not one",
      "    since: 2026-11-21T10:00:00Z",
    ]);
    return ["# ours", "quarantine: # all", "", ...items.flat(), "# end", ""].join(eol);
  };

  it.each([["\n"], ["\r\n"]])("comes behind the last, and nothing else changes, with lines that end in %j", (eol) => {
    const before = many(3000, eol);
    const after = withQuarantined(before, entry) ?? "";
    const added = block("  ").replaceAll("\n", eol);
    expect(after).toBe(before.replace(`# end${eol}`, `${added}# end${eol}`));
    expect(withQuarantined(after, entry)).toBe(after);
  });

  it("is not entered twice, wherever it stands, and not for another version of the same content", () => {
    const before = many(3000);
    const known = { ...entry, process: "p1500", version: "1.0.0", digest: digestOf(1500) };
    expect(withQuarantined(before, known)).toBe(before);
    expect(withQuarantined(before, { ...known, version: "1.0.1" })).toMatch(/version: 1\.0\.1\n/);
  });

  it("stays out of one that is as long as it may be", () => {
    const line = `  - process: p\n    version: 1.0.0\n    digest: ${digestOf(1)}\n    reason: "${"x".repeat(900)}"\n    since: 2026-11-21T10:00:00Z\n`;
    const longest = Math.floor(maxQuarantineBytes / line.length);
    const isEntered = (count: number) => withQuarantined(`quarantine:\n${line.repeat(count)}`, entry) !== null;
    expect([isEntered(longest - 1), isEntered(longest + 1)]).toEqual([true, false]);
  });

  it.each([
    ["other keys behind the list", `${many(3000)}other: 1\n`],
    ["flow style", `quarantine: [${"{ process: b },".repeat(30_000)}]\n`],
  ])("stays out of one with %s", (_, before) => {
    expect(withQuarantined(before, entry)).toBeNull();
  });
});
