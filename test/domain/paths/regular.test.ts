/** Which regular expressions can be matched in one pass, and what they fit: the same as JavaScript's. */

import { expect, it } from "vitest";
import { automatonOf, createTester } from "../../../src/domain/paths/automaton.ts";
import { readExpression } from "../../../src/domain/paths/regular.ts";

const texts = ["", "a", "A", "b", "ab", "aab", "aaab", "abab", "a-b", "0", "7", "a7", "x", "/", "a/b", ".", "]", "a.b"];

it.each([
  "a",
  "ab*",
  "a+b?",
  "(?:ab)+",
  "(a|b|)7?",
  "a{2}b",
  "a{1,2}b",
  "a{2,}b",
  "a{0,1}",
  "[ab]+",
  "[^ab]",
  "[a-c]7",
  "[a-]",
  "[0-9]",
  "\\d",
  "\\D+",
  "\\w+",
  "a\\.b",
  "a.b",
  "[^/]+?",
  "a??b",
])("%s fits the texts that JavaScript's expression fits", (source) => {
  const [fits, oracle] = [createTester(automatonOf(readExpression(source))), new RegExp(`^(?:${source})$`, "iu")];
  expect(texts.filter((text) => fits(text) === true)).toEqual(texts.filter((text) => oracle.test(text)));
});

it.each([
  ["a|b", "outside of parentheses"],
  ["a)", 'has no "("'],
  ["(a", "not closed"],
  ["[a", "not closed"],
  ["*a", "has nothing to repeat"],
  ["a**", "a repetition cannot be repeated"],
  ["a{65}", "more than 64"],
  ["a{3,2}", "a maximum below its minimum"],
  ["(?=a)", "cannot be matched in one pass"],
  ["\\1", "cannot be matched in one pass"],
  ["[b-a]", "the wrong way round"],
  ["[\\d-a]", "cannot begin or end with an escape"],
  ["a$", "has no meaning"],
  [`${"(".repeat(21)}a${")".repeat(21)}`, "more than 20 deep"],
])("%s is refused: %s", (source, why) => {
  expect(() => readExpression(source)).toThrow(why);
});
