/** Runs seeds until one of them shows a violation; for code that is broken on purpose. Its last line says how many it took. */

import { simulate } from "./simulate.ts";

Error.stackTraceLimit = 4;
const [most = 2_000] = process.argv.slice(2).map(Number);
let found: string | null = null;
let runs = 0;
while (found === null && runs < most) {
  runs += 1;
  const [violation] = (await simulate(runs)).violations;
  if (violation) found = violation.invariant;
}
console.log(JSON.stringify({ runs, found }));
