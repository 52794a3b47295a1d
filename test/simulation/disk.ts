/** The disk under the journal: it is full now and then, in the middle of a transaction too. */

import type { Connection } from "../../src/adapters/store/database.ts";

/** From now on every statement that writes may fail, as often as `isFull` says so. */
export function fillUp(connection: Connection, isFull: () => boolean): void {
  const prepare = connection.prepare.bind(connection);
  const filling = (sql: string): ReturnType<typeof prepare> => {
    const statement = prepare(sql);
    const run = statement.run.bind(statement);
    statement.run = (...values) => {
      if (isFull()) throw Object.assign(new Error("the disk is full (simulated)"), { code: "SQLITE_FULL" });
      return run(...values);
    };
    return statement;
  };
  Object.assign(connection, { prepare: filling });
}
