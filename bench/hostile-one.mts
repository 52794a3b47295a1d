/** Runs cases of the hostile corpus, or those of some seeds, and prints of each the longest hold of the loop and the memory. */

import type { HostileCase } from "./hostile-case.ts";
import { corpus, randomCase } from "./hostile-corpus.ts";
import { meter } from "./hostile-meter.ts";
import { attackWith } from "./hostile-reading.ts";
import { smallRepository } from "../test/support/small-repository.ts";

const idle: HostileCase = { name: "", prepare: () => attackWith(smallRepository()) };

/** Names of cases, "" for a good repository; or `seeds` with the first and the last. */
function chosen([kind = "", ...others]: readonly string[]): readonly HostileCase[] {
  if (kind !== "seeds") return [kind, ...others].map((name) => corpus.find((each) => each.name === name) ?? idle);
  const [first = 1, last = 1] = others.map(Number);
  return Array.from({ length: last - first + 1 }, (_, index) => randomCase(first + index));
}

const measured = [];
for (const { name, prepare } of chosen(process.argv.slice(2))) {
  const attack = await prepare();
  globalThis.gc?.();
  let outcome = "";
  const start = performance.now();
  const held = await meter(async () => (outcome = await attack().catch(String)));
  measured.push({ name, ...held, tookMs: performance.now() - start, outcome: outcome.slice(0, 200) });
}
process.stdout.write(JSON.stringify(measured));
process.exit();
