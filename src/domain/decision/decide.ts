/**
 * One decision about one environment: for every process, what its rollout does next, whether a new one begins, or why not.
 * Pure: everything it knows is in `state` (what was remembered) and `seen` (what was asked).
 */

import { actionKey, processOf, type Action } from "../journal/actions.ts";
import { type Change, type Decided, goBackTogether } from "../rollback/together.ts";
import { earlier } from "../strategies/deadline.ts";
import { decideProcess } from "./decide-process.ts";
import type { Case, Pass, ProcessDecision } from "../journal/case.ts";
import type { Desired } from "../desired/resolve.ts";
import { placesHeld } from "../gates/concurrency.ts";
import { planHandovers, type Stirring } from "./handovers.ts";
import { isAtRest } from "./maintain.ts";
import { isFirstAnswer } from "./lost-journal.ts";
import type { Instant, ProcessId } from "../names.ts";
import { type Seen, servingUnit } from "../observed/observation.ts";
import { type Line, obeyForLine, obeyForProcess, ordersFor, thawed, unanswered, withOrders } from "./apply-commands.ts";
import type { Order, OrderAnswer } from "../journal/commands.ts";
import { withoutLostTime } from "../strategies/lost-time.ts";
import {
  type DeploymentUpdate,
  type EnvironmentState,
  nothingKnown,
  type OwedAction,
  type ProcessState,
  type Step,
} from "../journal/state.ts";
import { isSameStatus } from "../journal/status.ts";
import { tell } from "../events/derive.ts";

const none: readonly OwedAction[] = [];

export function decide(state: EnvironmentState, seen: Seen): Step {
  const owedBy = owedByProcess(state.owed);
  const line = obeyForLine(state, seen);
  const stirring = [...everyStirring(state, seen)];
  const handovers = planHandovers(stirring, seen, line.freeze);
  const pass: Pass = { state, seen, freeze: line.freeze, places: placesHeld(state), handovers };
  const step = emptyStep(state, seen);
  step.answers.push(...line.answers);
  const decided = stirring.map(({ remembered: stored, desired, orders }) => {
    const remembered = thawed(withoutLostTime(stored, seen), line.thawedAfterMs);
    const about = { stored, remembered, owed: owedBy.get(stored.process) ?? none, pass };
    return { ...about, decision: decideOne(step, about, { orders, desired, line }) };
  });
  const atRest = (process: ProcessId): (Collected & Decided) | null => {
    const remembered = state.processes.get(process);
    if (!remembered) return null;
    return { stored: remembered, remembered, owed: owedBy.get(process) ?? none, pass, decision: unchanged(remembered) };
  };
  for (const one of goBackTogether(decided, seen, atRest)) {
    collect(step, one, one.decision);
    correct(step.answers, ordersFor(state, one.remembered.process), one);
  }
  step.answers.push(...unanswered(state, step.answers, seen));
  return tell(state, { ...step, ...newsOf(line), ...answeredNow(state, seen) });
}

function newsOf({ isNews, freeze }: Line): Pick<Step, "line"> {
  return isNews ? { line: { freeze } } : {};
}

function answeredNow(state: EnvironmentState, seen: Seen): Pick<Step, "hasAnswered"> {
  return isFirstAnswer(state, seen) ? { hasAnswered: true } : {};
}

/** Whatever is not at rest, or is spoken to. */
function* everyStirring(state: EnvironmentState, seen: Seen): Iterable<Stirring> {
  for (const process of everyProcess(state, seen)) {
    const desired = seen.desired?.processes.get(process) ?? null;
    const known = state.processes.get(process);
    const orders = ordersFor(state, process);
    if (known && orders.length === 0 && isAtRest(known, desired, seen)) continue;
    yield { remembered: known ?? nothingKnown(process), desired, orders };
  }
}

interface Wanted {
  readonly orders: readonly Order[];
  readonly desired: Desired | null;
  readonly line: Line;
}

function decideOne(step: Draft, about: Collected, { orders, desired, line }: Wanted): ProcessDecision {
  const { remembered, owed, pass } = about;
  const given = obeyForProcess(orders, remembered, {
    desired,
    seen: pass.seen,
    freeze: line.freeze,
    processes: pass.state.processes,
  });
  step.answers.push(...given.answers);
  const one: Case = { before: given.after, owed: given.hasActed ? none : owed, desired, superseded: null, reverted: null, pass };
  return withOrders(given, decideProcess(one));
}

function unchanged(after: ProcessState): ProcessDecision {
  return { after, actions: [], replacesOwed: false, deployments: [], wakeAt: null };
}

/** What was answered with "done" to these orders, and turns out not to be possible, or to be more than that. */
function correct(answers: OrderAnswer[], orders: readonly Order[], { whyNot, besides }: Partial<Change>): void {
  if (orders.length === 0 || (!whyNot && !besides)) return;
  const ids = new Set(orders.map(({ id }) => id));
  for (const [index, answer] of answers.entries()) {
    if (!ids.has(answer.id) || answer.kind !== "done") continue;
    answers[index] = whyNot ? { ...answer, kind: "refused", why: whyNot } : { ...answer, why: `${answer.why}; ${besides ?? ""}` };
  }
}

type Draft = Omit<Step, "processes" | "forgotten" | "owed" | "deployments" | "wakeAt" | "answers" | "events"> & {
  readonly processes: ProcessState[];
  readonly forgotten: ProcessId[];
  readonly owed: Map<ProcessId, readonly Action[]>;
  readonly deployments: DeploymentUpdate[];
  readonly answers: OrderAnswer[];
  wakeAt: Instant | null;
};

function emptyStep(state: EnvironmentState, seen: Seen): Draft {
  const retries = state.owed.flatMap(({ notBefore, stuck }) => (notBefore > seen.now && stuck?.retry !== "never" ? [notBefore] : []));
  const wakeAt = retries.length === 0 ? null : Math.min(...retries);
  const { environment } = state;
  return { environment, at: seen.now, processes: [], forgotten: [], owed: new Map(), deployments: [], answers: [], wakeAt };
}

/** Every process that anybody knows of, once: pinned, remembered, installed or routed. The order does not matter: gates see to it. */
function* everyProcess(state: EnvironmentState, seen: Seen): Iterable<ProcessId> {
  const pinned = seen.desired?.processes ?? new Map<ProcessId, Desired>();
  yield* pinned.keys();
  for (const process of state.processes.keys()) if (!pinned.has(process)) yield process;
  yield* strays(seen, (process) => pinned.has(process) || state.processes.has(process));
}

/** What only engine and router know of. */
function strays({ engine, routes }: Seen, isKnown: (process: ProcessId) => boolean): ReadonlySet<ProcessId> {
  const found = new Set<ProcessId>();
  if (engine.kind === "known") for (const process of engine.value.installed.keys()) if (!isKnown(process)) found.add(process);
  if (routes.kind === "unknown") return found;
  for (const [process, route] of routes.value) if (!isKnown(process) && servingUnit(route)) found.add(process);
  return found;
}

function owedByProcess(owed: readonly OwedAction[]): ReadonlyMap<ProcessId, readonly OwedAction[]> {
  const byProcess = new Map<ProcessId, OwedAction[]>();
  for (const entry of owed) {
    const process = processOf(entry.action);
    const others = byProcess.get(process);
    if (others) others.push(entry);
    else byProcess.set(process, [entry]);
  }
  return byProcess;
}

interface Collected extends Pick<Case, "owed" | "pass"> {
  /** As it is on disk. */
  readonly stored: ProcessState;
  /** The same, without the time in which it stood still. */
  readonly remembered: ProcessState;
}

function collect(step: Draft, { stored, owed, pass }: Collected, decision: ProcessDecision): void {
  step.deployments.push(...decision.deployments);
  step.wakeAt = earlier(step.wakeAt, decision.wakeAt);
  if (decision.after === null) {
    if (pass.state.processes.has(stored.process)) step.forgotten.push(stored.process);
    if (owed.length > 0) step.owed.set(stored.process, []);
    return;
  }
  if (!isSameState(stored, decision.after)) step.processes.push(decision.after);
  if (decision.replacesOwed ? isOther(owed, decision.actions) : isMore(owed, decision.actions))
    step.owed.set(stored.process, decision.actions);
}

function isSameState(before: ProcessState, after: ProcessState): boolean {
  if (before === after) return true;
  return (
    before.rollout === after.rollout &&
    before.knownGood === after.knownGood &&
    before.refused === after.refused &&
    before.revert === after.revert &&
    before.quarantined === after.quarantined &&
    before.rolledBackAt === after.rolledBackAt &&
    before.takenOutAt === after.takenOutAt &&
    isSameStatus(before.status, after.status)
  );
}

/** Whether something is wanted that is not owed yet. */
function isMore(owed: readonly OwedAction[], wanted: readonly Action[]): boolean {
  return wanted.some((action) => !owed.some((entry) => actionKey(entry.action) === actionKey(action)));
}

function isOther(owed: readonly OwedAction[], wanted: readonly Action[]): boolean {
  return owed.length !== wanted.length || isMore(owed, wanted);
}
