/** Paths in the gateway: a hostile pattern costs twice as much for a request twice as long, and no more. */

import { createTester, type Tester } from "../src/domain/paths/automaton.ts";
import { readPath } from "../src/domain/paths/path-pattern.ts";
import type { BenchResult } from "./result.ts";

/** Backtracking needs the fifth power of the length for the first, and doubles with each character for the second. */
const hostile = [`/x${"a*".repeat(5)}b`, "/x(a|a|aa)+b"];
const shortLength = 10_000;
const rounds = 201;
const requestsPerRound = 10;

/** Takes about 1 s. */
export function pathsBench(): Promise<readonly BenchResult[]> {
  return Promise.resolve(hostile.map(compare));
}

function compare(path: string): BenchResult {
  const [form] = readPath(path).forms;
  if (!form) throw new Error(`${path} has no form`);
  const fits = createTester(form.automaton());
  const times: { readonly short: number[]; readonly long: number[] } = { short: [], long: [] };
  for (let round = 0; round < rounds; round++) {
    times.short.push(timeOf(fits, shortLength));
    times.long.push(timeOf(fits, 2 * shortLength));
  }
  // The fastest round says what it costs; the others say what else the machine did.
  const [ours, baseline] = [Math.min(...times.long), Math.min(...times.short)];
  const ratio = ours / baseline;
  return {
    name: `${path} against ${2 * shortLength} characters`,
    unit: "ms",
    ours,
    baseline,
    baselineName: `${shortLength} characters`,
    ratio,
    budget: "<= 3",
    ok: ratio <= 3,
  };
}

/** For one request, in milliseconds. */
function timeOf(fits: Tester, length: number): number {
  const request = `/x${"a".repeat(length)}c`;
  const startedAt = performance.now();
  for (let count = 0; count < requestsPerRound; count++) fits(request);
  return (performance.now() - startedAt) / requestsPerRound;
}
