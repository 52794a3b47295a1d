/** The parse cache on disk. Whatever is wrong with its file, the answer is an empty cache: losing it costs time, never truth. */

import { rmSync } from "node:fs";
import type { ParseCache } from "../../../ports/objects.ts";
import type { Log } from "../../../ports/log.ts";
import { closeDatabase, type Connection, type Migrations, openDatabase, sqliteCode, transact } from "./database.ts";

const migrations: Migrations = ["CREATE TABLE parsed (number INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, body TEXT NOT NULL)"];

/** Joins with a list instead of asking key by key: 40,000 keys come in one statement. */
const lookup = "SELECT asked.key, parsed.body FROM json_each(?) asked CROSS JOIN parsed ON parsed.key = asked.value";

export interface DiskCache extends ParseCache {
  close(): void;
}

export interface ParseCacheOptions {
  readonly path: string;
  readonly log: Log;
  /** When opened with more, the oldest go. */
  readonly keepEntries: number;
}

export function openParseCache({ path, log, keepEntries }: ParseCacheOptions): DiskCache {
  let connection = openOrRebuild(path, log, keepEntries);

  function rebuild(error: unknown): void {
    log.info({ path, error: String(error) }, "the parse cache is damaged and is rebuilt");
    connection.close();
    connection = remake(path);
  }

  return {
    get: (keys) => {
      try {
        return find(connection, keys);
      } catch (error) {
        rebuild(error);
        return new Map();
      }
    },
    put: (entries) => {
      if (entries.size === 0) return;
      try {
        insert(connection, entries);
      } catch (error) {
        if (sqliteCode(error) === "SQLITE_FULL") log.warn({ path }, "the disk is full: what was parsed is parsed again after a restart");
        else rebuild(error);
      }
    },
    close: () => closeDatabase(connection),
  };
}

function find(connection: Connection, keys: readonly string[]): ReadonlyMap<string, string> {
  if (keys.length === 0) return new Map();
  const rows = connection.prepare(lookup).raw(true).all(JSON.stringify(keys)) as readonly (readonly [number, string])[];
  return new Map(rows.map(([index, body]) => [keys[index] ?? "", body]));
}

function insert(connection: Connection, entries: ReadonlyMap<string, string>): void {
  const statement = connection.prepare("INSERT OR REPLACE INTO parsed (key, body) VALUES (?, ?)");
  transact(connection, () => {
    for (const [key, body] of entries) statement.run(key, body);
  });
}

function openOrRebuild(path: string, log: Log, keepEntries: number): Connection {
  try {
    const connection = openDatabase(path, "OFF", migrations);
    connection
      .prepare("DELETE FROM parsed WHERE number <= (SELECT number FROM parsed ORDER BY number DESC LIMIT 1 OFFSET ?)")
      .run(keepEntries);
    return connection;
  } catch (error) {
    log.info({ path, error: String(error) }, "the parse cache is damaged and is rebuilt");
    return remake(path);
  }
}

function remake(path: string): Connection {
  for (const suffix of ["", "-wal", "-shm"]) rmSync(`${path}${suffix}`, { force: true });
  return openDatabase(path, "OFF", migrations);
}
