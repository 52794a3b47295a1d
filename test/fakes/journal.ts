/** A journal in memory, for tests of everything above it. It keeps plain JSON, as the real one does, so that what cannot be stored fails here too. */

import {
  afterValidation,
  afterCommand,
  afterRefused,
  afterReverted,
  afterAcknowledged,
  afterDecision,
  nothingRemembered,
} from "../../src/domain/journal/remembered.ts";
import type { HandEdit, RecordedChanges } from "../../src/domain/changes/recorded.ts";
import { undoneStep } from "../../src/domain/journal/undone-step.ts";
import type { OpenedPlan } from "../../src/domain/journal/rollout-plan.ts";
import type { PinionEvent } from "../../src/domain/journal/events.ts";
import type { EnvironmentName } from "../../src/domain/names.ts";
import type { CommandResult } from "../../src/domain/journal/commands.ts";
import type { Deployment, EnvironmentState, Decision } from "../../src/domain/journal/state.ts";
import type { HistoryPage, HistoryQuery, Journal } from "../../src/ports/journal.ts";
import { keepHandEdit, matching, pageFrom, storyWith, tallied, withChanges, updateHistory, withResults } from "./journal-history.ts";

/** A call that changed something, in order. */
export interface JournalCall {
  readonly call:
    | "record"
    | "settled"
    | "refused"
    | "recordEvidence"
    | "recordChanges"
    | "recordPlan"
    | "recordHandEdit"
    | "ordered"
    | "reverted"
    | "told";
  /** Null: of no single one. */
  readonly environment: EnvironmentName | null;
}

export interface FakeJournal extends Journal {
  readonly calls: readonly JournalCall[];
  /** Runs before a call takes effect; throw in it to cut the power there. */
  before: (call: JournalCall) => void;
  /** Runs after a call took effect, before the caller hears of it. */
  after: (call: JournalCall) => void;
  /** Another journal over the same contents, as after a restart. */
  reopened(): FakeJournal;
}

interface Contents {
  readonly states: Map<EnvironmentName, EnvironmentState>;
  readonly history: Map<string, Deployment>;
  readonly results: Map<string, CommandResult>;
  readonly changes: Map<string, RecordedChanges>;
  readonly plans: Map<string, OpenedPlan>;
  readonly handEdits: HandEdit[];
  readonly untold: Map<string, PinionEvent>;
  readonly told: Set<string>;
  lastId: number;
}

const nothing = (): Contents => ({
  states: new Map(),
  history: new Map(),
  results: new Map(),
  changes: new Map(),
  plans: new Map(),
  handEdits: [],
  untold: new Map(),
  told: new Set(),
  lastId: 0,
});

export function createFakeJournal(contents: Contents = nothing()): FakeJournal {
  const calls: JournalCall[] = [];
  const stateOf = (environment: EnvironmentName) => contents.states.get(environment) ?? nothingRemembered(environment);
  const takeId = () => (contents.lastId += 1);

  async function effect(call: JournalCall, work: () => void): Promise<void> {
    journal.before(call);
    work();
    calls.push(call);
    journal.after(call);
  }

  function change(
    call: JournalCall["call"],
    environment: EnvironmentName,
    next: (state: EnvironmentState) => EnvironmentState,
  ): Promise<void> {
    return effect({ call, environment }, () => contents.states.set(environment, next(stateOf(environment))));
  }

  const journal: FakeJournal = {
    calls,
    before: () => undefined,
    after: () => undefined,
    reopened: () => createFakeJournal(contents),
    state: async (environment) => stateOf(environment),
    record: async (decision) => {
      const stored = storedStep(decision);
      return change("record", decision.environment, (state) => {
        for (const update of stored.deployments) updateHistory(contents.history, update, state.validationResults.get(update.id) ?? []);
        takeMail(contents, stored);
        return afterDecision(state, stored, takeId);
      });
    },
    acknowledged: (environment, ids) => change("settled", environment, (state) => afterAcknowledged(state, ids)),
    refused: (environment, id, stuck, notBefore) => change("refused", environment, (state) => afterRefused(state, id, stuck, notBefore)),
    recordValidation: (environment, deployment, results) =>
      change("recordEvidence", environment, (state) => {
        const known = contents.history.get(deployment);
        if (known) contents.history.set(deployment, withResults(known, results));
        return known !== undefined && known.endedAt !== null ? state : afterValidation(state, deployment, results);
      }),
    recordChanges: (environment, deployment, changes) =>
      effect({ call: "recordChanges", environment }, () => {
        if (contents.history.has(deployment)) contents.changes.set(deployment, throughJson(changes));
      }),
    recordPlan: (environment, deployment, plan) =>
      effect({ call: "recordPlan", environment }, () => {
        if (contents.history.has(deployment)) contents.plans.set(deployment, throughJson(plan));
      }),
    recordHandEdit: (edit) =>
      effect({ call: "recordHandEdit", environment: edit.environment }, () => {
        keepHandEdit(contents.handEdits, throughJson(edit));
        const [known, step] = [contents.history.get(edit.undone?.deployment ?? ""), undoneStep(edit)];
        if (known && step) contents.history.set(known.id, storyWith(known, step));
      }),
    handEdits: async (environment, process) =>
      contents.handEdits.filter((each) => each.environment === environment && each.process === process).slice(0, 20),
    recordCommand: (command) =>
      change("ordered", command.environment, (state) =>
        contents.results.has(letter(command.environment, command.id)) ? state : afterCommand(state, throughJson(command)),
      ),
    result: async (environment, id) => contents.results.get(letter(environment, id)) ?? null,
    reverted: (request, outcome, step) =>
      change("reverted", request.environment, (state) => {
        const known = request.deployment === null ? undefined : contents.history.get(request.deployment);
        if (known) contents.history.set(known.id, storyWith(known, throughJson(step)));
        return afterReverted(state, request, throughJson(outcome));
      }),
    pendingEvents: async (limit) => [...contents.untold.values()].slice(0, limit),
    dispatched: (ids) =>
      effect({ call: "told", environment: null }, () => {
        for (const id of ids) if (contents.untold.delete(id)) contents.told.add(id);
      }),
    deploymentCounts: async () => tallied([...contents.history.values()]),
    history: async (query) => pageOf(contents, query).deployments,
    historyPage: async (query) => pageOf(contents, query),
  };
  return journal;
}

/** The answers and the events of a step. What was answered or told once is not answered or told again. */
function pageOf(contents: Contents, query: HistoryQuery): HistoryPage {
  const all = [...contents.history.values()];
  const page = pageFrom(all, matching(all, query), query);
  return { ...page, deployments: page.deployments.map((each) => withChanges(each, contents, query.id !== undefined)) };
}

function takeMail(contents: Contents, decision: Decision): void {
  for (const result of decision.results) {
    const key = letter(decision.environment, result.id);
    if (!contents.results.has(key)) contents.results.set(key, result);
  }
  for (const event of decision.events) {
    if (!contents.told.has(event.id) && !contents.untold.has(event.id)) contents.untold.set(event.id, event);
  }
}

function letter(environment: EnvironmentName, id: string): string {
  return JSON.stringify([environment, id]);
}

/** As JSON would give it back, without writing it down: what is plain already is not even copied, since simulations record a lot. */
function throughJson<T>(value: T): T {
  return plain(value) as T;
}

/** What was found plain once: decisions hand the same values on, and nobody changes them. */
const knownPlain = new WeakSet<object>();

function plain(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return isPlain(value) ? value : JSON.parse(JSON.stringify(value) ?? "null");
  if (knownPlain.has(value)) return value;
  if (Array.isArray(value)) return plainList(value);
  if (Object.getPrototypeOf(value) !== Object.prototype) return JSON.parse(JSON.stringify(value));
  return plainObject(value as Readonly<Record<string, unknown>>);
}

function plainList(list: readonly unknown[]): readonly unknown[] {
  let copy: unknown[] | null = null;
  for (const [index, each] of list.entries()) {
    const its = each === undefined ? null : plain(each);
    if (its !== each) copy ??= list.slice(0, index);
    copy?.push(its);
  }
  knownPlain.add(copy ?? list);
  return copy ?? list;
}

function plainObject(value: Readonly<Record<string, unknown>>): unknown {
  let copy: Record<string, unknown> | null = null;
  for (const key of Object.keys(value)) {
    const each = value[key];
    const its = each === undefined ? undefined : plain(each);
    if (each === undefined || its !== each) copy ??= upTo(value, key);
    if (copy && its !== undefined) copy[key] = its;
  }
  knownPlain.add(copy ?? value);
  return copy ?? value;
}

/** The fields that come before one. */
function upTo(value: Readonly<Record<string, unknown>>, end: string): Record<string, unknown> {
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    if (key === end) break;
    copy[key] = value[key];
  }
  return copy;
}

function isPlain(value: unknown): boolean {
  return value === null || typeof value === "string" || typeof value === "boolean" || Number.isFinite(value);
}

function storedStep(decision: Decision): Decision {
  const copy = throughJson({ ...decision, owed: [...decision.owed] });
  return { ...copy, owed: new Map(copy.owed) };
}
