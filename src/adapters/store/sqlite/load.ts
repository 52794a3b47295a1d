/**
 * Reads back what is remembered of an environment, in slices. A row that cannot be believed is left out and said, so that one bad row stops
 * nothing.
 */

import { processOf } from "../../../domain/journal/actions.ts";
import type { ValidationResult } from "../../../domain/validation-result.ts";
import type { EnvironmentName, ProcessId } from "../../../domain/names.ts";
import type { Freeze, Command } from "../../../domain/journal/commands.ts";
import type { EnvironmentState, OwedAction, ProcessState } from "../../../domain/journal/state.ts";
import * as fits from "../../../generated/validators/journal.mjs";
import type { Log } from "../../../ports/log.ts";
import type { Connection } from "./database.ts";
import { completeProcessState, completeProcessStates, completeResult } from "../codec/older-releases.ts";
import { parseJson } from "../codec/parse-json.ts";
import { mapOf } from "../../../domain/sharded-map.ts";
import type { Slices } from "../../../domain/slices.ts";
import { bounded, createLeftOut, eachPage, type LeftOut, type Row, type Table, textAtOnce } from "./pages.ts";

interface Source {
  readonly connection: Connection;
  readonly log: Log;
}

/** Everything the journal holds of an environment, freshly read. */
export function* loadEnvironment(source: Source, environment: EnvironmentName): Slices<EnvironmentState> {
  return {
    environment,
    processes: yield* loadProcesses(source, environment),
    owed: yield* loadOwed(source, environment),
    validationResults: yield* loadValidations(source, environment),
    freeze: loadFreeze(source, environment),
    commands: yield* loadCommands(source, environment),
    hasAnswered: source.connection.prepare("SELECT 1 FROM answered WHERE environment = ?").raw(true).get(environment) !== undefined,
  };
}

const processTable: Table = {
  select: `SELECT process, ${bounded("body")} FROM process_state WHERE environment = ?`,
  key: "process",
  first: "",
};

function* loadProcesses({ connection, log }: Source, environment: EnvironmentName): Slices<ReadonlyMap<ProcessId, ProcessState>> {
  const leftOut = createLeftOut(log, "the record of this process is unreadable and is left out; the process is observed again");
  const states = new Map<ProcessId, ProcessState>();
  yield* eachPage(connection, processTable, environment, function* (rows) {
    for (const some of inBatches(rows)) {
      for (const state of loadAtOnce(some) ?? loadOneByOne(some, environment, leftOut)) states.set(state.process, state);
      if (some.length < rows.length) yield;
    }
  });
  leftOut.sum();
  return mapOf(states);
}

/** As many rows together as are parsed in one turn. */
function* inBatches(rows: readonly Row[]): Iterable<readonly Row[]> {
  let [some, length]: [Row[], number] = [[], 0];
  for (const row of rows) {
    const own = String(row[1] ?? "").length;
    if (some.length > 0 && length + own > textAtOnce) {
      yield some;
      [some, length] = [[], 0];
    }
    some.push(row);
    length += own;
  }
  if (some.length > 0) yield some;
}

/** One JSON text for many rows parses about twice as fast as a text for each; null when anything in it is wrong. */
function loadAtOnce(rows: readonly Row[]): readonly ProcessState[] | null {
  if (rows.some(([, body]) => body === null)) return null;
  return parseJson(`[${rows.map(([, body]) => String(body)).join(",")}]`, fits.processStates, completeProcessStates);
}

function loadOneByOne(rows: readonly Row[], environment: EnvironmentName, leftOut: LeftOut): readonly ProcessState[] {
  return rows.flatMap(([process, body]) => {
    const state = parseJson(body, fits.processState, completeProcessState);
    if (state && state.process === process) return [state];
    leftOut.say({ environment, process });
    return [];
  });
}

/** In the order of their ids: by the index of processes each page would be sorted anew. */
const owedTable: Table = {
  select: `SELECT id, process, ${bounded("action")}, not_before, ${bounded("stuck")}, position FROM owed NOT INDEXED WHERE environment = ?`,
  key: "id",
  first: 0,
};

function* loadOwed({ connection, log }: Source, environment: EnvironmentName): Slices<readonly OwedAction[]> {
  const leftOut = createLeftOut(log, "an owed action is unreadable and is left out; the next decision owes it again");
  const owed: { readonly position: number; readonly action: OwedAction }[] = [];
  yield* eachPage(connection, owedTable, environment, (rows) => {
    for (const [id, process, text, notBefore, stuck, position] of rows) {
      const action = parseJson(text, fits.action);
      const isOwn = action !== null && processOf(action) === process;
      if (isOwn) owed.push({ position: Number(position), action: owedAction(Number(id), action, Number(notBefore), stuck) });
      else leftOut.say({ environment, process, owed: id });
    }
    return undefined;
  });
  leftOut.sum();
  return owed.toSorted((a, b) => a.position - b.position).map(({ action }) => action);
}

function owedAction(id: number, action: OwedAction["action"], notBefore: number, stuck: unknown): OwedAction {
  return { id, action, notBefore, stuck: parseJson(stuck, fits.stuck) };
}

const validationTable: Table = {
  select: `SELECT e.number, e.deployment, ${bounded("e.body")} FROM validation_result e LEFT JOIN deployment d ON d.id = e.deployment
    WHERE e.environment = ? AND d.ended_at IS NULL`,
  key: "e.number",
  first: 0,
};

function* loadValidations(
  { connection, log }: Source,
  environment: EnvironmentName,
): Slices<ReadonlyMap<string, readonly ValidationResult[]>> {
  const leftOut = createLeftOut(log, "a validation result is unreadable and is left out; it is asked again");
  const validationResults = new Map<string, ValidationResult[]>();
  yield* eachPage(connection, validationTable, environment, (rows) => {
    for (const [, id, body] of rows) {
      const deployment = String(id);
      const result = parseJson(body, fits.validationResult, completeResult);
      const known = validationResults.get(deployment) ?? [];
      if (result === null) leftOut.say({ environment, deployment });
      else validationResults.set(deployment, known);
      if (result !== null) known.push(result);
    }
    return undefined;
  });
  leftOut.sum();
  return validationResults;
}

const commandTable: Table = {
  select: `SELECT number, id, ${bounded("body")} FROM pending_command NOT INDEXED WHERE environment = ?`,
  key: "number",
  first: 0,
};

/** All that are read page by page. */
export const pagedTables: readonly Table[] = [processTable, owedTable, validationTable, commandTable];

/** A freeze that cannot be read still holds: a person must lift it. */
function loadFreeze({ connection, log }: Source, environment: EnvironmentName): Freeze | null {
  const row = connection
    .prepare(`SELECT ${bounded("body")} FROM freeze WHERE environment = ?`)
    .raw(true)
    .get(environment) as Row | undefined;
  if (row === undefined) return null;
  const freeze = parseJson(row[0], fits.freeze);
  if (freeze) return freeze;
  log.warn({ environment }, "it is unreadable who has frozen this environment; it stays frozen until it is unfrozen");
  return { by: { name: "unknown", email: null }, why: "it is unreadable who has frozen it, and why", at: 0 };
}

function* loadCommands({ connection, log }: Source, environment: EnvironmentName): Slices<readonly Command[]> {
  const leftOut = createLeftOut(log, "a command that was given is unreadable and is left out; it must be given again");
  const commands: Command[] = [];
  yield* eachPage(connection, commandTable, environment, (rows) => {
    for (const [, id, body] of rows) {
      const command = parseJson(body, fits.command);
      if (command && command.id === id && command.environment === environment) commands.push(command);
      else leftOut.say({ environment, command: id });
    }
    return undefined;
  });
  leftOut.sum();
  return commands;
}
