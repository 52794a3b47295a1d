/**
 * The spine: one pass over one environment. What was decided and not done yet is done first, so that recovery after a crash
 * is no special case; then the world is asked, a decision is made, recorded, and acted on.
 */

import { allEngines } from "../domain/observed/observation.ts";
import { processOf } from "../domain/journal/actions.ts";
import { earlier } from "../domain/strategies/deadline.ts";
import type { EnvironmentName } from "../domain/names.ts";
import { isNothingNew, type Decision, type EnvironmentState } from "../domain/journal/state.ts";
import { takesAway } from "../domain/plan/takes-away.ts";
import { metricRequestsOf } from "../domain/strategies/metric-requests.ts";
import { observe } from "./observe.ts";
import { type IsHeldBack, performOwed } from "./perform.ts";
import type { Ports } from "./ports.ts";
import { record } from "./protect.ts";
import { report } from "./report.ts";
import { isOfTheDisk } from "./unrecorded.ts";

/** Takes an environment one step closer to what `main` says; null when the repository does not know it. */
export async function reconcile(environment: EnvironmentName, ports: Ports): Promise<Decision | null> {
  const hasHeldBack = await performBefore(environment, ports);
  const observation = await observe(environment, ports);
  if (!observation) return null;

  await ports.attention.look(observation, () => remembered(environment, ports));
  const state = await remembered(environment, ports);
  const measured = ports.measurements.latest(environment, metricRequestsOf(state, observation.spec));
  const seen = { ...observation, measured };
  const decision = ports.attention.decide(state, seen);
  const toRecord = ports.unrecorded.joined(decision);
  if (isNothingNew(toRecord)) {
    ports.attention.keep(environment);
    const next = hasHeldBack === true ? await performAfter(decision, ports) : decision;
    ports.changes.seen(environment, allEngines(observation), ports);
    return next;
  }

  await record(decision, state, ports);
  ports.attention.keep(environment);
  ports.changes.opened(decision, state, ports);
  ports.plans.opened(decision, { state, seen }, ports);
  report(decision, state, ports.log);
  if (toRecord.events.length > 0) ports.dispatcher.notify();
  await performOwed(environment, ports);
  ports.changes.seen(environment, allEngines(observation), ports);
  return decision;
}

async function remembered(environment: EnvironmentName, ports: Ports): Promise<EnvironmentState> {
  return ports.unrecorded.over(await ports.journal.state(environment));
}

/** What takes away something that `main` wants by now, or removes something, waits for the decision: it was owed before. True when there is any. */
async function performBefore(environment: EnvironmentName, ports: Ports): Promise<boolean | null> {
  const desired = ports.wanted(environment)?.desired?.processes;
  return performIfRoom(environment, ports, ({ action }) => takesAway(action, desired?.get(processOf(action)) ?? null));
}

/** Nothing else was decided, so that it is done; what comes of it is looked at at once. */
async function performAfter(decision: Decision, ports: Ports): Promise<Decision> {
  const { environment } = decision;
  const owed = await performIfRoom(environment, ports);
  return owed === null ? decision : { ...decision, wakeAt: earlier(decision.wakeAt, ports.clock.now()) };
}

/** A disk that takes nothing holds up no decision: what is owed is seen by it anyway. Null: it took nothing. */
async function performIfRoom(environment: EnvironmentName, ports: Ports, isHeldBack?: IsHeldBack): Promise<boolean | null> {
  try {
    return await performOwed(environment, ports, isHeldBack);
  } catch (error) {
    if (!isOfTheDisk(error)) throw error;
    ports.log.warn({ environment, code: error.code }, error.message);
    return null;
  }
}
