/** Puts on disk what becomes history: deployments, their stories and their validations. Each function runs inside a transaction of its caller. */

import type { ValidationResult } from "../../../domain/validation-result.ts";
import type { EnvironmentName } from "../../../domain/names.ts";
import type { DeploymentStepRecord, DeploymentUpdate } from "../../../domain/journal/state.ts";
import type { Connection } from "./database.ts";

export interface HistoryWriter {
  /** False when the deployment was never opened. */
  writeDeployment(update: DeploymentUpdate): boolean;
  /** One more line in the story of a deployment, if it is known; what the story says already is not said again. */
  addToTimeline(deployment: string, step: DeploymentStepRecord): void;
  writeValidation(environment: EnvironmentName, deployment: string, results: readonly ValidationResult[]): void;
  hasEnded(deployment: string): boolean;
  /** Drops the oldest ended deployments beyond the newest `keep`. */
  pruneHistory(keep: number): void;
}

/** Writes deployments. That they are counted when they end is the database's own business: see the schema. */
export function createHistoryWriter(connection: Connection): HistoryWriter {
  const ended = connection.prepare("SELECT 1 FROM deployment WHERE id = ? AND ended_at IS NOT NULL");
  return { ...timelineWriter(connection), ...validationWriter(connection), hasEnded: (deployment) => ended.get(deployment) !== undefined };
}

function timelineWriter(connection: Connection): Pick<HistoryWriter, "writeDeployment" | "addToTimeline"> {
  const open = connection.prepare(
    `INSERT OR IGNORE INTO deployment
       (id, environment, process, kind, version, digest, from_version, strategy, commit_id, started_at, phase, reason)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'Pending', '')`,
  );
  const advance = connection.prepare(
    "UPDATE deployment SET phase = ?, reason = ?, reason_code = ?, ended_at = ?, rejected_by = coalesce(?, rejected_by) WHERE id = ?",
  );
  const addStep = connection.prepare("INSERT INTO deployment_step (deployment, at, state, code, why) VALUES (?, ?, ?, ?, ?)");
  const isKnown = connection.prepare("SELECT 1 FROM deployment WHERE id = ?");
  const isTold = connection.prepare("SELECT 1 FROM deployment_step WHERE deployment = ? AND state = ? AND why = ?");
  return {
    writeDeployment: ({ id, opened, phase, step, endedAt, trigger }) => {
      if (opened) open.run(...openedColumns(id, opened));
      if (advance.run(phase, step.why, step.code, endedAt, trigger ?? null, id).changes === 0) return false;
      addStep.run(id, step.at, step.state, step.code, step.why);
      return true;
    },
    addToTimeline: (deployment, { at, state, code, why }) => {
      if (isKnown.get(deployment) === undefined || isTold.get(deployment, state, why) !== undefined) return;
      addStep.run(deployment, at, state, code, why);
    },
  };
}

function validationWriter(connection: Connection): Pick<HistoryWriter, "writeValidation" | "pruneHistory"> {
  const addResult = connection.prepare(
    `INSERT INTO validation_result (environment, deployment, phase, scope, validation, subject, body) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (deployment, phase, scope, validation, subject) DO UPDATE SET body = excluded.body`,
  );
  const oldest = "SELECT sequence FROM deployment ORDER BY sequence DESC LIMIT 1 OFFSET ?";
  const prunable = `FROM deployment WHERE ended_at IS NOT NULL AND sequence <= (${oldest})`;
  const pruneValidations = connection.prepare(`DELETE FROM validation_result WHERE deployment IN (SELECT id ${prunable})`);
  const pruneDeployments = connection.prepare(`DELETE ${prunable}`);
  return {
    writeValidation: (environment, deployment, results) => {
      for (const result of results) {
        const { phase, scope, validation, subject } = result;
        addResult.run(environment, deployment, phase, scope, validation, subject, JSON.stringify(result));
      }
    },
    pruneHistory: (keep) => {
      pruneValidations.run(keep);
      pruneDeployments.run(keep);
    },
  };
}

function openedColumns(id: string, opened: NonNullable<DeploymentUpdate["opened"]>): readonly unknown[] {
  const { environment, process, kind, version, digest, from, strategy, commit, startedAt } = opened;
  return [id, environment, process, kind, version, digest, from, strategy, commit, startedAt];
}
