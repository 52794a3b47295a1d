/**
 * Asks the controller of this machine whether it is well: exit code 0 when its /healthz answers 200, else 1. Its address is in
 * controller.json of the state folder, PINION_STATE.
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";

try {
  const { url } = JSON.parse(readFileSync(join(process.env.PINION_STATE ?? ".pinion", "controller.json"), "utf8"));
  const answer = await fetch(new URL("/healthz", url), { signal: AbortSignal.timeout(4000) });
  console.log(`${answer.status} ${(await answer.text()).trim()}`);
  process.exitCode = answer.ok ? 0 : 1;
} catch (error) {
  console.log(`the controller does not answer: ${error.message}`);
  process.exitCode = 1;
}
