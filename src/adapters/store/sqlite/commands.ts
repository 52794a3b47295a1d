/** Commands of people, what was answered, and freezes, on disk. Functions that write run inside a transaction of their caller. */

import type { EnvironmentName } from "../../../domain/names.ts";
import type { Command, CommandResult } from "../../../domain/journal/commands.ts";
import type { Decision } from "../../../domain/journal/state.ts";
import * as fits from "../../../generated/validators/journal.mjs";
import type { Connection } from "./database.ts";
import { parseJson } from "../codec/parse-json.ts";

/** Answers are for the client that gave the command and waits; after this time none does. */
const keepAnswersMs = 30 * 24 * 3_600_000;

export interface CommandTable {
  writeCommand(command: Command): void;
  /** The answers of a step, and the freeze when it changes. */
  writeAnswers(decision: Decision): void;
  isAnswered(environment: EnvironmentName, id: string): boolean;
  /** Null: none, or none that can be read. */
  findAnswer(environment: EnvironmentName, id: string): CommandResult | null;
}

export function createCommandTable(connection: Connection): CommandTable {
  const put = connection.prepare(
    `INSERT INTO pending_command (environment, id, body) VALUES (?, ?, ?)
     ON CONFLICT (environment, id) DO UPDATE SET body = excluded.body`,
  );
  const find = connection.prepare("SELECT body FROM command_result WHERE environment = ? AND id = ?").raw(true);
  const writeResult = resultWriter(connection);
  const writeFreeze = freezeWriter(connection);
  return {
    writeCommand: (command) => void put.run(command.environment, command.id, JSON.stringify(command)),
    writeAnswers: (decision) => {
      writeResult(decision);
      writeFreeze(decision);
    },
    isAnswered: (environment, id) => find.get(environment, id) !== undefined,
    findAnswer: (environment, id) => {
      const row = find.get(environment, id);
      return Array.isArray(row) ? parseJson(row[0], fits.commandResult) : null;
    },
  };
}

/** The first answer to a command stands. Old ones go when new ones come. */
function resultWriter(connection: Connection): (decision: Decision) => void {
  const settle = connection.prepare("DELETE FROM pending_command WHERE environment = ? AND id = ?");
  const add = connection.prepare("INSERT OR IGNORE INTO command_result (environment, id, at, body) VALUES (?, ?, ?, ?)");
  const prune = connection.prepare("DELETE FROM command_result WHERE at < ?");
  return ({ environment, results, at }) => {
    for (const result of results) {
      settle.run(environment, result.id);
      add.run(environment, result.id, result.at, JSON.stringify(result));
    }
    if (results.length > 0) prune.run(at - keepAnswersMs);
  };
}

function freezeWriter(connection: Connection): (decision: Decision) => void {
  const put = connection.prepare("INSERT OR REPLACE INTO freeze (environment, body) VALUES (?, ?)");
  const lift = connection.prepare("DELETE FROM freeze WHERE environment = ?");
  return ({ environment, freezing: line }) => {
    if (line?.freeze) put.run(environment, JSON.stringify(line.freeze));
    else if (line) lift.run(environment);
  };
}
