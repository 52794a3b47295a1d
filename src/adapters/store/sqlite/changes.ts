/** The calls of the journal that change something: each writes its rows and says what is remembered then. */

import type { EnvironmentName } from "../../../domain/names.ts";
import type { EnvironmentState, Decision } from "../../../domain/journal/state.ts";
import type { Journal } from "../../../ports/journal.ts";
import type { Log } from "../../../ports/log.ts";
import type { Connection } from "./database.ts";
import type { CommandTable } from "./commands.ts";
import type { Outbox } from "./outbox.ts";
import {
  afterValidation,
  afterCommand,
  afterRefused,
  afterReverted,
  afterAcknowledged,
  afterDecision,
  owedOf,
  owedReverts,
} from "../../../domain/journal/remembered.ts";
import { createHistoryWriter } from "./write-history.ts";
import { createChangesWriter } from "./recorded-changes.ts";
import { createPlanWriter } from "./recorded-plans.ts";
import type { HistoryWriter } from "./write-history.ts";
import { undoneStep } from "../../../domain/journal/undone-step.ts";
import { createStateWriter } from "./write-state.ts";
import type { StateWriter } from "./write-state.ts";

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
  readonly commands: CommandTable;
  readonly outbox: Outbox;
}

type AboutActions = Pick<Journal, "record" | "acknowledged" | "refused">;
type AboutStories = Pick<Journal, "recordValidation" | "recordChanges" | "recordPlan" | "recordHandEdit" | "recordCommand" | "reverted">;

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
    record: (decision) =>
      change({
        environment: decision.environment,
        isUrgent: decision.isUrgent === true,
        apply: (state) => {
          const next = afterDecision(state, decision, () => (lastId += 1));
          writeStep(parts, decision, next);
          return next;
        },
      }),
    acknowledged: (environment, ids) =>
      change({
        environment,
        isUrgent: true,
        apply: (state) => {
          rows.writeAcknowledged(environment, ids);
          return afterAcknowledged(state, ids);
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

function writeStep({ rows, history, commands, outbox, log, keepDeployments }: Parts, decision: Decision, next: EnvironmentState): void {
  const { environment, deployments } = decision;
  rows.writeRows(environment, decision.processes);
  rows.forgetRows(environment, decision.forgotten);
  if (decision.hasAnswered) rows.writeResult(environment);
  rows.writeOwed(environment, [...decision.owed.keys()], owedOf(next, new Set(decision.owed.keys())));
  for (const update of deployments) {
    if (history.writeDeployment(update)) continue;
    log.warn({ environment, deployment: update.id }, "a step of a deployment that the history does not know is left out");
  }
  if (deployments.some((update) => update.opened)) history.pruneHistory(keepDeployments);
  commands.writeAnswers(decision);
  outbox.add(decision.events);
}

/** What is remembered stays as it is. */
function aboutChanges({ connection, change, history }: Parts): Pick<AboutStories, "recordChanges" | "recordPlan" | "recordHandEdit"> {
  const writer = createChangesWriter(connection);
  const writePlan = createPlanWriter(connection);
  const note = (environment: EnvironmentName, write: () => void): Promise<void> =>
    change({
      environment,
      isUrgent: false,
      apply: (state) => {
        write();
        return state;
      },
    });
  return {
    recordChanges: (environment, deployment, changes) => note(environment, () => writer.writeChanges(deployment, changes)),
    recordPlan: (environment, deployment, plan) => note(environment, () => writePlan(deployment, plan)),
    recordHandEdit: (edit) =>
      note(edit.environment, () => {
        writer.writeHandEdit(edit);
        const step = undoneStep(edit);
        if (step && edit.undone?.deployment) history.addToTimeline(edit.undone.deployment, step);
      }),
  };
}

function aboutStories(parts: Parts): AboutStories {
  const { change, rows, history, commands } = parts;
  return {
    ...aboutChanges(parts),
    recordValidation: (environment, deployment, results) =>
      change({
        environment,
        isUrgent: false,
        apply: (state) => {
          history.writeValidation(environment, deployment, results);
          return history.hasEnded(deployment) ? state : afterValidation(state, deployment, results);
        },
      }),
    recordCommand: (command) =>
      change({
        environment: command.environment,
        isUrgent: true,
        apply: (state) => {
          const next = commands.isAnswered(command.environment, command.id) ? state : afterCommand(state, command);
          if (next !== state) commands.writeCommand(command);
          return next;
        },
      }),
    reverted: (request, outcome, step) =>
      change({
        environment: request.environment,
        isUrgent: true,
        apply: (state) => {
          const next = afterReverted(state, request, outcome);
          const row = next.processes === state.processes ? undefined : next.processes.get(request.process);
          if (row) rows.writeRows(request.environment, [row]);
          rows.writeAcknowledged(request.environment, owedReverts(state, request));
          if (request.deployment !== null) history.addToTimeline(request.deployment, step);
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
