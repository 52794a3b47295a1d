/**
 * The journal port over SQLite: calls are on disk before they are acknowledged, then the same change is made in memory, so that
 * reading costs nothing. Calls made at the same time share one transaction, since waiting for the disk is the dear part.
 */

import type { EnvironmentName } from "../../domain/names.ts";
import type { EnvironmentState, Step } from "../../domain/state.ts";
import type { Journal } from "../../ports/journal.ts";
import type { Log } from "../../ports/log.ts";
import { onDisk } from "./database.ts";
import type { Connection } from "./database.ts";
import { readHistory } from "./history.ts";
import { loadEnvironment } from "./load.ts";
import { afterEvidence, afterRefused, afterSettled, afterStep, owedOf } from "./remembered.ts";
import { createGathering } from "./gathering.ts";
import { createWriter } from "./write.ts";
import type { Writer } from "./write.ts";

export interface JournalOptions {
  readonly connection: Connection;
  readonly path: string;
  readonly log: Log;
  /** How many deployments of history are kept. */
  readonly keepDeployments: number;
}

interface Change {
  readonly environment: EnvironmentName;
  readonly apply: (state: EnvironmentState) => EnvironmentState;
}

/** @throws `store/damaged`, `store/failed` from every method; what was thrown was not recorded. */
export function createJournal({ connection, path, log, keepDeployments }: JournalOptions): Journal {
  const writer = createWriter(connection);
  const states = new Map<EnvironmentName, EnvironmentState>();
  let lastId = lastOwedId(connection);

  function stateOf(environment: EnvironmentName): EnvironmentState {
    const state = states.get(environment) ?? loadEnvironment({ connection, log }, environment);
    states.set(environment, state);
    return state;
  }

  const commit = (changes: readonly Change[]): void =>
    onDisk(path, () => {
      const next = connection.transaction(() => {
        const made = new Map<EnvironmentName, EnvironmentState>();
        for (const { environment, apply } of changes) made.set(environment, apply(made.get(environment) ?? stateOf(environment)));
        return made;
      });
      for (const [environment, state] of next.immediate()) states.set(environment, state);
    });
  const gathered = createGathering(commit);
  const change = (environment: EnvironmentName, apply: Change["apply"]): Promise<void> => gathered({ environment, apply });

  return {
    state: async (environment) => onDisk(path, () => stateOf(environment)),
    record: (step) =>
      change(step.environment, (state) => {
        const next = afterStep(state, step, () => (lastId += 1));
        writeStep(writer, step, next, log);
        if (step.deployments.some((update) => update.opened)) writer.pruneHistory(keepDeployments);
        return next;
      }),
    settled: (environment, ids) =>
      change(environment, (state) => {
        writer.writeSettled(environment, ids);
        return afterSettled(state, ids);
      }),
    refused: (environment, id, stuck, notBefore) =>
      change(environment, (state) => {
        writer.writeRefused(environment, id, stuck, notBefore);
        return afterRefused(state, id, stuck, notBefore);
      }),
    recordEvidence: (environment, deployment, results) =>
      change(environment, (state) => {
        writer.writeEvidence(environment, deployment, results);
        return hasEnded(connection, deployment) ? state : afterEvidence(state, deployment, results);
      }),
    history: async (query) => onDisk(path, () => readHistory(connection, log, query)),
  };
}

function writeStep(writer: Writer, step: Step, next: EnvironmentState, log: Log): void {
  writer.writeRows(step);
  writer.writeOwed(step.environment, [...step.owed.keys()], owedOf(next, new Set(step.owed.keys())));
  for (const update of step.deployments) {
    if (writer.writeDeployment(update)) continue;
    log.warn({ environment: step.environment, deployment: update.id }, "a step of a deployment that the history does not know is left out");
  }
}

function hasEnded(connection: Connection, deployment: string): boolean {
  return connection.prepare("SELECT 1 FROM deployment WHERE id = ? AND ended_at IS NOT NULL").get(deployment) !== undefined;
}

/** Ids are never given twice, not even after a restart: a late answer must not settle somebody else's action. */
function lastOwedId(connection: Connection): number {
  const row = connection.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'owed'").raw(true).get();
  return Array.isArray(row) ? Number(row[0]) : 0;
}
