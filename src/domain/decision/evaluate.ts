/**
 * The whole evaluation of one process, from what the last pass remembered: the same gates and the same strategies are asked as when it is
 * decided, and nothing outside is.
 */

import type { Case, Pass } from "../journal/case.ts";
import { deadlineOf } from "../strategies/deadline.ts";
import { strategyFor } from "../desired/environment.ts";
import type { Evaluation, GateEvaluation, NextStepView } from "../status/evaluation.ts";
import { askEveryGate, firstBlocked, type GateVerdict } from "../gates/gates.ts";
import type { ProposedChange } from "../gates/gate.ts";
import { placesHeld } from "../gates/concurrency.ts";
import { listStatuses } from "../status/list-statuses.ts";
import { newRollout } from "../strategies/new-rollout.ts";
import { nextStepOf } from "../strategies/next-step.ts";
import { desiredOf } from "../desired/resolve.ts";
import { nothingKnown } from "../journal/state.ts";
import { proposedChange } from "./proposed-change.ts";
import { type Remembered, rememberedObservation } from "./remembered-observation.ts";
import { rulesOf } from "../strategies/rollout-states.ts";
import { servingUnit, type Observation } from "../observed/observation.ts";
import { begin } from "../strategies/strategy.ts";
import { stoppedBy } from "./lifecycle.ts";
import { whatChangesIt } from "./what-changes-it.ts";
import type { ProcessId, UnitRef } from "../names.ts";
import type { ProcessStatus } from "../journal/status.ts";

/** Null: there is no such process here. */
export function evaluate(process: ProcessId, known: Remembered): Evaluation | null {
  const status = statusOf(process, known);
  if (!status) return null;
  const one = subjectOf(process, known);
  const change = proposedNow(one, known);
  const next = nextOf(one, change, known);
  const { environment, sync, health, phase, since, reason } = status;
  return {
    environment,
    process,
    pinned: status.desired,
    serving: one.serving?.version ?? null,
    sync,
    health,
    phase,
    since,
    reason,
    strategy: strategyOf(one),
    gates: askEveryGate(change).map(viewOf),
    next,
    changedBy: whatChangesIt({ environment, process, reason, rollout: one.before.rollout, gates: askEveryGate(change) }),
  };
}

function statusOf(process: ProcessId, { environment, desired, state, now }: Remembered): ProcessStatus | undefined {
  const [pinned, known] = [desired?.processes.get(process), state.processes.get(process)];
  const processes = new Map(known ? [[process, known]] : []);
  const only = desired && { ...desired, processes: new Map(pinned ? [[process, pinned]] : []) };
  return listStatuses({ environment: environment.name, desired: only, processes, now })[0];
}

interface Subject extends Pick<Case, "before" | "desired" | "pass"> {
  readonly serving: UnitRef | null;
  /** It has the traffic as pinned. */
  readonly isServed: boolean;
}

function subjectOf(process: ProcessId, known: Remembered): Subject {
  const { state, desired: all } = known;
  const observation = rememberedObservation(process, known);
  const serving = servingUnit(routeIn(observation, process));
  const desired = desiredOf(process, all, state.processes.get(process));
  const pass: Pass = { state, observation, freeze: state.freeze, places: placesOfOthers(process, state), handovers: null };
  const isServed = desired?.kind === "run" && serving?.digest === desired.unit.digest;
  return { before: state.processes.get(process) ?? nothingKnown(process), desired, pass, serving, isServed };
}

function routeIn({ routes }: Observation, process: ProcessId) {
  return routes.kind === "known" ? (routes.value.get(process) ?? null) : null;
}

/** Its own place is free for it. */
function placesOfOthers(process: ProcessId, state: Pass["state"]): Set<ProcessId> {
  const places = placesHeld(state, null);
  places.delete(process);
  return places;
}

/** Of what serves as pinned the gates say what a new deployment of it would meet. */
function proposedNow(one: Subject, { environment }: Remembered): ProposedChange {
  const { process } = one.before;
  const change = proposedChange(one, routeIn(one.pass.observation, process));
  return { ...change, pinned: environment.pins.get(process) ?? null, ...(one.isServed && { record: "new" }) };
}

function viewOf({ name, question, answer }: GateVerdict): GateEvaluation {
  const about = { gate: name, question, verdict: answer.kind, text: answer.text } as const;
  if (answer.kind === "open") return { ...about, code: null, until: null, liftedBy: null };
  return { ...about, code: answer.code, until: answer.until, liftedBy: answer.liftedBy };
}

function strategyOf({ before, desired, pass: { observation } }: Subject): string | null {
  if (before.rollout) return rulesOf(before.rollout);
  return desired && observation.spec ? strategyFor(observation.spec, before.process).kind : null;
}

function nextOf(one: Subject, change: ProposedChange, known: Remembered): NextStepView | null {
  const { rollout } = one.before;
  if (!rollout) return nextOfIdle(one, change, known);
  const { text, due } = nextStepOf(rollout, { ...known, spec: known.environment.spec });
  return { text, due: stoppedBy(one, rollout) ? null : due, deadline: deadlineOf(rollout) };
}

function nextOfIdle(one: Subject, change: ProposedChange, { now }: Remembered): NextStepView | null {
  const text = whatBegins(one, change.record);
  const held = firstBlocked(change);
  if (text === null) return keptWarm(one);
  return { text, due: held ? held.until : now, deadline: null };
}

/** Null: nothing does. */
function whatBegins({ before, desired, pass, serving, isServed }: Subject, record: ProposedChange["record"]): string | null {
  const { observation } = pass;
  if (!desired) return serving ? `${before.process} is taken out` : null;
  if (desired.kind !== "run" || isServed || !observation.spec) return null;
  const kind = record === "way-back" ? "rollback" : "deploy";
  const identity = { kind, candidate: desired.unit, fast: record !== "new", stable: serving } as const;
  return begin(newRollout(before.process, observation, observation.spec, identity), `${desired.unit.version} is pinned`).why;
}

function keptWarm({ before: { takenOutAt }, pass: { observation } }: Subject): NextStepView | null {
  if (takenOutAt === null) return null;
  return { text: "warm versions are removed", due: takenOutAt + (observation.spec?.pruneDelayMs ?? 0), deadline: null };
}
