/** What a run before this one took back without being able to record it: the router's table has it, the journal does not. */

import type { EnvironmentName } from "../domain/names.ts";
import type { Route } from "../domain/observed/route.ts";
import type { EnvironmentState, OwedAction } from "../domain/journal/state.ts";
import { processOf } from "../domain/journal/actions.ts";
import type { Ports } from "./ports.ts";

/**
 * The traffic and the schedules that the journal still owes to what was taken back: they wait for the decision that rejects it. Also those
 * of which the router cannot tell it now, each with its error: that answer may be lost, and the next call to the router arrive.
 */
export async function heldByTable(
  environment: EnvironmentName,
  state: EnvironmentState,
  ports: Pick<Ports, "router">,
): Promise<ReadonlyMap<OwedAction, unknown>> {
  const forCandidates = state.owed.filter((entry) => isForCandidate(entry, state));
  if (forCandidates.length === 0) return new Map();
  try {
    const routes = await ports.router.routes(environment);
    const takenBack = new Set(routes.filter((route) => isTakenBack(route, state)).map(({ process }) => process));
    return new Map(forCandidates.filter(({ action }) => takenBack.has(processOf(action))).map((entry) => [entry, null] as const));
  } catch (error) {
    return new Map(forCandidates.map((entry) => [entry, error] as const));
  }
}

/** Traffic or schedules for what is being deployed. */
function isForCandidate({ action }: OwedAction, { processes }: EnvironmentState): boolean {
  const { state, candidate } = processes.get(processOf(action))?.rollout ?? {};
  if (!candidate || state?.kind === "rejected") return false;
  if (action.kind === "ensure-armed") return action.digest === candidate.digest;
  return action.kind === "ensure-weights" && action.weights.some(({ unit, weight }) => weight > 0 && unit.digest === candidate.digest);
}

function isTakenBack({ process, takenBack }: Route, { processes }: EnvironmentState): boolean {
  return takenBack !== undefined && takenBack.deployment === processes.get(process)?.rollout?.deployment;
}
