/**
 * The spine: one pass over one environment. What was decided and not done yet is done first, so that recovery after a crash
 * is no special case; then the world is asked, a decision is made, recorded, and acted on.
 */

import { decide } from "../domain/decision/decide.ts";
import { processOf } from "../domain/journal/actions.ts";
import { earlier } from "../domain/strategies/deadline.ts";
import type { EnvironmentName } from "../domain/names.ts";
import { isNothingNew, type Step } from "../domain/journal/state.ts";
import { takesAway } from "../domain/plan/takes-away.ts";
import { wishesOf } from "../domain/strategies/wanted-metrics.ts";
import { observe } from "./observe.ts";
import { type IsHeldBack, settle } from "./perform.ts";
import type { Ports } from "./ports.ts";
import { isOfTheDisk, record } from "./protect.ts";
import { report } from "./report.ts";

/** Takes an environment one step closer to what `main` says; null when the repository does not know it. */
export async function reconcile(environment: EnvironmentName, ports: Ports): Promise<Step | null> {
  const hasHeldBack = await settleBefore(environment, ports);
  const seen = await observe(environment, ports);
  if (!seen) return null;

  const state = ports.unrecorded.over(await ports.journal.state(environment));
  const measured = ports.measurements.latest(environment, wishesOf(state, seen.spec));
  const step = decide(state, { ...seen, measured });
  const toRecord = ports.unrecorded.joined(step);
  if (isNothingNew(toRecord)) return hasHeldBack === true ? await settleAfter(step, ports) : step;

  await record(step, state, ports);
  report(step, state, ports.log);
  if (toRecord.events.length > 0) ports.telling.ring();
  await settle(environment, ports);
  return step;
}

/** What takes away something that `main` wants by now waits for the decision: it was owed before. True when there is any. */
async function settleBefore(environment: EnvironmentName, ports: Ports): Promise<boolean | null> {
  const desired = ports.wanted(environment)?.desired?.processes;
  return settleIfRoom(environment, ports, ({ action }) => takesAway(action, desired?.get(processOf(action)) ?? null));
}

/** Nothing else was decided, so that it is done; what comes of it is looked at at once. */
async function settleAfter(step: Step, ports: Ports): Promise<Step> {
  const { environment } = step;
  const owed = await settleIfRoom(environment, ports);
  return owed === null ? step : { ...step, wakeAt: earlier(step.wakeAt, ports.clock.now()) };
}

/** A disk that takes nothing holds up no decision: what is owed is seen by it anyway. Null: it took nothing. */
async function settleIfRoom(environment: EnvironmentName, ports: Ports, isHeldBack?: IsHeldBack): Promise<boolean | null> {
  try {
    return await settle(environment, ports, isHeldBack);
  } catch (error) {
    if (!isOfTheDisk(error)) throw error;
    ports.log.warn({ environment, code: error.code }, error.message);
    return null;
  }
}
