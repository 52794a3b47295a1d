/**
 * A journal that knows nothing beside engines that run our versions was lost, or replaced by an empty one. What runs is adopted and
 * kept; what people had stopped may be forgotten too, so nothing new is deployed until one of them says so.
 */

import type { Freeze } from "../journal/commands.ts";
import { everyInstalled, hasEngineAnswered, type Observation, servingUnit } from "../observed/observation.ts";
import type { EnvironmentState } from "../journal/state.ts";

/** Whether engine and router answer here for the first time since the journal began. */
export function isFirstAnswer({ hasAnswered }: EnvironmentState, observation: Observation): boolean {
  return !hasAnswered && hasEngineAnswered(observation) && observation.routes.kind === "known";
}

/** The freeze of an environment whose journal was lost; null: it was not. */
export function freezeForLostJournal(state: EnvironmentState, observation: Observation): Freeze | null {
  if (!isFirstAnswer(state, observation)) return null;
  const running = whatRuns(observation);
  if (running.length === 0) return null;
  const some = running.slice(0, 3).join(", ");
  const more = running.length > 3 ? ` and ${running.length - 3} more` : "";
  const what = `the journal is lost or new, but versions of ${some}${more} run here already`;
  const why = `${what}; what runs is kept, nothing new is deployed: check the pins, then run \`pinion unfreeze ${state.environment} --reason "pins checked"\``;
  return { by: { name: "Pinion", email: null }, why, at: observation.now, lostMs: observation.lostMs };
}

/** Processes that an engine or the router knows, in order. */
function whatRuns(observation: Observation): readonly string[] {
  const { routes } = observation;
  const processes = new Set<string>(everyInstalled(observation));
  if (routes.kind === "known") for (const [process, route] of routes.value) if (servingUnit(route)) processes.add(process);
  return [...processes].toSorted();
}
