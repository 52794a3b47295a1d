import { describe, expect, it } from "vitest";
import { commitMessage } from "../../../../src/adapters/git/writer/commit-message.ts";
import type { MessageFacts } from "../../../../src/adapters/git/writer/commit-message.ts";
import type { RevertRequest } from "../../../../src/domain/journal/revert.ts";
import { revertOrder } from "../../../contracts/pin-writer.ts";

const bad = "b".repeat(40);
const message = (changes: Partial<RevertRequest> = {}, facts: Partial<MessageFacts> = {}) =>
  commitMessage({ request: revertOrder(changes), along: [], rollbackOf: bad, quarantine: "entered", ...facts });
const linesOf = (text: string) => text.split("\n");
const trailersOf = (text: string) => linesOf(text.trimEnd().split("\n\n").at(-1) ?? "");

describe("what a rollback's commit says", () => {
  it("says what, why and how to lift it, with trailers for machines", () => {
    expect(message()).toBe(`revert(production): order-intake 1.5.0 -> 1.4.2

Pinion takes order-intake in production back from 1.5.0 to 1.4.2: 20 %
of the answers were errors

1.5.0 is in quarantine: to deploy it here again, take its entry out of
quarantine.yaml.

Rollback-Of: ${bad}
Rollback-Trigger: error_rate
Rollback-Id: rb-1
`);
  });

  it("names who goes back by the same commit", () => {
    const text = message({}, { along: [{ process: "payment", from: "2.0.0", to: "1.9.0" }] });
    expect(text.replaceAll("\n", " ")).toContain("these go back too, and are not rejected: payment from 2.0.0 to 1.9.0.");
  });

  it("says nothing of a quarantine that is none, nor of an origin that is not known", () => {
    const text = message({}, { quarantine: "none", rollbackOf: null });
    expect(text).not.toMatch(/quarantine|Rollback-Of/);
  });

  it("says that a broken quarantine.yaml was left alone", () => {
    expect(message({}, { quarantine: "untouched" })).toMatch(/cannot be read, or is full, and was left/);
  });

  it.each([
    ["ann@example.com", "Rollback-By: Ann Example <ann@example.com>"],
    [null, "Rollback-By: Ann Example"],
  ])("names the person who gave the command (%s)", (email, trailer) => {
    const text = message({ by: { name: "Ann Example", email }, trigger: "manual" });
    expect(text.replaceAll("\n", " ")).toContain("by command of Ann Example");
    expect(trailersOf(text).at(-1)).toBe(trailer);
  });

  it.each([
    ["a long process", { process: "a-process-with-a-rather-long-name-indeed" }],
    ["a longer one", { process: `${"very-".repeat(20)}long` }],
    ["long versions", { from: `1.5.0-${"rc.".repeat(20)}1`, to: `1.4.2-${"rc.".repeat(20)}1` }],
  ])("keeps the subject within 72 characters: %s", (_, changes) => {
    const [subject = ""] = linesOf(message(changes));
    expect(subject.length).toBeLessThanOrEqual(72);
    expect(subject).toMatch(/^revert\(production\): /);
  });

  it.each([
    ["a trailer on a line of its own", "bad\n\nRollback-Id: rb-evil\nSigned-off-by: Eve <eve@example.com>"],
    ["a trailer where the line would break", `${"word ".repeat(11)}Rollback-Id: rb-evil Signed-off-by: Eve`],
    ["a trailer at the very beginning", "Rollback-Id: rb-evil"],
    ["carriage returns", "bad\r\rRollback-Id: rb-evil\r\n\r\nRollback-Id: rb-evil"],
    ["other line ends", "bad\u2028Rollback-Id: rb-evil\u0085Rollback-Id: rb-evil\u2029"],
    ["a NUL", "bad\u0000\u0000Rollback-Id: rb-evil"],
  ])("takes no trailer from the reason: %s", (_, why) => {
    const text = message({ why, trigger: "custom\n\nRollback-Id: rb-evil", by: { name: "Eve\nRollback-Id: rb-evil", email: null } });
    const claims = linesOf(text).filter((line) => /^[\w-]+:/.test(line));
    expect(claims.map((line) => line.split(":")[0])).toEqual(["Rollback-Of", "Rollback-Trigger", "Rollback-Id", "Rollback-By"]);
    expect(claims).toContain("Rollback-Id: rb-1");
    expect(trailersOf(text)).toHaveLength(4);
    expect(text).not.toMatch(/[\u0000\r\u2028\u0085]/); // oxlint-disable-line no-control-regex
  });

  it.each([
    ["that is a trailer and fills its line", `Rollback-Id: rb-evil ${"x".repeat(60)}`],
    ["with a trailer where the line would break", `${"x".repeat(24)} Rollback-Id: rb-evil ${"x".repeat(60)}`],
    ["that is far too long", `Rollback-Id: ${"rb-evil ".repeat(1_000)}`],
  ])("takes no trailer from a person's name %s", (_, name) => {
    const text = message({ by: { name, email: "Rollback-Id: rb-evil" }, why: "" });
    expect(linesOf(text).filter((line) => line.startsWith("Rollback-Id:"))).toEqual(["Rollback-Id: rb-1"]);
    expect(trailersOf(text)).toHaveLength(4);
    expect(text.length).toBeLessThan(1_500);
  });

  it.each(["[skip ci]", "[ci skip]", "[no ci]", "[skip actions]", "[Skip CI]", "***NO_CI***"])(
    "lets no build system pass it by: %s",
    (mark) => {
      expect(message({ why: `bad ${mark} very` })).not.toContain(mark);
      expect(message({ why: `bad ${mark} very` })).toContain("very");
    },
  );
});
