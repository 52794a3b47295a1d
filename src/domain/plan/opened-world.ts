/** The world in which a deployment was opened: as it really is, with nothing in it but its process and those whose paths it exchanges. */

import { planHandovers, type Stirring } from "../decision/handovers.ts";
import { desiredOf } from "../desired/resolve.ts";
import { afterDecision, nothingRemembered } from "../journal/remembered.ts";
import type { Handovers } from "../journal/handover.ts";
import type { Rollout } from "../journal/rollout.ts";
import type { Decision, EnvironmentState, OwedAction, ProcessState } from "../journal/state.ts";
import { processOf } from "../journal/actions.ts";
import type { ProcessId, UnitRef } from "../names.ts";
import { engineFor, type EngineObservation, type Observation, servingUnit } from "../observed/observation.ts";
import type { Installed } from "../desired/unit.ts";
import { neededBy } from "./beginning.ts";
import type { Beginning } from "./imagined-world.ts";

/** A deployment that a decision has opened. */
export interface Opened {
  readonly rollout: Rollout;
  /** What the decision was made of. */
  readonly observation: Observation;
  /** As it is once the decision is recorded. */
  readonly state: EnvironmentState;
  /** Those with whom its paths change owner, directly or over others, and what they wait for. */
  readonly others: readonly ProcessId[];
}

/** In the order in which they were opened. `restless`: all processes that are not at rest. */
export function openedBy(
  decision: Decision,
  before: EnvironmentState,
  observation: Observation,
  restless: ReadonlySet<ProcessId>,
): readonly Opened[] {
  const ids = new Set(decision.deployments.flatMap(({ id, opened }) => (opened === undefined ? [] : [id])));
  if (ids.size === 0) return [];
  const state = afterDecision(before, decision, countingDown());
  const handovers = planHandovers(stirringOf(restless, state, observation), observation, null);
  return decision.processes.flatMap(({ rollout }) =>
    rollout && ids.has(rollout.deployment)
      ? [{ rollout, observation, state, others: othersOf(rollout.process, handovers, observation) }]
      : [],
  );
}

/** Ids of what is owed in no journal. */
function countingDown(): () => number {
  let ids = 0;
  return () => (ids -= 1);
}

function stirringOf(processes: ReadonlySet<ProcessId>, state: EnvironmentState, { desired }: Observation): readonly Stirring[] {
  return [...processes].flatMap((process): readonly Stirring[] => {
    const remembered = state.processes.get(process);
    return remembered ? [{ remembered, desired: desiredOf(process, desired, remembered), commands: [] }] : [];
  });
}

/** A process that is about to change waits for its dependencies, and may give paths to others in turn. */
function othersOf(process: ProcessId, handovers: Handovers | null, observation: Observation): readonly ProcessId[] {
  const partnersOf = (one: ProcessId): readonly ProcessId[] => handovers?.get(one)?.with ?? [];
  const known = new Set(partnersOf(process));
  for (const other of known) {
    const wanted = observation.desired?.processes.get(other);
    if (wanted?.kind === "run" && isServing(wanted.unit, observation)) continue;
    for (const one of [...partnersOf(other), ...neededBy(wanted?.pinned ?? null)]) known.add(one);
  }
  known.delete(process);
  return [...known];
}

function isServing({ process, digest }: UnitRef, { routes }: Observation): boolean {
  return routes.kind === "known" && servingUnit(routes.value.get(process) ?? null)?.digest === digest;
}

/** Others cost nothing; instances that are down will be up. Null: an engine or the router could not be asked. */
export function beginningOf(opened: Opened): Beginning | null {
  const { rollout, observation, others } = opened;
  const { routes, desired } = observation;
  const cast = new Set([rollout.process, ...others]);
  const isAsked = [...cast].every((process) => engineFor(process, observation).kind === "known");
  if (!desired || routes.kind === "unknown" || !isAsked) return null;
  const { now, lostMs, commit, environment, spec, findings, quarantine } = observation;
  return {
    state: stateOf(cast, opened),
    seen: {
      now,
      lostMs,
      commit,
      environment,
      spec,
      findings,
      quarantine,
      desired: { ...desired, processes: only(cast, desired.processes) },
    },
    engines: enginesOf(cast, observation),
    routes: only(cast, routes.value),
  };
}

/** No deadline passes, the others are not paused, and failed ones are tried again. */
function stateOf(cast: ReadonlySet<ProcessId>, { rollout: { process }, state }: Opened): Beginning["state"] {
  const rows = only(cast, state.processes);
  const undisturbed = (row: ProcessState): ProcessState => (row.process === process ? withTime(row) : { ...withTime(row), refused: null });
  const deployments = new Set([...rows.values()].map(({ rollout }) => rollout?.deployment));
  return {
    ...nothingRemembered(state.environment),
    processes: new Map([...rows].map(([name, row]) => [name, undisturbed(row)])),
    owed: state.owed.filter(({ action }) => cast.has(processOf(action))).map(atOnce),
    validationResults: new Map([...state.validationResults].filter(([id]) => deployments.has(id))),
    hasAnswered: true,
  };
}

function withTime(row: ProcessState): ProcessState {
  return { ...row, rollout: row.rollout && { ...row.rollout, deadline: Infinity, paused: null } };
}

function atOnce(owed: OwedAction): OwedAction {
  return { ...owed, notBefore: 0, stuck: null };
}

function enginesOf(cast: ReadonlySet<ProcessId>, { engines }: Observation): Beginning["engines"] {
  return new Map(
    [...engines].flatMap(([kind, engine]) => (engine.kind === "known" ? [[kind, withOnly(cast, engine.value)] as const] : [])),
  );
}

function withOnly(cast: ReadonlySet<ProcessId>, { instances, installed }: EngineObservation): EngineObservation {
  const own = [...only(cast, installed)].map(([process, units]) => [process, units.map(idle)] as const);
  return { instances: instances.map(({ id }) => ({ id, state: "ready", why: "" })), installed: new Map(own) };
}

/** An imagined world has no callers, and requests in flight were not asked for. */
function idle(unit: Installed): Installed {
  return { ...unit, placements: unit.placements.map((placement) => ({ ...placement, inFlight: 0 })) };
}

function only<T>(cast: ReadonlySet<ProcessId>, all: ReadonlyMap<ProcessId, T>): Map<ProcessId, T> {
  return new Map(
    [...cast].flatMap((process): readonly [ProcessId, T][] => {
      const value = all.get(process);
      return value === undefined ? [] : [[process, value]];
    }),
  );
}
