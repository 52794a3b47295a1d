import { describe, expect, it } from "vitest";
import { quoteAnswer } from "../../../src/domain/validation/redact-answer.ts";

describe("what a version answered, as it is shown", () => {
  it.each([
    ["an ordinary answer", '{"error":"no stock", "left": 12}', '{"error":"no stock", "left": 12}'],
    ["a password", '{"user":"a","password":"hunter2 and more"}', '{"user":"a","password":***}'],
    ["a token in a form", "state=ok&api_key=abc123&x=1", "state=ok&api_key=***&x=1"],
    ["a header", "Authorization: Bearer abcdefgh12345678 sent", "Authorization: *** sent"],
    ["a scheme and its credentials", "sent Basic ZGVwbG95OnB3 to it", "sent Basic *** to it"],
    ["a key without a name", "AKIAIOSFODNN7EXAMPLEKEY0 is not valid", "*** is not valid"],
    ["credentials in an address", "cannot reach https://user:pa55@db.example/x", "cannot reach https://***@db.example/x"],
    ["line ends and invisible characters", "a\r\n\tb", "a b"],
    ["what a terminal would obey", "a\u001b[2Jb\u0007", "a\\u001b[2Jb\\u0007"],
  ])("%s", (_, text, shown) => {
    expect(quoteAnswer(text)).toBe(shown);
  });

  it("hides what the version was given, wherever it stands", () => {
    expect(quoteAnswer("no such door: open-sesame!", ["open-sesame", ""])).toBe("no such door: ***!");
    expect(quoteAnswer(`${"x ".repeat(75)}open-sesame`, ["open-sesame"])).not.toContain("open");
  });

  it("hides the longer one of two that begin alike, and one that the quote would cut in two", () => {
    expect(quoteAnswer("it was open-sesame-street", ["open-sesame", "open-sesame-street"])).toBe("it was ***");
    const long = "open ".repeat(200).trim();
    expect(quoteAnswer(`${"x ".repeat(30)}${long}`, [long])).toBe(`${"x ".repeat(30)}***`);
    expect(quoteAnswer(`${" ".repeat(630)}${long}`, [long])).toBe("***");
  });

  it("is short, however much there is", () => {
    expect(quoteAnswer("word ".repeat(1_000_000)).length).toBeLessThanOrEqual(161);
    expect(quoteAnswer("a1".repeat(1_000_000))).toBe("***");
  });
});
