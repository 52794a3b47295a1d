/** Reads deployments back, newest first, with their steps and validations. */

import type { ValidationResult } from "../../../domain/validation-result.ts";
import type { Deployment, DeploymentStepRecord, KeptBeside } from "../../../domain/journal/state.ts";
import type { HistoryQuery } from "../../../ports/journal.ts";
import type { DeploymentRow } from "../../../schemas/journal.ts";
import * as fits from "../../../generated/validators/journal.mjs";
import type { Log } from "../../../ports/log.ts";
import type { Connection } from "./database.ts";
import { bounded } from "./pages.ts";
import { createChangesReader } from "./recorded-changes.ts";
import { createPlanReader } from "./recorded-plans.ts";
import { completeResult } from "../codec/older-releases.ts";
import { parseJson } from "../codec/parse-json.ts";

const columns = `id, environment, process, kind, version, digest, from_version AS "from", strategy, commit_id AS "commit",
  started_at AS startedAt, ended_at AS endedAt, phase, reason, reason_code AS reasonCode, rejected_by AS "trigger"`;
const defaultLimit = 50;
/** Steps, and results, of one deployment: some dozens are usual. */
const mostRows = 1_000;

const noPlan = { deploymentPlan: null, rollbackPlan: null };

/** Deployments that match every part of the query. Unreadable rows are left out and said. */
export function readHistory(connection: Connection, log: Log, query: HistoryQuery): readonly Deployment[] {
  const stepsOf = stepReader(connection);
  const validationsOf = validationReader(connection);
  const { changesOf, undoneBy } = createChangesReader(connection);
  const planOf = createPlanReader(connection);
  const isWhole = query.id !== undefined;
  return findDeployments(connection, query).flatMap((row) => {
    if (fits.deploymentRow(row)) {
      const { id } = row;
      const about = { changes: changesOf(id, isWhole), handEdits: undoneBy(id, isWhole), ...(isWhole ? planOf(id) : noPlan) };
      return [{ ...whole(row), steps: stepsOf(id), validations: validationsOf(id), ...about }];
    }
    log.warn({}, "a deployment in the history is unreadable and is left out");
    return [];
  });
}

function whole({ reason, reasonCode, ...row }: DeploymentRow): Omit<Deployment, "steps" | "validations" | KeptBeside> {
  return { ...row, reason: { code: reasonCode, text: reason } };
}

function findDeployments(connection: Connection, { environment, process, id, limit }: HistoryQuery): readonly unknown[] {
  const wanted = Object.entries({ environment, process, id }).filter(([, value]) => value !== undefined);
  const where = wanted.length === 0 ? "" : `WHERE ${wanted.map(([column]) => `${column} = ?`).join(" AND ")}`;
  const query = `SELECT ${columns} FROM deployment ${where} ORDER BY sequence DESC LIMIT ?`;
  return connection
    .prepare(query)
    .all(...wanted.map(([, value]) => value), limit ?? defaultLimit)
    .map(plain);
}

function stepReader(connection: Connection): (deployment: string) => readonly DeploymentStepRecord[] {
  const find = connection.prepare(
    `SELECT at, state, code, ${bounded("why")} AS why FROM deployment_step WHERE deployment = ? ORDER BY number LIMIT ${mostRows}`,
  );
  return (deployment) => find.all(deployment).map(plain).filter(fits.timelineStep);
}

function validationReader(connection: Connection): (deployment: string) => readonly ValidationResult[] {
  const find = connection
    .prepare(`SELECT ${bounded("body")} FROM validation_result WHERE deployment = ? ORDER BY number LIMIT ${mostRows}`)
    .raw(true);
  return (deployment) => {
    const rows = find.all(deployment) as readonly (readonly unknown[])[];
    return rows.flatMap(([body]) => parseJson(body, fits.validationResult, completeResult) ?? []);
  };
}

/** libsql adds its own fields to some rows; a copy without them is plain data. */
function plain(row: unknown): unknown {
  return typeof row === "object" && row !== null ? Object.fromEntries(Object.entries(row).filter(([name]) => name !== "_metadata")) : row;
}
