/** What one journal call makes of the remembered state, as pure values: the store keeps it in memory beside the rows on disk. */

import { actionKey, doesFor, processOf } from "./actions.ts";
import type { Action } from "./actions.ts";
import type { ValidationResult } from "../validation-result.ts";
import type { EnvironmentName, Instant, ProcessId } from "../names.ts";
import type { Command, CommandResult } from "./commands.ts";
import type { RevertRequest, RevertOutcome } from "./revert.ts";
import type { Stuck } from "./rollout.ts";
import { withChanges } from "../sharded-map.ts";
import type { EnvironmentState, OwedAction, ProcessState, Decision } from "./state.ts";

/** An environment nothing is remembered of. */
export function nothingRemembered(environment: EnvironmentName): EnvironmentState {
  return { environment, processes: new Map(), owed: [], validationResults: new Map(), freeze: null, commands: [], hasAnswered: false };
}

/** The state after a decision. What was owed already, and does for what is owed now, keeps its id, its waiting time and its refusal. */
export function afterDecision(state: EnvironmentState, decision: Decision, takeId: () => number): EnvironmentState {
  return {
    environment: state.environment,
    processes: afterRows(state.processes, decision),
    owed: afterOwed(state.owed, decision, takeId),
    validationResults: withoutEnded(state.validationResults, decision),
    freeze: decision.freezing ? decision.freezing.freeze : state.freeze,
    commands: withoutResult(state.commands, decision.results),
    hasAnswered: state.hasAnswered || decision.hasAnswered === true,
  };
}

/** The state once these owed actions are done. */
export function afterAcknowledged(state: EnvironmentState, ids: readonly number[]): EnvironmentState {
  const done = new Set(ids);
  const owed = state.owed.filter((entry) => !done.has(entry.id));
  return owed.length === state.owed.length ? state : { ...state, owed };
}

/** The state once an owed action was refused; an id that is no longer owed changes nothing. */
export function afterRefused(state: EnvironmentState, id: number, stuck: Stuck, notBefore: Instant): EnvironmentState {
  if (!state.owed.some((entry) => entry.id === id)) return state;
  return { ...state, owed: state.owed.map((entry) => (entry.id === id ? { ...entry, stuck, notBefore } : entry)) };
}

/** The state with these results of a deployment under way. */
export function afterValidation(state: EnvironmentState, deployment: string, results: readonly ValidationResult[]): EnvironmentState {
  if (results.length === 0) return state;
  const merged = mergeResults(state.validationResults.get(deployment) ?? [], results);
  return { ...state, validationResults: new Map(state.validationResults).set(deployment, merged) };
}

/** The state with a command that a person gave; one that waits already changes nothing. */
export function afterCommand(state: EnvironmentState, command: Command): EnvironmentState {
  if (state.commands.some((pending) => pending.id === command.id)) return state;
  return { ...state, commands: [...state.commands, command] };
}

/**
 * The state once it is known what became of a revert: it is owed no more. A process that has another one by now, or none, stays as
 * it is.
 */
export function afterReverted(state: EnvironmentState, request: RevertRequest, outcome: RevertOutcome): EnvironmentState {
  const settled = afterAcknowledged(state, owedReverts(state, request));
  const row = state.processes.get(request.process);
  if (row?.revert?.request.id !== request.id) return settled;
  return { ...settled, processes: withChanges(state.processes, [[request.process, { ...row, revert: { ...row.revert, outcome } }]]) };
}

/** Ids of what is owed for this command. */
export function owedReverts({ owed }: EnvironmentState, { id }: RevertRequest): readonly number[] {
  return owed.flatMap((entry) => (entry.action.kind === "ensure-reverted" && entry.action.request.id === id ? [entry.id] : []));
}

/** Results in order of first arrival; the newest of the same phase, scope, validation and subject stands. */
export function mergeResults(older: readonly ValidationResult[], newer: readonly ValidationResult[]): readonly ValidationResult[] {
  const merged = new Map(older.map((result) => [resultKey(result), result]));
  for (const result of newer) merged.set(resultKey(result), result);
  return [...merged.values()];
}

/** The owed actions of these processes, in the order in which they are owed. */
export function owedOf(state: EnvironmentState, processes: ReadonlySet<ProcessId>): readonly OwedAction[] {
  return state.owed.filter((entry) => processes.has(processOf(entry.action)));
}

function resultKey(result: ValidationResult): string {
  return JSON.stringify([result.phase, result.scope, result.validation, result.subject]);
}

function afterRows(rows: ReadonlyMap<ProcessId, ProcessState>, decision: Decision): ReadonlyMap<ProcessId, ProcessState> {
  if (decision.processes.length === 0 && decision.forgotten.length === 0) return rows;
  const changed = decision.processes.map((row) => [row.process, row] as const);
  const gone = decision.forgotten.map((process) => [process, undefined] as const);
  return withChanges(rows, [...changed, ...gone]);
}

function afterOwed(owed: readonly OwedAction[], decision: Decision, takeId: () => number): readonly OwedAction[] {
  if (decision.owed.size === 0) return owed;
  const replaced = owed.filter((entry) => decision.owed.has(processOf(entry.action)));
  const known = new Map(replaced.map((entry) => [actionKey(entry.action), entry]));
  const kept = owed.filter((entry) => !decision.owed.has(processOf(entry.action)));
  const added = [...decision.owed.values()].flatMap((actions) => distinct(actions).map((action) => owe(action, known, takeId)));
  return [...kept, ...added];
}

function owe(action: Action, known: ReadonlyMap<string, OwedAction>, takeId: () => number): OwedAction {
  const owed = known.get(actionKey(action));
  return owed && doesFor(owed.action, action) ? owed : { id: takeId(), action, notBefore: 0, stuck: null };
}

/** What is asked for, each once. */
export function distinct(actions: readonly Action[]): readonly Action[] {
  return [...new Map(actions.map((action) => [actionKey(action), action])).values()];
}

function withoutEnded(validationResults: EnvironmentState["validationResults"], decision: Decision): EnvironmentState["validationResults"] {
  const ended = decision.deployments.filter((update) => update.endedAt !== null && validationResults.has(update.id));
  if (ended.length === 0) return validationResults;
  const next = new Map(validationResults);
  for (const update of ended) next.delete(update.id);
  return next;
}

function withoutResult(commands: readonly Command[], results: readonly CommandResult[]): readonly Command[] {
  if (results.length === 0) return commands;
  const answered = new Set(results.map((result) => result.id));
  return commands.filter((command) => !answered.has(command.id));
}
