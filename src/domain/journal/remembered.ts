/** What one journal call makes of the remembered state, as pure values: the store keeps it in memory beside the rows on disk. */

import { actionKey, processOf } from "./actions.ts";
import type { Action } from "./actions.ts";
import type { ValidationResult } from "../evidence.ts";
import type { EnvironmentName, Instant, ProcessId } from "../names.ts";
import type { Order, OrderAnswer } from "./commands.ts";
import type { RevertOrder, RevertOutcome } from "./revert.ts";
import type { Stuck } from "./rollout.ts";
import type { EnvironmentState, OwedAction, ProcessState, Step } from "./state.ts";

/** An environment nothing is remembered of. */
export function nothingRemembered(environment: EnvironmentName): EnvironmentState {
  return { environment, processes: new Map(), owed: [], evidence: new Map(), freeze: null, orders: [], hasAnswered: false };
}

/** The state after a decision. What was owed already under the same key keeps its id, its waiting time and its refusal. */
export function afterStep(state: EnvironmentState, step: Step, takeId: () => number): EnvironmentState {
  return {
    environment: state.environment,
    processes: afterRows(state.processes, step),
    owed: afterOwed(state.owed, step, takeId),
    evidence: withoutEnded(state.evidence, step),
    freeze: step.line ? step.line.freeze : state.freeze,
    orders: withoutAnswered(state.orders, step.answers),
    hasAnswered: state.hasAnswered || step.hasAnswered === true,
  };
}

/** The state once these owed actions are done. */
export function afterSettled(state: EnvironmentState, ids: readonly number[]): EnvironmentState {
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
export function afterEvidence(state: EnvironmentState, deployment: string, results: readonly ValidationResult[]): EnvironmentState {
  if (results.length === 0) return state;
  const merged = mergeResults(state.evidence.get(deployment) ?? [], results);
  return { ...state, evidence: new Map(state.evidence).set(deployment, merged) };
}

/** The state with an order that a person gave; one that waits already changes nothing. */
export function afterOrdered(state: EnvironmentState, order: Order): EnvironmentState {
  if (state.orders.some((pending) => pending.id === order.id)) return state;
  return { ...state, orders: [...state.orders, order] };
}

/**
 * The state once it is known what became of a revert: it is owed no more. A process that has another one by now, or none, stays as
 * it is.
 */
export function afterReverted(state: EnvironmentState, order: RevertOrder, outcome: RevertOutcome): EnvironmentState {
  const settled = afterSettled(state, owedReverts(state, order));
  const row = state.processes.get(order.process);
  if (row?.revert?.order.id !== order.id) return settled;
  return { ...settled, processes: new Map(state.processes).set(order.process, { ...row, revert: { ...row.revert, outcome } }) };
}

/** Ids of what is owed for this order. */
export function owedReverts({ owed }: EnvironmentState, { id }: RevertOrder): readonly number[] {
  return owed.flatMap((entry) => (entry.action.kind === "ensure-reverted" && entry.action.order.id === id ? [entry.id] : []));
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

function afterRows(rows: ReadonlyMap<ProcessId, ProcessState>, step: Step): ReadonlyMap<ProcessId, ProcessState> {
  if (step.processes.length === 0 && step.forgotten.length === 0) return rows;
  const next = new Map(rows);
  for (const row of step.processes) next.set(row.process, row);
  for (const process of step.forgotten) next.delete(process);
  return next;
}

function afterOwed(owed: readonly OwedAction[], step: Step, takeId: () => number): readonly OwedAction[] {
  if (step.owed.size === 0) return owed;
  const replaced = owed.filter((entry) => step.owed.has(processOf(entry.action)));
  const known = new Map(replaced.map((entry) => [actionKey(entry.action), entry]));
  const kept = owed.filter((entry) => !step.owed.has(processOf(entry.action)));
  const added = [...step.owed.values()].flatMap((actions) => distinct(actions).map((action) => owe(action, known, takeId)));
  return [...kept, ...added];
}

function owe(action: Action, known: ReadonlyMap<string, OwedAction>, takeId: () => number): OwedAction {
  return known.get(actionKey(action)) ?? { id: takeId(), action, notBefore: 0, stuck: null };
}

function distinct(actions: readonly Action[]): readonly Action[] {
  return [...new Map(actions.map((action) => [actionKey(action), action])).values()];
}

function withoutEnded(evidence: EnvironmentState["evidence"], step: Step): EnvironmentState["evidence"] {
  const ended = step.deployments.filter((update) => update.endedAt !== null && evidence.has(update.id));
  if (ended.length === 0) return evidence;
  const next = new Map(evidence);
  for (const update of ended) next.delete(update.id);
  return next;
}

function withoutAnswered(orders: readonly Order[], answers: readonly OrderAnswer[]): readonly Order[] {
  if (answers.length === 0) return orders;
  const answered = new Set(answers.map((answer) => answer.id));
  return orders.filter((order) => !answered.has(order.id));
}
