/** Reads back what is remembered of an environment. A row that cannot be believed is left out and said, so that one bad row stops nothing. */

import { processOf } from "../../domain/actions.ts";
import type { ValidationResult } from "../../domain/evidence.ts";
import type { EnvironmentName, ProcessId } from "../../domain/names.ts";
import type { Freeze, Order } from "../../domain/orders.ts";
import type { EnvironmentState, OwedAction, ProcessState } from "../../domain/state.ts";
import type { Log } from "../../ports/log.ts";
import type { Connection } from "./database.ts";
import { listOf } from "./guards.ts";
import { completeProcessState, completeProcessStates, completeResult } from "./older.ts";
import { isFreeze, isOrder } from "./order-rows.ts";
import { isAction, isProcessState, isStuck, isValidationResult, parseJson } from "./rows.ts";

interface Source {
  readonly connection: Connection;
  readonly log: Log;
}

const isProcessStates = listOf(isProcessState);

/** Everything the journal holds of an environment, freshly read. */
export function loadEnvironment(source: Source, environment: EnvironmentName): EnvironmentState {
  return {
    environment,
    processes: loadProcesses(source, environment),
    owed: loadOwed(source, environment),
    evidence: loadEvidence(source, environment),
    freeze: loadFreeze(source, environment),
    orders: loadOrders(source, environment),
    hasAnswered: rowsOf(source.connection, "SELECT 1 FROM answered WHERE environment = ?", environment).length > 0,
  };
}

function loadProcesses(source: Source, environment: EnvironmentName): ReadonlyMap<ProcessId, ProcessState> {
  const rows = loadAtOnce(source, environment) ?? loadOneByOne(source, environment);
  return new Map(rows.map((row) => [row.process, row]));
}

/** One JSON text for all rows parses about twice as fast as a text for each; null when anything in it is wrong. */
function loadAtOnce({ connection }: Source, environment: EnvironmentName): readonly ProcessState[] | null {
  const query = "SELECT '[' || coalesce(group_concat(body), '') || ']' FROM process_state WHERE environment = ?";
  const row = connection.prepare(query).raw(true).get(environment) as readonly unknown[];
  return parseJson(row[0], isProcessStates, completeProcessStates);
}

function loadOneByOne({ connection, log }: Source, environment: EnvironmentName): readonly ProcessState[] {
  const rows = rowsOf(connection, "SELECT process, body FROM process_state WHERE environment = ?", environment);
  return rows.flatMap(([process, body]) => {
    const state = parseJson(body, isProcessState, completeProcessState);
    if (state && state.process === process) return [state];
    log.warn({ environment, process }, "what was remembered of this process is unreadable and is left out; it is observed anew");
    return [];
  });
}

function loadOwed({ connection, log }: Source, environment: EnvironmentName): readonly OwedAction[] {
  const rows = rowsOf(
    connection,
    "SELECT id, process, action, not_before, stuck FROM owed WHERE environment = ? ORDER BY position",
    environment,
  );
  return rows.flatMap(([id, process, text, notBefore, stuckText]) => {
    const action = parseJson(text, isAction);
    if (action && processOf(action) === process) {
      return [{ id: Number(id), action, notBefore: Number(notBefore), stuck: parseJson(stuckText, isStuck) }];
    }
    log.warn({ environment, process, owed: id }, "an owed action is unreadable and is left out; the next decision owes it again");
    return [];
  });
}

function loadEvidence({ connection, log }: Source, environment: EnvironmentName): ReadonlyMap<string, readonly ValidationResult[]> {
  const query = `SELECT e.deployment, e.body FROM evidence e LEFT JOIN deployment d ON d.id = e.deployment
    WHERE e.environment = ? AND d.ended_at IS NULL ORDER BY e.number`;
  const evidence = new Map<string, ValidationResult[]>();
  for (const [deployment, body] of rowsOf(connection, query, environment)) {
    const result = parseJson(body, isValidationResult, completeResult);
    if (result) evidence.set(String(deployment), [...(evidence.get(String(deployment)) ?? []), result]);
    else log.warn({ environment, deployment }, "a validation result is unreadable and is left out; it is asked again");
  }
  return evidence;
}

/** A freeze that nobody can read still stops the line: it is for people to lift it. */
function loadFreeze({ connection, log }: Source, environment: EnvironmentName): Freeze | null {
  const [row] = rowsOf(connection, "SELECT body FROM freeze WHERE environment = ?", environment);
  if (row === undefined) return null;
  const freeze = parseJson(row[0], isFreeze);
  if (freeze) return freeze;
  log.warn({ environment }, "it is unreadable who has frozen this environment; it stays frozen until it is unfrozen");
  return { by: { name: "unknown", email: null }, why: "it is unreadable who has frozen it, and why", at: 0 };
}

function loadOrders({ connection, log }: Source, environment: EnvironmentName): readonly Order[] {
  const rows = rowsOf(connection, "SELECT id, body FROM pending_order WHERE environment = ? ORDER BY number", environment);
  return rows.flatMap(([id, body]) => {
    const order = parseJson(body, isOrder);
    if (order && order.id === id && order.environment === environment) return [order];
    log.warn({ environment, order: id }, "an order that was given is unreadable and is left out; it must be given again");
    return [];
  });
}

function rowsOf(connection: Connection, query: string, environment: EnvironmentName): readonly (readonly unknown[])[] {
  return connection.prepare(query).raw(true).all(environment) as readonly (readonly unknown[])[];
}
