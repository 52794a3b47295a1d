/** Runs one case of the hostile corpus, or those of some seeds, and prints the longest hold of the loop and the memory. */

import type { HostileCase } from "./hostile-case.ts";
import { corpus, randomCase } from "./hostile-corpus.ts";
import { meter } from "./hostile-meter.ts";
import { attackWith } from "./hostile-reading.ts";
import { smallRepository } from "../test/support/small-repository.ts";

const idle: HostileCase = { name: "", prepare: () => attackWith(smallRepository()) };

/** The name of a case, "" for a good repository, or the first and the last of some seeds. */
function chosen([name = "", last]: readonly string[]): readonly HostileCase[] {
  if (last === undefined) return [corpus.find((each) => each.name === name) ?? idle];
  return Array.from({ length: Number(last) - Number(name) + 1 }, (_, index) => randomCase(Number(name) + index));
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
