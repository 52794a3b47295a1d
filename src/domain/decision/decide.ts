/**
 * One decision about one environment: for every process, what its rollout does next, whether a new one begins, or why not.
 * Pure: everything it knows is in `state` (what was remembered) and `seen` (what was asked).
 */

import { doesFor, processOf, type Action } from "../journal/actions.ts";
import { type Change, type Decided, goBackTogether } from "../rollback/together.ts";
import { earlier } from "../strategies/deadline.ts";
import { namingDeadlocks } from "./deadlocked.ts";
import { decideProcess } from "./decide-process.ts";
import type { Case, Pass, ProcessDecision } from "../journal/case.ts";
import { type Desired, desiredOf } from "../desired/resolve.ts";
import { placesHeld } from "../gates/concurrency.ts";
import { planHandovers, type Stirring } from "./handovers.ts";
import { untilChanged } from "./maintain.ts";
import { everyProcess, isKnownProcess } from "./known-processes.ts";
import { restOf } from "./touched.ts";
import { isFirstAnswer } from "./lost-journal.ts";
import type { Instant, ProcessId } from "../names.ts";
import type { Observation } from "../observed/observation.ts";
import {
  type FreezeOutcome,
  applyFreezeCommands,
  applyCommands,
  commandsFor,
  unfrozen,
  resultsForUnknown,
  withCommands,
} from "./apply-commands.ts";
import type { Command, CommandResult } from "../journal/commands.ts";
import { withoutLostTime } from "../strategies/lost-time.ts";
import {
  type DeploymentUpdate,
  type EnvironmentState,
  nothingKnown,
  type OwedAction,
  type ProcessState,
  type Decision,
} from "../journal/state.ts";
import { isSameStatus } from "../journal/status.ts";
import { withEvents } from "../events/derive.ts";

const none: readonly OwedAction[] = [];

/** A decision, and what was found of those that it is about. */
export interface DecidedAbout {
  readonly decision: Decision;
  /** Not at rest, or spoken to. */
  readonly restless: ReadonlySet<ProcessId>;
  /** Until when others are at rest that are so for a time only. */
  readonly timers: ReadonlyMap<ProcessId, Instant>;
}

/** `touched`: only about these; the caller knows that nothing is to be decided about the others. */
export function decide(state: EnvironmentState, observation: Observation, touched?: Iterable<ProcessId>): Decision {
  return decideAbout(touched ?? everyProcess(state, observation), state, observation).decision;
}

/** The same, with what was found. What is decided about several does not hang on the order in which they are named. */
export function decideAbout(touched: Iterable<ProcessId>, state: EnvironmentState, observation: Observation): DecidedAbout {
  const { stirring, timers } = whoStirs(touched, state, observation);
  const wakeAt = [...timers.values()].reduce<Instant | null>(earlier, null);
  const decision = decideOn(stirring, state, observation);
  const restless = new Set(stirring.map(({ remembered }) => remembered.process));
  return { decision: { ...decision, wakeAt: earlier(decision.wakeAt, wakeAt) }, restless, timers };
}

function decideOn(stirring: readonly Stirring[], state: EnvironmentState, observation: Observation): Decision {
  const owedBy = owedByProcess(state.owed);
  const freezing = applyFreezeCommands(state, observation);
  const handovers = planHandovers(stirring, observation, freezing.freeze);
  const pass: Pass = { state, observation, freeze: freezing.freeze, places: placesHeld(state, handovers), handovers };
  const decision = emptyDraft(state, observation);
  decision.results.push(...freezing.results);
  const decided = stirring.map(({ remembered: stored, desired, commands }) => {
    const remembered = unfrozen(withoutLostTime(stored, observation), freezing.unfrozenAfterMs);
    const about = { stored, remembered, owed: owedBy.get(stored.process) ?? none, pass };
    return { ...about, decision: decideOne(decision, about, { commands, desired, freezing }) };
  });
  const atRest = (process: ProcessId): (Collected & Decided) | null => {
    const remembered = state.processes.get(process);
    if (!remembered) return null;
    return { stored: remembered, remembered, owed: owedBy.get(process) ?? none, pass, decision: unchanged(remembered) };
  };
  for (const one of namingDeadlocks(goBackTogether(decided, observation, atRest), pass)) {
    collect(decision, one, one.decision);
    correct(decision.results, commandsFor(state, one.remembered.process), one);
  }
  decision.results.push(...resultsForUnknown(state, decision.results, observation));
  return withEvents(state, { ...decision, ...newsOf(freezing), ...answeredNow(state, observation) });
}

function newsOf({ isNews, freeze }: FreezeOutcome): Pick<Decision, "freezing"> {
  return isNews ? { freezing: { freeze } } : {};
}

function answeredNow(state: EnvironmentState, observation: Observation): Pick<Decision, "hasAnswered"> {
  return isFirstAnswer(state, observation) ? { hasAnswered: true } : {};
}

interface Sorted {
  /** Processes that are not at rest, or have a command, in the order of their names: which one gets the last free place must not depend on the others that were touched. */
  readonly stirring: readonly Stirring[];
  readonly timers: ReadonlyMap<ProcessId, Instant>;
}

/** Of those that were touched. */
export function whoStirs(touched: Iterable<ProcessId>, state: EnvironmentState, observation: Observation): Sorted {
  const stirring: Stirring[] = [];
  const timers = new Map<ProcessId, Instant>();
  for (const process of touched) {
    if (!isKnownProcess(process, state, observation)) continue;
    const commands = commandsFor(state, process);
    const until = commands.length > 0 ? null : restOf(process, state, observation);
    if (until === null) stirring.push(stirringOf(process, commands, { state, observation }));
    else if (until !== untilChanged) timers.set(process, until);
  }
  return { stirring: stirring.sort(byName), timers };
}

function stirringOf(
  process: ProcessId,
  commands: readonly Command[],
  { state, observation }: { readonly state: EnvironmentState; readonly observation: Observation },
): Stirring {
  const known = state.processes.get(process);
  return { remembered: known ?? nothingKnown(process), desired: desiredOf(process, observation.desired, known), commands };
}

function byName({ remembered: one }: Stirring, { remembered: other }: Stirring): number {
  return one.process < other.process ? -1 : Number(one.process > other.process);
}

interface Wanted {
  readonly commands: readonly Command[];
  readonly desired: Desired | null;
  readonly freezing: FreezeOutcome;
}

function decideOne(draft: Draft, about: Collected, { commands, desired, freezing }: Wanted): ProcessDecision {
  const { remembered, owed, pass } = about;
  const given = applyCommands(commands, remembered, {
    desired,
    observation: pass.observation,
    freeze: freezing.freeze,
    processes: pass.state.processes,
  });
  draft.results.push(...given.results);
  const one: Case = { before: given.after, owed: given.hasActed ? none : owed, desired, superseded: null, reverted: null, pass };
  return withCommands(given, decideProcess(one));
}

function unchanged(after: ProcessState): ProcessDecision {
  return { after, actions: [], replacesOwed: false, deployments: [], wakeAt: null };
}

/** What was answered with "done" to these commands, and turns out not to be possible, or to be more than that. */
function correct(results: CommandResult[], commands: readonly Command[], { whyNot, besides }: Partial<Change>): void {
  if (commands.length === 0 || (!whyNot && !besides)) return;
  const ids = new Set(commands.map(({ id }) => id));
  for (const [index, result] of results.entries()) {
    if (!ids.has(result.id) || result.kind !== "done") continue;
    results[index] = whyNot ? { ...result, kind: "refused", why: whyNot } : { ...result, why: `${result.why}; ${besides ?? ""}` };
  }
}

type Draft = Omit<Decision, "processes" | "forgotten" | "owed" | "deployments" | "wakeAt" | "results" | "events"> & {
  readonly processes: ProcessState[];
  readonly forgotten: ProcessId[];
  readonly owed: Map<ProcessId, readonly Action[]>;
  readonly deployments: DeploymentUpdate[];
  readonly results: CommandResult[];
  wakeAt: Instant | null;
};

function emptyDraft(state: EnvironmentState, observation: Observation): Draft {
  const retries = state.owed.flatMap(({ notBefore, stuck }) =>
    notBefore > observation.now && stuck?.retry !== "never" ? [notBefore] : [],
  );
  const wakeAt = retries.length === 0 ? null : Math.min(...retries);
  const { environment } = state;
  return { environment, at: observation.now, processes: [], forgotten: [], owed: new Map(), deployments: [], results: [], wakeAt };
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

function collect(draft: Draft, { stored, owed, pass }: Collected, decision: ProcessDecision): void {
  draft.deployments.push(...decision.deployments);
  draft.wakeAt = earlier(draft.wakeAt, decision.wakeAt);
  if (decision.after === null) {
    if (pass.state.processes.has(stored.process)) draft.forgotten.push(stored.process);
    if (owed.length > 0) draft.owed.set(stored.process, []);
    return;
  }
  if (!isSameState(stored, decision.after)) draft.processes.push(decision.after);
  if (decision.replacesOwed ? isOther(owed, decision.actions) : isMore(owed, decision.actions))
    draft.owed.set(stored.process, decision.actions);
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
  return wanted.some((action) => !owed.some((entry) => doesFor(entry.action, action)));
}

function isOther(owed: readonly OwedAction[], wanted: readonly Action[]): boolean {
  return owed.length !== wanted.length || isMore(owed, wanted);
}
