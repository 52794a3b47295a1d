/** The world in which a deployment was opened: as it really is, with nothing in it but its process. */

import { afterDecision, nothingRemembered } from "../journal/remembered.ts";
import type { Rollout } from "../journal/rollout.ts";
import { type Decision, emptyDecision, type ProcessState } from "../journal/state.ts";
import type { ProcessId } from "../names.ts";
import { engineFor, type EngineObservation, type Observation } from "../observed/observation.ts";
import type { Installed } from "../desired/unit.ts";
import type { Beginning } from "./imagined-world.ts";

/** A deployment that a decision has opened. */
export interface Opened {
  readonly rollout: Rollout;
  readonly decision: Decision;
  /** What the decision was made of. */
  readonly observation: Observation;
}

/** Others cost nothing; instances that are down will be up. Null: its engine or the router could not be asked. */
export function beginningOf({ rollout, decision, observation }: Opened): Beginning | null {
  const { process } = rollout;
  const row = decision.processes.find((one) => one.process === process);
  const { routes, desired } = observation;
  const isAsked = engineFor(process, observation).kind === "known" && routes.kind === "known";
  if (!row || !desired || !isAsked) return null;
  const own = desired.processes.get(process);
  const route = routes.value.get(process);
  const { now, lostMs, commit, environment, spec, findings, quarantine } = observation;
  return {
    state: stateOf(row, decision),
    seen: {
      now,
      lostMs,
      commit,
      environment,
      spec,
      findings,
      quarantine,
      desired: { ...desired, processes: new Map(own && [[process, own]]) },
    },
    engines: enginesOf(process, observation),
    routes: new Map(route && [[process, route]]),
  };
}

/** As it is once the decision is recorded. Whether what is done is done within its time is no matter of what it is. */
function stateOf(row: ProcessState, decision: Decision): Beginning["state"] {
  const { environment, at, owed } = decision;
  const { process, rollout } = row;
  let ids = 0;
  const own = {
    ...emptyDecision(environment, at),
    processes: [{ ...row, rollout: rollout && { ...rollout, deadline: Infinity } }],
    owed: new Map([[process, owed.get(process) ?? []]]),
  };
  return { ...afterDecision(nothingRemembered(environment), own, () => (ids -= 1)), hasAnswered: true };
}

function enginesOf(process: ProcessId, { engines }: Observation): Beginning["engines"] {
  return new Map(
    [...engines].flatMap(([kind, engine]) => (engine.kind === "known" ? [[kind, withOnly(process, engine.value)] as const] : [])),
  );
}

function withOnly(process: ProcessId, { instances, installed }: EngineObservation): EngineObservation {
  const own = installed.get(process)?.map(idle);
  return { instances: instances.map(({ id }) => ({ id, state: "ready", why: "" })), installed: new Map(own && [[process, own]]) };
}

/** Nobody calls what is only imagined; what is in flight was not asked either. */
function idle(unit: Installed): Installed {
  return { ...unit, placements: unit.placements.map((placement) => ({ ...placement, inFlight: 0 })) };
}
