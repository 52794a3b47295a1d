/** Events that wait to be told, on disk. Their ids are kept for a while after that, so that nothing is told anew. */

import type { PinionEvent } from "../../domain/events.ts";
import type { Log } from "../../ports/log.ts";
import { type Connection, transact } from "./database.ts";
import { isEvent } from "./order-rows.ts";
import { parseJson } from "./rows.ts";

/** How many of the newest events are still known by their id after they were told. */
const keepTold = 10_000;

export interface Outbox {
  /** Runs inside a transaction of its caller. An id that is known already is the same event. */
  add(events: readonly PinionEvent[]): void;
  /** Oldest first. Events that nobody can read are given up, and said. */
  untold(limit: number): readonly PinionEvent[];
  told(ids: readonly string[]): void;
}

export function createOutbox(connection: Connection, log: Log): Outbox {
  const put = connection.prepare("INSERT OR IGNORE INTO event (id, body) VALUES (?, ?)");
  const find = connection.prepare("SELECT id, body FROM event WHERE told = 0 ORDER BY number LIMIT ?").raw(true);
  const mark = connection.prepare("UPDATE event SET told = 1, body = '' WHERE id = ?");
  const prune = connection.prepare("DELETE FROM event WHERE told = 1 AND number <= (SELECT max(number) FROM event) - ?");

  const told = (ids: readonly string[]): void =>
    transact(connection, () => {
      for (const id of ids) mark.run(id);
      prune.run(keepTold);
    });
  function untold(limit: number): readonly PinionEvent[] {
    const rows = (find.all(limit) as readonly (readonly unknown[])[]).map(([id, body]) => ({
      id: String(id),
      event: parseJson(body, isEvent),
    }));
    const unreadable = rows.filter(({ event }) => event === null).map(({ id }) => id);
    if (unreadable.length === 0) return rows.flatMap(({ event }) => event ?? []);
    log.warn({ events: unreadable }, "events that wait to be told are unreadable and are given up");
    told(unreadable);
    return untold(limit);
  }
  return {
    add: (events) => {
      for (const event of events) put.run(event.id, JSON.stringify(event));
    },
    untold,
    told,
  };
}
