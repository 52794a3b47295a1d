/** Orders of people, what was answered, and freezes, on disk. Functions that write run inside a transaction of their caller. */

import type { EnvironmentName } from "../../../domain/names.ts";
import type { Order, OrderAnswer } from "../../../domain/journal/commands.ts";
import type { Step } from "../../../domain/journal/state.ts";
import type { Connection } from "./database.ts";
import { isOrderAnswer } from "../codec/order-rows.ts";
import { parseJson } from "../codec/rows.ts";

/** Answers are for whoever gave the order and waits; after this time nobody does. */
const keepAnswersMs = 30 * 24 * 3_600_000;

export interface Orders {
  writeOrder(order: Order): void;
  /** The answers of a step, and the freeze when it changes. */
  writeAnswers(step: Step): void;
  isAnswered(environment: EnvironmentName, id: string): boolean;
  /** Null: none, or none that can be read. */
  findAnswer(environment: EnvironmentName, id: string): OrderAnswer | null;
}

export function createOrders(connection: Connection): Orders {
  const put = connection.prepare(
    `INSERT INTO pending_order (environment, id, body) VALUES (?, ?, ?)
     ON CONFLICT (environment, id) DO UPDATE SET body = excluded.body`,
  );
  const find = connection.prepare("SELECT body FROM order_answer WHERE environment = ? AND id = ?").raw(true);
  const writeAnswered = answerWriter(connection);
  const writeFreeze = freezeWriter(connection);
  return {
    writeOrder: (order) => void put.run(order.environment, order.id, JSON.stringify(order)),
    writeAnswers: (step) => {
      writeAnswered(step);
      writeFreeze(step);
    },
    isAnswered: (environment, id) => find.get(environment, id) !== undefined,
    findAnswer: (environment, id) => {
      const row = find.get(environment, id);
      return Array.isArray(row) ? parseJson(row[0], isOrderAnswer) : null;
    },
  };
}

/** The first answer to an order stands. Old ones go when new ones come. */
function answerWriter(connection: Connection): (step: Step) => void {
  const settle = connection.prepare("DELETE FROM pending_order WHERE environment = ? AND id = ?");
  const add = connection.prepare("INSERT OR IGNORE INTO order_answer (environment, id, at, body) VALUES (?, ?, ?, ?)");
  const prune = connection.prepare("DELETE FROM order_answer WHERE at < ?");
  return ({ environment, answers, at }) => {
    for (const answer of answers) {
      settle.run(environment, answer.id);
      add.run(environment, answer.id, answer.at, JSON.stringify(answer));
    }
    if (answers.length > 0) prune.run(at - keepAnswersMs);
  };
}

function freezeWriter(connection: Connection): (step: Step) => void {
  const put = connection.prepare("INSERT OR REPLACE INTO freeze (environment, body) VALUES (?, ?)");
  const lift = connection.prepare("DELETE FROM freeze WHERE environment = ?");
  return ({ environment, line }) => {
    if (line?.freeze) put.run(environment, JSON.stringify(line.freeze));
    else if (line) lift.run(environment);
  };
}
