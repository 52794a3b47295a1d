/** A quarantine.yaml that Pinion has added to for years is still read, in slices, and with the places of everything in it. */

import { describe, expect, it } from "vitest";
import { withQuarantined } from "../../../../src/adapters/git/writer/quarantine-text.ts";
import { parseQuarantineFile, quarantineKey } from "../../../../src/adapters/manifest/environment/quarantine-file.ts";
import { atOnce } from "../../../../src/domain/slices.ts";
import { isThorough } from "../../../support/thorough.ts";

const file = "environments/production/quarantine.yaml";
const digestOf = (index: number) => `sha256-${String(index).padStart(64, "0")}` as const;
const itemOf = (index: number) => [
  `  - process: order-intake-${index % 2000}`,
  `    version: 1.${index}.0`,
  `    digest: ${digestOf(index)}`,
  "    reason: error_rate 62.09 % > 10 % over 1m, of 1,234 requests",
  "    since: 2026-11-21T10:00:00Z",
  `    rollbackId: rollback.production.order-intake-${index % 2000}.1.${index}.0.mx20q35z`,
];
const textOf = (count: number) =>
  `# ours\nquarantine:\n${Array.from({ length: count }, (_, index) => itemOf(index).join("\n")).join("\n")}\n`;
/** Entries of a file that is read entry by entry, and not as a whole. */
const long = isThorough ? 3000 : 400;
/** Years of rollbacks. */
const veryLong = isThorough ? 20_000 : 3000;
const at = Math.floor(long / 2);
const parse = (text: string) => atOnce(parseQuarantineFile(Buffer.from(text), file));

describe("a long quarantine.yaml", () => {
  it(`of ${veryLong} entries is read, each at its place, and is never read for long without a pause`, () => {
    const last = veryLong - 1;
    const steps = parseQuarantineFile(Buffer.from(textOf(veryLong)), file);
    let pauses = 0;
    let step = steps.next();
    for (; step.done !== true; step = steps.next()) pauses += 1;
    const { isReadable, held, quarantine } = step.value;
    expect([isReadable, held.size, quarantine.length]).toEqual([true, veryLong, veryLong]);
    expect(held.has(quarantineKey(`order-intake-${last % 2000}`, digestOf(last)))).toBe(true);
    expect(quarantine[last]).toMatchObject({
      version: `1.${last}.0`,
      places: {
        process: { file, line: 3 + last * 6, column: 14, pointer: `/quarantine/${last}/process` },
        digest: { line: 5 + last * 6, column: 13, pointer: `/quarantine/${last}/digest` },
      },
    });
    // Several in every hundred entries.
    expect(pauses).toBeGreaterThan(veryLong / 20);
  });

  it("can be read when Pinion has added the entry with which it became long", () => {
    let text: string | null = textOf(300);
    for (let index = 300; index < 400 && text !== null; index += 1) {
      const rollback = { reason: "bad", since: "2026-11-21T10:00:00Z", rollbackId: "rb" };
      text = withQuarantined(text, { process: "p", version: `1.0.${index}`, digest: digestOf(index), ...rollback });
    }
    expect(parse(text ?? "").quarantine).toHaveLength(400);
  });

  it.each([
    ["another indentation of an entry", "    since:", "   since:", "yaml/syntax"],
    ["a wrong digest", `digest: ${digestOf(at)}`, "digest: sha256-1", "schema/pattern"],
    ["an unknown key", `version: 1.${at}.0`, `versoin: 1.${at}.0`, "schema/unknown-property"],
    ["a missing dash", `  - process: order-intake-${at}`, `    process: order-intake-${at}`, "yaml/duplicate-key"],
  ])("is refused for %s, at its line", (_, before, after, code) => {
    const text = textOf(long);
    const place = text.indexOf(itemOf(at).join("\n"));
    const bad = text.slice(0, place) + text.slice(place).replace(before, after);
    const { isReadable, findings } = parse(bad);
    expect(isReadable).toBe(false);
    expect(findings).toContainEqual(expect.objectContaining({ code }));
    for (const { line } of findings.slice(0, 1)) expect(Math.abs(line - (3 + at * 6))).toBeLessThanOrEqual(6);
  });

  it("names an entry by its number in the whole file", () => {
    const text = textOf(long).replace(itemOf(at).join("\n"), "  - 7");
    expect(parse(text).findings).toMatchObject([
      { message: `item ${at + 1} of "quarantine" must be a mapping, but is a number`, line: 3 + at * 6 },
    ]);
  });

  it.each([
    ["one endless entry", `quarantine:\n  - reason: "${"x".repeat(2_000_000)}"\n`, "file/too-large"],
    ["another style", `quarantine: [${"1,".repeat(600_000)}]\n`, "file/too-large"],
    ["another style that asks for much", `quarantine: [${"1,".repeat(100_000)}]\n`, "limit/tokens"],
    ["entries of nothing but a dash", `quarantine:\n${"-\n".repeat(1_000_000)}`, "schema/type"],
    ["a second document", `${textOf(3000)}---\nquarantine: []\n`, "limit/tokens"],
  ])("in %s is refused", (_, text, code) => {
    const { isReadable, findings } = parse(text);
    expect([isReadable, findings[0]?.code]).toEqual([false, code]);
  });
});
