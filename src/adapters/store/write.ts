/** The statements that put one journal call on disk. Each function runs inside a transaction of its caller. */

import { processOf } from "../../domain/actions.ts";
import type { ValidationResult } from "../../domain/evidence.ts";
import type { EnvironmentName, ProcessId } from "../../domain/names.ts";
import type { Stuck } from "../../domain/rollout.ts";
import type { DeploymentUpdate, OwedAction, Step } from "../../domain/state.ts";
import type { Connection } from "./database.ts";

export interface Writer {
  writeRows(step: Step): void;
  /** These actions replace all that the processes owed. */
  writeOwed(environment: EnvironmentName, processes: readonly ProcessId[], owed: readonly OwedAction[]): void;
  /** False when the deployment was never opened. */
  writeDeployment(update: DeploymentUpdate): boolean;
  writeSettled(environment: EnvironmentName, ids: readonly number[]): void;
  writeRefused(environment: EnvironmentName, id: number, stuck: Stuck, notBefore: number): void;
  writeEvidence(environment: EnvironmentName, deployment: string, results: readonly ValidationResult[]): void;
  /** Drops the oldest ended deployments beyond the newest `keep`. */
  pruneHistory(keep: number): void;
}

export function createWriter(connection: Connection): Writer {
  return { ...stateWriter(connection), ...historyWriter(connection) };
}

function stateWriter(connection: Connection): Pick<Writer, "writeRows" | "writeOwed" | "writeSettled" | "writeRefused"> {
  const upsert = connection.prepare("INSERT OR REPLACE INTO process_state (environment, process, body) VALUES (?, ?, ?)");
  const forget = connection.prepare("DELETE FROM process_state WHERE environment = ? AND process = ?");
  const drop = connection.prepare("DELETE FROM owed WHERE environment = ? AND process = ?");
  const owe = connection.prepare(
    `INSERT INTO owed (id, environment, process, position, action, not_before, stuck)
     VALUES (?, ?, ?, (SELECT coalesce(max(position), 0) + 1 FROM owed), ?, ?, ?)`,
  );
  const settle = connection.prepare("DELETE FROM owed WHERE environment = ? AND id = ?");
  const refuse = connection.prepare("UPDATE owed SET stuck = ?, not_before = ? WHERE environment = ? AND id = ?");
  return {
    writeRows: ({ environment, processes, forgotten }) => {
      for (const row of processes) upsert.run(environment, row.process, JSON.stringify(row));
      for (const process of forgotten) forget.run(environment, process);
    },
    writeOwed: (environment, processes, owed) => {
      for (const process of processes) drop.run(environment, process);
      for (const { id, action, notBefore, stuck } of owed) {
        owe.run(id, environment, processOf(action), JSON.stringify(action), notBefore, stuck && JSON.stringify(stuck));
      }
    },
    writeSettled: (environment, ids) => {
      for (const id of ids) settle.run(environment, id);
    },
    writeRefused: (environment, id, stuck, notBefore) => void refuse.run(JSON.stringify(stuck), notBefore, environment, id),
  };
}

function historyWriter(connection: Connection): Pick<Writer, "writeDeployment" | "writeEvidence" | "pruneHistory"> {
  const open = connection.prepare(
    `INSERT OR IGNORE INTO deployment
       (id, environment, process, kind, version, digest, from_version, strategy, commit_id, started_at, phase, reason)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'Pending', '')`,
  );
  const advance = connection.prepare("UPDATE deployment SET phase = ?, reason = ?, ended_at = ? WHERE id = ?");
  const addStep = connection.prepare("INSERT INTO deployment_step (deployment, at, state, why) VALUES (?, ?, ?, ?)");
  const addResult = connection.prepare(
    `INSERT INTO evidence (environment, deployment, phase, validation, subject, body) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (deployment, phase, validation, subject) DO UPDATE SET body = excluded.body`,
  );
  const oldest = "SELECT sequence FROM deployment ORDER BY sequence DESC LIMIT 1 OFFSET ?";
  const prunable = `FROM deployment WHERE ended_at IS NOT NULL AND sequence <= (${oldest})`;
  const pruneEvidence = connection.prepare(`DELETE FROM evidence WHERE deployment IN (SELECT id ${prunable})`);
  const pruneDeployments = connection.prepare(`DELETE ${prunable}`);
  return {
    writeDeployment: ({ id, opened, phase, step, endedAt }) => {
      if (opened) open.run(...openedColumns(id, opened));
      if (advance.run(phase, step.why, endedAt, id).changes === 0) return false;
      addStep.run(id, step.at, step.state, step.why);
      return true;
    },
    writeEvidence: (environment, deployment, results) => {
      for (const result of results) {
        addResult.run(environment, deployment, result.phase, result.validation, result.subject, JSON.stringify(result));
      }
    },
    pruneHistory: (keep) => {
      pruneEvidence.run(keep);
      pruneDeployments.run(keep);
    },
  };
}

function openedColumns(id: string, opened: NonNullable<DeploymentUpdate["opened"]>): readonly unknown[] {
  const { environment, process, kind, version, digest, from, strategy, commit, startedAt } = opened;
  return [id, environment, process, kind, version, digest, from, strategy, commit, startedAt];
}
