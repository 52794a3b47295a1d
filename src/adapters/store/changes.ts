/** The calls of the journal that change something: each writes its rows and says what is remembered then. */

import type { EnvironmentName } from "../../domain/names.ts";
import type { EnvironmentState, Step } from "../../domain/journal/state.ts";
import type { Journal } from "../../ports/journal.ts";
import type { Log } from "../../ports/log.ts";
import type { Connection } from "./sqlite/database.ts";
import type { Orders } from "./sqlite/commands.ts";
import type { Outbox } from "./sqlite/outbox.ts";
import {
  afterEvidence,
  afterOrdered,
  afterRefused,
  afterReverted,
  afterSettled,
  afterStep,
  owedOf,
  owedReverts,
} from "../../domain/journal/remembered.ts";
import { createHistoryWriter } from "./sqlite/write-history.ts";
import type { HistoryWriter } from "./sqlite/write-history.ts";
import { createStateWriter } from "./sqlite/write-state.ts";
import type { StateWriter } from "./sqlite/write-state.ts";

/** Writes one call, inside a transaction, and says what is remembered then. */
export type Apply = (state: EnvironmentState) => EnvironmentState;

/** A change of one environment. */
export interface Part {
  readonly environment: EnvironmentName;
  readonly apply: Apply;
  /** Recorded on a full disk too, from the reserve: it is small, and callers or people wait for it. */
  readonly isUrgent: boolean;
}

/** Resolves when the change is on disk. */
export type Change = (part: Part) => Promise<void>;

export interface ChangeParts {
  readonly connection: Connection;
  readonly log: Log;
  /** How many deployments of history are kept. */
  readonly keepDeployments: number;
  readonly change: Change;
  readonly orders: Orders;
  readonly outbox: Outbox;
}

type AboutActions = Pick<Journal, "record" | "settled" | "refused">;
type AboutStories = Pick<Journal, "recordEvidence" | "ordered" | "reverted">;

interface Parts extends ChangeParts {
  readonly rows: StateWriter;
  readonly history: HistoryWriter;
}

/** Everything that changes one environment. */
export function createChanges(parts: ChangeParts): AboutActions & AboutStories {
  const rows = createStateWriter(parts.connection);
  const history = createHistoryWriter(parts.connection);
  return { ...aboutActions({ ...parts, rows, history }), ...aboutStories({ ...parts, rows, history }) };
}

function aboutActions(parts: Parts): AboutActions {
  const { connection, change, rows } = parts;
  let lastId = lastOwedId(connection);
  return {
    record: (step) =>
      change({
        environment: step.environment,
        isUrgent: step.isUrgent === true,
        apply: (state) => {
          const next = afterStep(state, step, () => (lastId += 1));
          writeStep(parts, step, next);
          return next;
        },
      }),
    settled: (environment, ids) =>
      change({
        environment,
        isUrgent: true,
        apply: (state) => {
          rows.writeSettled(environment, ids);
          return afterSettled(state, ids);
        },
      }),
    refused: (environment, id, stuck, notBefore) =>
      change({
        environment,
        isUrgent: false,
        apply: (state) => {
          rows.writeRefused(environment, id, stuck, notBefore);
          return afterRefused(state, id, stuck, notBefore);
        },
      }),
  };
}

function writeStep({ rows, history, orders, outbox, log, keepDeployments }: Parts, step: Step, next: EnvironmentState): void {
  const { environment, deployments } = step;
  rows.writeRows(environment, step.processes);
  rows.forgetRows(environment, step.forgotten);
  if (step.hasAnswered) rows.writeAnswered(environment);
  rows.writeOwed(environment, [...step.owed.keys()], owedOf(next, new Set(step.owed.keys())));
  for (const update of deployments) {
    if (history.writeDeployment(update)) continue;
    log.warn({ environment, deployment: update.id }, "a step of a deployment that the history does not know is left out");
  }
  if (deployments.some((update) => update.opened)) history.pruneHistory(keepDeployments);
  orders.writeAnswers(step);
  outbox.add(step.events);
}

function aboutStories({ change, rows, history, orders }: Parts): AboutStories {
  return {
    recordEvidence: (environment, deployment, results) =>
      change({
        environment,
        isUrgent: false,
        apply: (state) => {
          history.writeEvidence(environment, deployment, results);
          return history.hasEnded(deployment) ? state : afterEvidence(state, deployment, results);
        },
      }),
    ordered: (order) =>
      change({
        environment: order.environment,
        isUrgent: true,
        apply: (state) => {
          const next = orders.isAnswered(order.environment, order.id) ? state : afterOrdered(state, order);
          if (next !== state) orders.writeOrder(order);
          return next;
        },
      }),
    reverted: (order, outcome, step) =>
      change({
        environment: order.environment,
        isUrgent: true,
        apply: (state) => {
          const next = afterReverted(state, order, outcome);
          const row = next.processes === state.processes ? undefined : next.processes.get(order.process);
          if (row) rows.writeRows(order.environment, [row]);
          rows.writeSettled(order.environment, owedReverts(state, order));
          if (order.deployment !== null) history.addToStory(order.deployment, step);
          return next;
        },
      }),
  };
}

/** Ids are never given twice, not even after a restart: a late answer must not settle somebody else's action. */
function lastOwedId(connection: Connection): number {
  const row = connection.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'owed'").raw(true).get();
  return Array.isArray(row) ? Number(row[0]) : 0;
}
