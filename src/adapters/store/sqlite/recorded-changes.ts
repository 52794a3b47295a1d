/** What deployments change, and what was changed by hand, on disk. Functions that write run inside a transaction of their caller. */

import type { HandEdit, RecordedChanges } from "../../../domain/changes/recorded.ts";
import type { EnvironmentName, ProcessId } from "../../../domain/names.ts";
import * as fits from "../../../generated/validators/journal.mjs";
import { isRecord } from "../codec/parse-json.ts";
import type { Connection } from "./database.ts";
import { bounded } from "./pages.ts";

export interface ChangesWriter {
  /** Of a deployment that is not known it is left out. */
  writeChanges(deployment: string, changes: RecordedChanges): void;
  writeHandEdit(edit: HandEdit): void;
}

/** Of all processes together. */
const mostHandEdits = 500;
/** Of one process. */
const mostShown = 20;

export function createChangesWriter(connection: Connection): ChangesWriter {
  const put = connection.prepare(
    "INSERT OR REPLACE INTO deployment_changes (deployment, body, detail) SELECT id, ?, ? FROM deployment WHERE id = ?",
  );
  const update = connection.prepare(
    `UPDATE hand_edit SET undone_at = ?, deployment = ?
     WHERE environment = ? AND process = ? AND digest = ? AND content = ? AND (undone_at IS NULL OR deployment = ?)`,
  );
  const add = connection.prepare(
    `INSERT INTO hand_edit (environment, process, version, digest, content, seen_at, undone_at, deployment, body, detail)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const prune = connection.prepare(
    "DELETE FROM hand_edit WHERE number <= (SELECT number FROM hand_edit ORDER BY number DESC LIMIT 1 OFFSET ?)",
  );
  return {
    writeChanges: (deployment, changes) => void put.run(...textsOf(changes), deployment),
    writeHandEdit({ environment, process, version, digest, content, seenAt, undone, changes }) {
      const [at, deployment] = [undone?.at ?? null, undone?.deployment ?? null];
      if (update.run(at, deployment, environment, process, digest, content, deployment).changes > 0) return;
      add.run(environment, process, version, digest, content, seenAt, at, deployment, ...textsOf(changes));
      prune.run(mostHandEdits);
    },
  };
}

function textsOf({ changes, ...short }: RecordedChanges): readonly [string, string | null] {
  return [JSON.stringify(short), changes && JSON.stringify(changes)];
}

export interface ChangesReader {
  /** With `isWhole` also what is large. Null: none, or none that can be read. */
  changesOf(deployment: string, isWhole: boolean): RecordedChanges | null;
  undoneBy(deployment: string, isWhole: boolean): readonly HandEdit[];
  handEdits(environment: EnvironmentName, process: ProcessId): readonly HandEdit[];
}

const columns = `environment, process, version, digest, content, seen_at AS seenAt, undone_at AS undoneAt, deployment, ${bounded("body")} AS body`;

export function createChangesReader(connection: Connection): ChangesReader {
  const detail = (isWhole: boolean): string => (isWhole ? bounded("detail") : "NULL");
  const find = (isWhole: boolean) =>
    connection.prepare(`SELECT ${bounded("body")} AS body, ${detail(isWhole)} AS detail FROM deployment_changes WHERE deployment = ?`);
  const findEdits = (isWhole: boolean, where: string) =>
    connection.prepare(
      `SELECT ${columns}, ${detail(isWhole)} AS detail FROM hand_edit WHERE ${where} ORDER BY number DESC LIMIT ${mostShown}`,
    );
  const changes = { whole: find(true), short: find(false) };
  const edits = { whole: findEdits(true, "deployment = ?"), short: findEdits(false, "deployment = ?") };
  const ofProcess = findEdits(true, "environment = ? AND process = ?");
  return {
    changesOf: (deployment, isWhole) => readChanges((isWhole ? changes.whole : changes.short).get(deployment)),
    undoneBy: (deployment, isWhole) => (isWhole ? edits.whole : edits.short).all(deployment).flatMap(readHandEdit),
    handEdits: (environment, process) => ofProcess.all(environment, process).flatMap(readHandEdit),
  };
}

function readChanges(row: unknown): RecordedChanges | null {
  if (!isRecord(row)) return null;
  const [short, changes] = [parsed(row["body"]), parsed(row["detail"])];
  if (!isRecord(short)) return null;
  const value: unknown = { ...short, changes };
  return fits.recordedChanges(value) ? value : null;
}

function readHandEdit(row: unknown): readonly HandEdit[] {
  if (!isRecord(row)) return [];
  const { environment, process, version, digest, content, seenAt, undoneAt, deployment } = row;
  const undone = undoneAt === null ? null : { at: undoneAt, deployment };
  const edit: unknown = { environment, process, version, digest, content, seenAt, undone, changes: readChanges(row) };
  return fits.handEdit(edit) ? [edit] : [];
}

function parsed(text: unknown): unknown {
  try {
    return typeof text === "string" ? JSON.parse(text) : null;
  } catch {
    return null;
  }
}
