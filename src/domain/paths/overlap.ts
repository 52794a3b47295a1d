/** Whether two automata fit one text, and which. Pure. */

import type { Automaton } from "./automaton.ts";
import { alphabetSize, type CharSet, holds } from "./char-set.ts";

interface Pair {
  readonly a: number;
  readonly b: number;
  /** The character that led here, and from where. */
  readonly by: { readonly character: string; readonly from: Pair } | null;
}

/** How many pairs of states may still be looked at. */
export interface Budget {
  left: number;
}

const pairsOfOne = 20_000;

/** A shortest text that both fit; null: there is none; undefined: not found within the budget. */
export function commonText(a: Automaton, b: Automaton, budget: Budget = { left: pairsOfOne }): string | null | undefined {
  const search: Search = { a, b, open: [], seen: new Set(), budget };
  reach(search, { a: 0, b: 0, by: null });
  for (const pair of search.open) {
    if (pair.a === a.end && pair.b === b.end) return textOf(pair);
    if (budget.left <= 0) return undefined;
    follow(search, pair);
  }
  return null;
}

interface Search {
  readonly a: Automaton;
  readonly b: Automaton;
  /** Grows while it is gone through. */
  readonly open: Pair[];
  readonly seen: Set<number>;
  readonly budget: Budget;
}

function follow(search: Search, pair: Pair): void {
  const [stepA, stepB] = [search.a.steps[pair.a], search.b.steps[pair.b]];
  if (!stepA || !stepB) return;
  const character = anyOf(stepA.set & stepB.set);
  if (character !== null) reach(search, { a: stepA.to, b: stepB.to, by: { character, from: pair } });
}

/** Adds what is there without a further character: the ends, and states that go on. */
function reach({ a, b, open, seen, budget }: Search, from: Pair): void {
  const others = b.resting(from.b);
  for (const state of a.resting(from.a)) {
    for (const other of others) {
      const key = state * 10_000 + other;
      if (seen.has(key) || budget.left <= 0) continue;
      seen.add(key);
      budget.left -= 1;
      open.push({ ...from, a: state, b: other });
    }
  }
}

const preferred = Array.from("/0123456789abcdefghijklmnopqrstuvwxyz-_.~", (character) => character.charCodeAt(0));

/** A character of the set that people can read, if there is one. */
function anyOf(set: CharSet): string | null {
  const readable = preferred.find((index) => holds(set, index));
  if (readable !== undefined) return String.fromCharCode(readable);
  for (let index = 33; index < alphabetSize - 2; index++) if (holds(set, index)) return String.fromCharCode(index);
  return null;
}

function textOf(pair: Pair): string {
  const characters: string[] = [];
  for (let at: Pair = pair; at.by !== null; at = at.by.from) characters.push(at.by.character);
  return characters.toReversed().join("");
}
