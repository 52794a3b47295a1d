/** Reads deployments back, newest first, with their steps and validations. */

import type { ValidationResult } from "../../../domain/validation-result.ts";
import type { Deployment, DeploymentStepRecord, KeptBeside } from "../../../domain/journal/state.ts";
import type { HistoryPage, HistoryQuery } from "../../../ports/journal.ts";
import type { DeploymentRow } from "../../../schemas/journal.ts";
import * as fits from "../../../generated/validators/journal.mjs";
import type { Log } from "../../../ports/log.ts";
import type { Connection } from "./database.ts";
import { bounded } from "./pages.ts";
import { createChangesReader } from "./recorded-changes.ts";
import { createPlanReader } from "./recorded-plans.ts";
import { completeResult } from "../codec/older-releases.ts";
import { isRecord, parseJson } from "../codec/parse-json.ts";

const columns = `id, environment, process, kind, version, digest, from_version AS "from", strategy, commit_id AS "commit",
  started_at AS startedAt, ended_at AS endedAt, phase, reason, reason_code AS reasonCode, rejected_by AS "trigger"`;
const defaultLimit = 50;
/** Steps, and results, of one deployment: some dozens are usual. */
const mostRows = 1_000;

const noPlan = { deploymentPlan: null, rollbackPlan: null };

/** Deployments that match every part of the query. Unreadable rows are left out and said. */
export function readHistory(connection: Connection, log: Log, query: HistoryQuery): readonly Deployment[] {
  return wholeOf(connection, log, query)(findDeployments(connection, query, query.limit ?? defaultLimit));
}

/** One row more than the page has says that there is another page, also where a row is unreadable. */
export function readHistoryPage(connection: Connection, log: Log, query: HistoryQuery): HistoryPage {
  const limit = query.limit ?? defaultLimit;
  const rows = findDeployments(connection, query, limit + 1);
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    deployments: wholeOf(connection, log, query)(shown),
    total: countDeployments(connection, query),
    next: rows.length > limit && isRecord(last) ? String(last["id"]) : null,
  };
}

function wholeOf(connection: Connection, log: Log, query: HistoryQuery): (rows: readonly unknown[]) => readonly Deployment[] {
  const stepsOf = stepReader(connection);
  const validationsOf = validationReader(connection);
  const { changesOf, undoneBy } = createChangesReader(connection);
  const planOf = createPlanReader(connection);
  const isWhole = query.id !== undefined;
  const toDeployment = (row: unknown): readonly Deployment[] => {
    if (fits.deploymentRow(row)) {
      const { id } = row;
      const about = { changes: changesOf(id, isWhole), handEdits: undoneBy(id, isWhole), ...(isWhole ? planOf(id) : noPlan) };
      return [{ ...whole(row), steps: stepsOf(id), validations: validationsOf(id), ...about }];
    }
    log.warn({}, "a deployment in the history is unreadable and is left out");
    return [];
  };
  return (rows) => rows.flatMap(toDeployment);
}

function whole({ reason, reasonCode, ...row }: DeploymentRow): Omit<Deployment, "steps" | "validations" | KeptBeside> {
  return { ...row, reason: { code: reasonCode, text: reason } };
}

interface Condition {
  readonly sql: string;
  readonly values: readonly string[];
}

const searched = ["process", "version", "commit_id", "reason"];

/** What a deployment must be; `before` is no part of it, since it only says where a page begins. */
function conditionsOf({ environment, process, id, phase, q }: HistoryQuery): readonly Condition[] {
  const equal = Object.entries({ environment, process, id, phase }).flatMap(([column, value]) =>
    value === undefined ? [] : [{ sql: `${column} = ?`, values: [value] }],
  );
  if (q === undefined) return equal;
  const anywhere = searched.map((column) => `instr(lower(${column}), lower(?)) > 0`).join(" OR ");
  return [...equal, { sql: `(${anywhere})`, values: searched.map(() => q) }];
}

function whereOf(conditions: readonly Condition[]): string {
  return conditions.length === 0 ? "" : `WHERE ${conditions.map(({ sql }) => sql).join(" AND ")}`;
}

function findDeployments(connection: Connection, query: HistoryQuery, limit: number): readonly unknown[] {
  const older = { sql: "sequence < (SELECT sequence FROM deployment WHERE id = ?)", values: [query.before ?? ""] };
  const conditions = query.before === undefined ? conditionsOf(query) : [...conditionsOf(query), older];
  return connection
    .prepare(`SELECT ${columns} FROM deployment ${whereOf(conditions)} ORDER BY sequence DESC LIMIT ?`)
    .all(...conditions.flatMap(({ values }) => values), limit)
    .map(plain);
}

function countDeployments(connection: Connection, query: HistoryQuery): number {
  const conditions = conditionsOf(query);
  const row = connection
    .prepare(`SELECT count(*) FROM deployment ${whereOf(conditions)}`)
    .raw(true)
    .get(...conditions.flatMap(({ values }) => values));
  return Array.isArray(row) ? Number(row[0]) : 0;
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
