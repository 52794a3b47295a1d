/** Puts on disk what is remembered of processes and what they owe. Each function runs inside a transaction of its caller. */

import { processOf } from "../../../domain/journal/actions.ts";
import type { EnvironmentName, ProcessId } from "../../../domain/names.ts";
import type { Stuck } from "../../../domain/journal/rollout.ts";
import type { OwedAction, ProcessState } from "../../../domain/journal/state.ts";
import type { Connection } from "./database.ts";

export interface StateWriter {
  writeRows(environment: EnvironmentName, rows: readonly ProcessState[]): void;
  forgetRows(environment: EnvironmentName, processes: readonly ProcessId[]): void;
  /** These actions replace all that the processes owed. */
  writeOwed(environment: EnvironmentName, processes: readonly ProcessId[], owed: readonly OwedAction[]): void;
  writeAcknowledged(environment: EnvironmentName, ids: readonly number[]): void;
  /** Engine and router have answered here. */
  writeResult(environment: EnvironmentName): void;
  writeRefused(environment: EnvironmentName, id: number, stuck: Stuck, notBefore: number): void;
}

/** Writes what is remembered of processes. */
export function createStateWriter(connection: Connection): StateWriter {
  const upsert = connection.prepare("INSERT OR REPLACE INTO process_state (environment, process, body) VALUES (?, ?, ?)");
  const forget = connection.prepare("DELETE FROM process_state WHERE environment = ? AND process = ?");
  const drop = connection.prepare("DELETE FROM owed WHERE environment = ? AND process = ?");
  const owe = connection.prepare(
    `INSERT INTO owed (id, environment, process, position, action, not_before, stuck)
     VALUES (?, ?, ?, (SELECT coalesce(max(position), 0) + 1 FROM owed), ?, ?, ?)`,
  );
  const settle = connection.prepare("DELETE FROM owed WHERE environment = ? AND id = ?");
  const refuse = connection.prepare("UPDATE owed SET stuck = ?, not_before = ? WHERE environment = ? AND id = ?");
  const answered = connection.prepare("INSERT OR IGNORE INTO answered (environment) VALUES (?)");
  return {
    writeResult: (environment) => void answered.run(environment),
    writeRows: (environment, rows) => {
      for (const row of rows) upsert.run(environment, row.process, JSON.stringify(row));
    },
    forgetRows: (environment, processes) => {
      for (const process of processes) forget.run(environment, process);
    },
    writeOwed: (environment, processes, owed) => {
      for (const process of processes) drop.run(environment, process);
      for (const { id, action, notBefore, stuck } of owed) {
        owe.run(id, environment, processOf(action), JSON.stringify(action), notBefore, stuck && JSON.stringify(stuck));
      }
    },
    writeAcknowledged: (environment, ids) => {
      for (const id of ids) settle.run(environment, id);
    },
    writeRefused: (environment, id, stuck, notBefore) => void refuse.run(JSON.stringify(stuck), notBefore, environment, id),
  };
}
