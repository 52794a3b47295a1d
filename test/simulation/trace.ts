/** What happened in a run, line by line: the last lines for people, and a hash that two equal runs share. */

import type { Instant } from "../../src/domain/names.ts";

export interface Violation {
  readonly step: number;
  readonly invariant: string;
  readonly seen: string;
}

export interface Trace {
  say(line: string): void;
  /** The first one ends the run. */
  violate(invariant: string, seen: string): void;
  /** A violation unless it is so. */
  expect(isSo: boolean, invariant: string, seen: string): void;
  readonly violations: readonly Violation[];
  readonly steps: number;
  /** The last lines, or all of them. */
  readonly lines: readonly string[];
  hash(): string;
}

/** How many lines are kept when not all are wanted. */
const kept = 40;

export function createTrace(now: () => Instant, keepsAll: boolean): Trace {
  const start = now();
  const violations: Violation[] = [];
  let lines: string[] = [];
  let steps = 0;
  let [low, high] = [0x811c9dc5 | 0, 0x01000193];
  /** In whole numbers with a sign, and in variables of its own: others are made anew for every letter. */
  const mix = (line: string): void => {
    let [one, other] = [low, high];
    for (let index = 0; index < line.length; index += 1) {
      const code = line.charCodeAt(index);
      one = Math.imul(one ^ code, 0x01000193);
      other = Math.imul(other ^ (code + index), 0x85ebca6b);
    }
    [low, high] = [one, other];
  };
  const say = (what: string): void => {
    steps += 1;
    const line = `${((now() - start) / 1000).toFixed(3).padStart(9)}  ${what}`;
    mix(line);
    lines.push(line);
    if (!keepsAll && lines.length > 2 * kept) lines = lines.slice(-kept);
  };
  const violate = (invariant: string, seen: string): void => {
    say(`VIOLATION ${invariant}: ${seen}`);
    violations.push({ step: steps, invariant, seen });
  };
  return {
    say,
    violate,
    expect: (isSo, invariant, seen) => (isSo ? undefined : violate(invariant, seen)),
    violations,
    get steps() {
      return steps;
    },
    get lines() {
      return keepsAll ? lines : lines.slice(-kept);
    },
    hash: () => [low, high].map((half) => (half >>> 0).toString(16).padStart(8, "0")).join(""),
  };
}
