/** Every process that anybody knows of: pinned, remembered, installed or routed. */

import type { ProcessId } from "../names.ts";
import type { EnvironmentState } from "../journal/state.ts";
import { everyInstalled, type Seen, servingUnit } from "../observed/observation.ts";

/** Each once. In which order they come does not matter: they are decided about by name. */
export function* everyProcess(state: EnvironmentState, observation: Seen): Iterable<ProcessId> {
  const pinned = observation.desired?.processes;
  if (pinned) yield* pinned.keys();
  for (const process of state.processes.keys()) if (!pinned?.has(process)) yield process;
  yield* strays(observation, (process) => pinned?.has(process) === true || state.processes.has(process));
}

/** Whether it is among them. */
export function isKnownProcess(process: ProcessId, state: EnvironmentState, observation: Seen): boolean {
  if (observation.desired?.processes.has(process) || state.processes.has(process)) return true;
  for (const engine of observation.engines.values()) if (engine.kind === "known" && engine.value.installed.has(process)) return true;
  const { routes } = observation;
  return routes.kind === "known" && servingUnit(routes.value.get(process) ?? null) !== null;
}

/** What only engine and router know of. */
function strays(observation: Seen, isKnown: (process: ProcessId) => boolean): ReadonlySet<ProcessId> {
  const found = new Set<ProcessId>();
  const { routes } = observation;
  for (const process of everyInstalled(observation)) if (!isKnown(process)) found.add(process);
  if (routes.kind === "unknown") return found;
  for (const [process, route] of routes.value) if (!isKnown(process) && servingUnit(route)) found.add(process);
  return found;
}
