/** A journal in memory, for tests of everything above it. It keeps plain JSON, as the real one does, so that what cannot be stored fails here too. */

import {
  afterEvidence,
  afterRefused,
  afterSettled,
  afterStep,
  mergeResults,
  nothingRemembered,
} from "../../src/adapters/store/remembered.ts";
import type { ValidationResult } from "../../src/domain/evidence.ts";
import type { EnvironmentName } from "../../src/domain/names.ts";
import type { Deployment, DeploymentUpdate, EnvironmentState, Step } from "../../src/domain/state.ts";
import type { HistoryQuery, Journal } from "../../src/ports/journal.ts";

/** A call that changed something, in order. */
export interface JournalCall {
  readonly call: "record" | "settled" | "refused" | "recordEvidence";
  readonly environment: EnvironmentName;
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
  lastId: number;
}

export function createFakeJournal(contents: Contents = { states: new Map(), history: new Map(), lastId: 0 }): FakeJournal {
  const calls: JournalCall[] = [];
  const stateOf = (environment: EnvironmentName) => contents.states.get(environment) ?? nothingRemembered(environment);
  const takeId = () => (contents.lastId += 1);

  async function change(call: JournalCall, next: (state: EnvironmentState) => EnvironmentState): Promise<void> {
    journal.before(call);
    contents.states.set(call.environment, next(stateOf(call.environment)));
    calls.push(call);
    journal.after(call);
  }

  const journal: FakeJournal = {
    calls,
    before: () => undefined,
    after: () => undefined,
    reopened: () => createFakeJournal(contents),
    state: async (environment) => stateOf(environment),
    record: (step) => {
      const stored = throughJson(step);
      return change({ call: "record", environment: step.environment }, (state) => {
        for (const update of stored.deployments) updateHistory(contents.history, update, state.evidence.get(update.id) ?? []);
        return afterStep(state, stored, takeId);
      });
    },
    settled: (environment, ids) => change({ call: "settled", environment }, (state) => afterSettled(state, ids)),
    refused: (environment, id, stuck, notBefore) =>
      change({ call: "refused", environment }, (state) => afterRefused(state, id, stuck, notBefore)),
    recordEvidence: (environment, deployment, results) =>
      change({ call: "recordEvidence", environment }, (state) => {
        const known = contents.history.get(deployment);
        if (known) contents.history.set(deployment, { ...known, validations: mergeResults(known.validations, results) });
        return known !== undefined && known.endedAt !== null ? state : afterEvidence(state, deployment, results);
      }),
    history: async (query) => matching([...contents.history.values()], query),
  };
  return journal;
}

function throughJson(step: Step): Step {
  const plain = { ...step, owed: [...step.owed] };
  const copy = JSON.parse(JSON.stringify(plain)) as typeof plain;
  return { ...copy, owed: new Map(copy.owed) };
}

function updateHistory(history: Map<string, Deployment>, update: DeploymentUpdate, validations: readonly ValidationResult[]): void {
  const known = history.get(update.id) ?? (update.opened && { ...update.opened, id: update.id, steps: [], validations });
  if (!known) return;
  const { phase, endedAt, step } = update;
  history.set(update.id, { ...known, phase, endedAt, reason: step.why, steps: [...known.steps, step] });
}

function matching(deployments: readonly Deployment[], query: HistoryQuery): readonly Deployment[] {
  return deployments
    .toReversed()
    .filter((deployment) => query.environment === undefined || deployment.environment === query.environment)
    .filter((deployment) => query.process === undefined || deployment.process === query.process)
    .filter((deployment) => query.id === undefined || deployment.id === query.id)
    .slice(0, query.limit ?? 50);
}
