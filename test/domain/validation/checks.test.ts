import { describe, expect, it } from "vitest";
import { whyNotAsExpected } from "../../../src/domain/validation/checks.ts";
import type { Json } from "../../../src/domain/desired/definition.ts";

const plain = { status: 200, headers: {} };
const answer = (body: Json, status = 200) => ({ status, headers: { "content-type": "application/json" }, body: JSON.stringify(body) });

describe("an answer is as expected", () => {
  it.each([
    ["by its status alone", plain, answer({})],
    ["with a header in whatever case", { ...plain, headers: { "Content-Type": "application/json" } }, answer({})],
    ["when an object has more members than asked for", { ...plain, json: { a: 1 } }, answer({ a: 1, b: 2 })],
    ["when inner objects have more members", { ...plain, json: { a: { b: null } } }, answer({ a: { b: null, c: 1 }, d: 2 })],
    ["when a list is equal", { ...plain, json: [1, { a: "x" }] }, answer([1, { a: "x" }])],
    ["when a scalar is equal", { ...plain, json: "x" }, answer("x")],
  ])("%s", (_how, expected, given) => {
    expect(whyNotAsExpected(expected, given)).toBeNull();
  });
});

describe("an answer is not as expected", () => {
  it.each([
    ["another status", plain, answer({ error: "no stock" }, 500), 'expected status 200, got 500: {"error":"no stock"}'],
    ["a missing header", { ...plain, headers: { "x-a": "1" } }, answer({}), "expected header x-a: 1, got none"],
    [
      "another header",
      { ...plain, headers: { "content-type": "text/plain" } },
      answer({}),
      "expected header content-type: text/plain, got application/json",
    ],
    [
      "another member",
      { ...plain, json: { total: { cents: 5 } } },
      answer({ total: { cents: 6 } }),
      "expected /total/cents to be 5, got 6",
    ],
    ["a missing member", { ...plain, json: { total: 5 } }, answer({}), "expected /total to be 5, it is missing"],
    [
      "a member that only the prototype has",
      { ...plain, json: { constructor: {} } },
      answer({}),
      "expected /constructor to be {}, it is missing",
    ],
    ["a longer list", { ...plain, json: [1] }, answer([1, 2]), "expected the body to be [1], got [1,2]"],
    ["an object in a list with more members", { ...plain, json: [{ a: 1 }] }, answer([{ a: 1, b: 2 }]), "did not expect /0/b"],
    [
      "a value that must not be shown",
      { ...plain, json: { token: "x" } },
      answer({ token: "t0ken" }),
      'expected /token to be "x", got ***',
    ],
    ["a long value", { ...plain, json: { a: 1 } }, answer({ a: "word ".repeat(500) }), `expected /a to be 1, got "${"word ".repeat(31)}w…`],
    ["null for an object", { ...plain, json: { a: {} } }, answer({ a: null }), "expected /a to be {}, got null"],
    ["a list for an object", { ...plain, json: { a: {} } }, answer({ a: [] }), "expected /a to be {}, got []"],
    ["a key with a slash", { ...plain, json: { "a/b": 1 } }, answer({ "a/b": 2 }), "expected /a~1b to be 1, got 2"],
  ])("%s", (_what, expected, given, why) => {
    expect(whyNotAsExpected(expected, given)).toBe(why);
  });

  it("that is no JSON", () => {
    expect(whyNotAsExpected({ ...plain, json: {} }, { status: 200, headers: {}, body: "<html>" })).toBe("expected JSON, got: <html>");
    expect(whyNotAsExpected({ ...plain, json: {} }, { status: 200, headers: {}, body: "" })).toBe("expected JSON, got an empty body");
  });
});
