/**
 * The spine: one pass over one environment. What was decided and not done yet is done first, so that recovery after a crash
 * is no special case; then the world is asked, a decision is made, recorded, and acted on.
 */

import { decide } from "../domain/decide.ts";
import type { EnvironmentName } from "../domain/names.ts";
import { isNothingNew, type Step } from "../domain/state.ts";
import { wishesOf } from "../domain/wishes.ts";
import { observe } from "./observe.ts";
import { settle } from "./perform.ts";
import type { Ports } from "./ports.ts";
import { isOfTheDisk, record } from "./protect.ts";
import { report } from "./report.ts";

/** Takes an environment one step closer to what `main` says; null when the repository does not know it. */
export async function reconcile(environment: EnvironmentName, ports: Ports): Promise<Step | null> {
  await settleBefore(environment, ports);
  const seen = await observe(environment, ports);
  if (!seen) return null;

  const state = ports.unrecorded.over(await ports.journal.state(environment));
  const measured = ports.measurements.latest(environment, wishesOf(state, seen.spec));
  const step = decide(state, { ...seen, measured });
  const toRecord = ports.unrecorded.joined(step);
  if (isNothingNew(toRecord)) return step;

  await record(step, state, ports);
  report(step, state, ports.log);
  if (toRecord.events.length > 0) ports.telling.ring();
  await settle(environment, ports);
  return step;
}

/** A disk that takes nothing holds up no decision: what is owed is seen by it anyway. */
async function settleBefore(environment: EnvironmentName, ports: Ports): Promise<void> {
  try {
    await settle(environment, ports);
  } catch (error) {
    if (!isOfTheDisk(error)) throw error;
    ports.log.warn({ environment, code: error.code }, error.message);
  }
}
