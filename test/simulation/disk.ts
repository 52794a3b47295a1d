/** The disk under the journal: it is full now and then, in the middle of a transaction too. */

import type { Connection } from "../../src/adapters/store/sqlite/database.ts";

/** From now on every statement that writes may fail, and every commit, as often as `isFull` says so. */
export function fillUp(connection: Connection, isFull: () => boolean): void {
  const [prepare, exec] = [connection.prepare.bind(connection), connection.exec.bind(connection)];
  const write = <T>(work: () => T): T => {
    if (isFull()) throw Object.assign(new Error("the disk is full (simulated)"), { code: "SQLITE_FULL" });
    return work();
  };
  const prepared = new Map<string, ReturnType<typeof prepare>>();
  const preparing = (sql: string): ReturnType<typeof prepare> => {
    const known = prepared.get(sql);
    if (known) return known;
    const statement = prepare(sql);
    // Statements are prepared once for many runs: what is put in the place of a method is this run's alone.
    const own = Object.create(statement) as typeof statement;
    own.run = (...values) => write(() => statement.run(...values));
    prepared.set(sql, own);
    return own;
  };
  const executing = (sql: string): unknown => (sql === "COMMIT" ? write(() => exec(sql)) : exec(sql));
  Object.assign(connection, { prepare: preparing, exec: executing });
}
