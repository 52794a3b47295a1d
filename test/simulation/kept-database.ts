/**
 * One database in memory for all runs of a process: it is emptied for the next one, not made anew, and each statement is prepared once.
 * Making and preparing takes longer than all that a run does with it.
 */

import { type Connection, openDatabase } from "../../src/adapters/store/sqlite/database.ts";
import { journalMigrations } from "../../src/adapters/store/sqlite/schema.ts";

export const inMemory = ":memory:";

type Statement = ReturnType<Connection["prepare"]>;

let spare: Connection | null = null;

/** Empty, as after its migrations. Its `close` leaves it to the next run. */
export function takeDatabase(): Connection {
  const connection = spare ?? withKeptStatements(openDatabase(inMemory, "OFF", journalMigrations));
  spare = null;
  empty(connection);
  // What a run puts in the place of its methods ends with the run.
  return Object.assign(Object.create(connection) as Connection, {
    close() {
      spare = connection;
      return connection;
    },
  });
}

function withKeptStatements(connection: Connection): Connection {
  const prepare = connection.prepare.bind(connection);
  const statements = new Map<string, Statement>();
  const preparing = (sql: string): Statement => {
    const statement = statements.get(sql) ?? prepare(sql);
    statements.set(sql, statement);
    return statement;
  };
  return Object.assign(connection, { prepare: preparing });
}

function empty(connection: Connection): void {
  const query = "SELECT name FROM sqlite_master WHERE type = 'table' AND (name = 'sqlite_sequence' OR name NOT LIKE 'sqlite_%')";
  const tables = connection.prepare(query).raw(true).all() as readonly (readonly string[])[];
  for (const [name = ""] of tables) connection.prepare(`DELETE FROM "${name}"`).run();
}
