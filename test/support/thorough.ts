/** How thoroughly tests look that could go on for ever: `.ci/run` sets `TEST_THOROUGHLY=1`, everybody else takes a part of it, another one each time. */

export const isThorough = process.env["TEST_THOROUGHLY"] === "1";

/** Runs of a property: so many, or a fifth of them. */
export function runs(all: number): { readonly numRuns: number } {
  return { numRuns: isThorough ? all : Math.ceil(all / 5) };
}
