/** How much is tried where there could always be more: everything with `TEST_THOROUGHLY=1`, which `.ci/run` sets; otherwise a part, a different one in each run. */

export const isThorough = process.env["TEST_THOROUGHLY"] === "1";

/** What is tried where not all is: one of so many. */
const share = 10;

/** Runs of a property: this number, or a tenth of them. */
export function runs(all: number): { readonly numRuns: number } {
  return { numRuns: isThorough ? all : Math.ceil(all / share) };
}

/** A tenth of the cases, evenly spread, from a different one on in each run; all of them if thorough. */
export function partOf<Case>(cases: readonly Case[]): readonly Case[] {
  if (isThorough) return cases;
  const start = Math.floor(Math.random() * cases.length);
  const taken = new Set(Array.from({ length: Math.ceil(cases.length / share) }, (_, index) => (start + index * share) % cases.length));
  return cases.filter((_, index) => taken.has(index));
}
