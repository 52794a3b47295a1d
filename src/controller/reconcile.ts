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
import { report } from "./report.ts";

/** Takes an environment one step closer to what `main` says; null when the repository does not know it. */
export async function reconcile(environment: EnvironmentName, ports: Ports): Promise<Step | null> {
  await settle(environment, ports);
  const seen = await observe(environment, ports);
  if (!seen) return null;

  const state = await ports.journal.state(environment);
  const measured = ports.measurements.latest(environment, wishesOf(state, seen.spec));
  const step = decide(state, { ...seen, measured });
  if (isNothingNew(step)) return step;

  await ports.journal.record(step);
  report(step, state, ports.log);
  if (step.events.length > 0) ports.telling.ring();
  await settle(environment, ports);
  return step;
}
