/** An expression as an automaton: a text is matched in one pass, and what needs too many states is refused. */

import { expect, it } from "vitest";
import { automatonOf, createTester } from "../../../src/domain/paths/automaton.ts";
import { readExpression } from "../../../src/domain/paths/regular.ts";

const tester = (source: string) => createTester(automatonOf(readExpression(source)));

it.each<[string, string, string, boolean]>([
  ["a sequence fits all of its parts in order", "abc", "abc", true],
  ["and not a part of them", "abc", "ab", false],
  ["and not more than them", "abc", "abcd", false],
  ["a choice fits each of its parts", "(ab|c|)d", "cd", true],
  ["and an empty one where it has it", "(ab|c|)d", "d", true],
  ["a repetition may fit nothing", "a*", "", true],
  ["and as often as there is text", "a*", "aaaaaaaa", true],
  ["a counted one at least so often", "a{2,3}", "a", false],
  ["and at most so often", "a{2,3}", "aaaa", false],
  ["a repetition of what may be empty ends", "(a?)*b", "aab", true],
])("%s", (...[, source, text, expected]) => {
  expect(tester(source)(text)).toBe(expected);
});

it("an expression that needs more than a thousand states is refused", () => {
  expect(() => tester("a{60}".repeat(20))).toThrow("too long or repeats too much");
});
