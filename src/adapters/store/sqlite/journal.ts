/**
 * The journal port over SQLite: calls are on disk before they are acknowledged, then the same change is made in memory, so that
 * reading costs nothing. Calls made at the same time share one transaction, since waiting for the disk is the dear part.
 */

import type { EnvironmentName } from "../../../domain/names.ts";
import type { EnvironmentState } from "../../../domain/journal/state.ts";
import type { Journal } from "../../../ports/journal.ts";
import type { Log } from "../../../ports/log.ts";
import { createChanges } from "./changes.ts";
import type { Change, Part } from "./changes.ts";
import { type Connection, onDisk, onDiskLater, transact } from "./database.ts";
import { createChangesReader } from "./recorded-changes.ts";
import { readHistory, readHistoryPage } from "./history.ts";
import { loadEnvironment } from "./load.ts";
import { createCommandTable } from "./commands.ts";
import { createOutbox } from "./outbox.ts";
import { createGathering } from "./gathering.ts";
import { inSlices } from "./pages.ts";
import type { Room } from "./room.ts";
import { createCountReader } from "./deployment-counts.ts";

export interface JournalOptions {
  readonly connection: Connection;
  readonly path: string;
  readonly log: Log;
  /** How many deployments of history are kept. */
  readonly keepDeployments: number;
  readonly room: Room;
}

/** @throws `store/damaged`, `store/full`, `store/failed` from every method; what was thrown was not recorded. */
export function createJournal(options: JournalOptions): Journal {
  const { connection, path, log, room } = options;
  const { stateOf, change } = createMemory(options);
  const commands = createCommandTable(connection);
  const outbox = createOutbox(connection, log);
  const readCounts = createCountReader(connection);
  return {
    ...createChanges({ ...options, change, commands, outbox }),
    state: stateOf,
    result: async (environment, id) => onDisk(path, () => commands.findAnswer(environment, id)),
    pendingEvents: (limit) => onDiskLater(path, () => outbox.pendingEvents(limit)),
    dispatched: async (ids) => room.write(true, () => outbox.dispatched(ids)),
    deploymentCounts: () => onDiskLater(path, readCounts),
    history: async (query) => onDisk(path, () => readHistory(connection, log, query)),
    historyPage: async (query) => onDisk(path, () => readHistoryPage(connection, log, query)),
    handEdits: async (environment, process) => onDisk(path, () => createChangesReader(connection).handEdits(environment, process)),
  };
}

interface Memory {
  /** Read in slices where it was not read before. */
  stateOf(environment: EnvironmentName): Promise<EnvironmentState>;
  readonly change: Change;
}

function createMemory({ connection, path, log, room }: JournalOptions): Memory {
  const states = new Map<EnvironmentName, EnvironmentState>();
  const loading = new Map<EnvironmentName, Promise<EnvironmentState>>();

  async function load(environment: EnvironmentName): Promise<EnvironmentState> {
    try {
      const state = await onDiskLater(path, () => inSlices(loadEnvironment({ connection, log }, environment)));
      states.set(environment, state);
      return state;
    } finally {
      loading.delete(environment);
    }
  }
  /** Nothing is written about an environment until it is loaded, so what is read in slices is of one piece. */
  async function stateOf(environment: EnvironmentName): Promise<EnvironmentState> {
    const state = states.get(environment);
    if (state !== undefined) return state;
    const under = loading.get(environment) ?? load(environment);
    loading.set(environment, under);
    return under;
  }
  const applyAll = (all: readonly Part[]): ReadonlyMap<EnvironmentName, EnvironmentState> =>
    transact(connection, () => {
      const made = new Map<EnvironmentName, EnvironmentState>();
      for (const { environment, apply } of all) made.set(environment, apply(made.get(environment) ?? loaded(states, environment)));
      return made;
    });
  const commit = (all: readonly Part[]): void => {
    const isUrgent = all.every((part) => part.isUrgent);
    for (const [environment, state] of room.write(isUrgent, () => applyAll(all))) states.set(environment, state);
  };
  const gathered = createGathering(commit);
  const change: Change = async (part) => {
    if (!states.has(part.environment)) await stateOf(part.environment);
    return gathered(part);
  };
  return { stateOf, change };
}

function loaded(states: ReadonlyMap<EnvironmentName, EnvironmentState>, environment: EnvironmentName): EnvironmentState {
  const state = states.get(environment);
  if (state === undefined) throw new Error(`the journal was not read for ${environment}`);
  return state;
}
