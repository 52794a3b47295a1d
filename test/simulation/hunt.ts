/**
 * Runs seeds until one of them shows a violation; for code that is broken on purpose. Its last line says how many it took. A trouble may be
 * named: then only worlds that have it are run, and counted.
 */

import { makePlan } from "./plan.ts";
import { createRandom } from "./random.ts";
import { simulate } from "./simulate.ts";

Error.stackTraceLimit = 4;
const [most = "2000", trouble = ""] = process.argv.slice(2);
let found: string | null = null;
let runs = 0;
for (let seed = 1; found === null && runs < Number(most); seed += 1) {
  if (trouble !== "" && !hasTrouble(seed, trouble)) continue;
  runs += 1;
  const [violation] = (await simulate(seed)).violations;
  if (violation) found = violation.invariant;
}
console.log(JSON.stringify({ runs, found }));

function hasTrouble(seed: number, name: string): boolean {
  const trouble: unknown = Object.entries(makePlan(seed, createRandom(seed).fork()).sourceErrors).find(([key]) => key === name)?.[1];
  return trouble instanceof Map ? trouble.size > 0 : trouble === true;
}
