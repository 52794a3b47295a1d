/** Events that wait to be told, on disk. Their ids are kept for a while after that, so that nothing is told anew. */

import { setImmediate } from "node:timers/promises";
import type { PinionEvent } from "../../../domain/journal/events.ts";
import * as fits from "../../../generated/validators/journal.mjs";
import type { Log } from "../../../ports/log.ts";
import { type Connection, transact } from "./database.ts";
import { completeEvent } from "../codec/older-releases.ts";
import { parseJson } from "../codec/parse-json.ts";
import { bounded, createLeftOut, type Row } from "./pages.ts";

/** How many of the newest events are still known by their id after they were told. */
const keepTold = 10_000;

export interface Outbox {
  /** Runs inside a transaction of its caller. An id that is known already is the same event. */
  add(events: readonly PinionEvent[]): void;
  /** Oldest first. Events that nobody can read are given up, and said. */
  pendingEvents(limit: number): Promise<readonly PinionEvent[]>;
  dispatched(ids: readonly string[]): void;
}

export function createOutbox(connection: Connection, log: Log): Outbox {
  const put = connection.prepare("INSERT OR IGNORE INTO event (id, body) VALUES (?, ?)");
  const find = connection.prepare(`SELECT id, ${bounded("body")} FROM event WHERE dispatched = 0 ORDER BY number LIMIT ?`).raw(true);
  const mark = connection.prepare("UPDATE event SET dispatched = 1, body = '' WHERE id = ?");
  const prune = connection.prepare("DELETE FROM event WHERE dispatched = 1 AND number <= (SELECT max(number) FROM event) - ?");

  const told = (ids: readonly string[]): void =>
    transact(connection, () => {
      for (const id of ids) mark.run(id);
      prune.run(keepTold);
    });
  async function untold(limit: number): Promise<readonly PinionEvent[]> {
    const leftOut = createLeftOut(log, "a pending event is unreadable and is given up");
    for (;;) {
      const rows = (find.all(limit) as readonly Row[]).map(([id, body]) => ({
        id: String(id),
        event: parseJson(body, fits.event, completeEvent),
      }));
      const unreadable = rows.filter(({ event }) => event === null).map(({ id }) => id);
      for (const event of unreadable) leftOut.say({ event });
      if (unreadable.length > 0) told(unreadable);
      if (unreadable.length < limit) {
        leftOut.sum();
        return rows.flatMap(({ event }) => event ?? []);
      }
      await setImmediate();
    }
  }
  return {
    add: (events) => {
      for (const event of events) put.run(event.id, JSON.stringify(event));
    },
    pendingEvents: untold,
    dispatched: told,
  };
}
