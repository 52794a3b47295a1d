/** Opening SQLite files with the settings that durability needs, and saying what went wrong in the catalogue's words. */

import { chmodSync, closeSync, openSync, statSync } from "node:fs";
import Database from "libsql";
import { PinionError } from "../../../domain/errors.ts";

export type Connection = Database.Database;

/** Runs in order; the place in the list is the number of the schema it leads to. Never edit one that was released. */
export type Migrations = readonly string[];

const damagedCodes = new Set(["SQLITE_CORRUPT", "SQLITE_NOTADB"]);
const fullCodes = new Set(["SQLITE_FULL", "ENOSPC", "EDQUOT"]);

/** SQLite's name for a database without a file. */
const inMemory = ":memory:";

/** Opens or makes a database. `FULL`: what is committed survives power loss; `OFF`: it may not. */
export function openDatabase(path: string, synchronous: "FULL" | "OFF", migrations: Migrations): Connection {
  const connection = openOwnFile(path);
  try {
    connection.pragma("journal_mode = WAL");
    connection.pragma(`synchronous = ${synchronous}`);
    connection.pragma("foreign_keys = ON");
    migrate(connection, path, migrations);
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** A database that only its owner may read; the files that SQLite puts beside it get their mode from it. `timeoutMs`: how long it waits for a lock. */
export function openOwnFile(path: string, timeoutMs?: number): Connection {
  if (path !== inMemory) {
    closeSync(openSync(path, "a", 0o600));
    for (const suffix of ["", "-wal", "-shm", "-journal"]) closeToOthers(`${path}${suffix}`);
  }
  return new Database(path, timeoutMs === undefined ? {} : { timeout: timeoutMs });
}

/** Those of earlier releases could be read by others, in a folder that only their owner enters. */
function closeToOthers(path: string): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found !== undefined && (found.mode & 0o077) !== 0 && found.uid === process.getuid?.()) chmodSync(path, 0o600);
}

/** Brings everything into the main file, then closes it: what is copied afterwards is whole. */
export function closeDatabase(connection: Connection): void {
  try {
    connection.pragma("wal_checkpoint(TRUNCATE)");
  } finally {
    connection.close();
  }
}

/**
 * Does all of it in one transaction, or nothing. SQLite ends a transaction by itself when the disk is full; `connection.transaction`
 * then fails at its own ROLLBACK, and the reason is lost. What is thrown here is what went wrong first.
 */
export function transact<T>(connection: Connection, work: () => T): T {
  connection.exec("BEGIN IMMEDIATE");
  try {
    const result = work();
    connection.exec("COMMIT");
    return result;
  } catch (error) {
    undo(connection);
    throw error;
  }
}

function undo(connection: Connection): void {
  try {
    connection.exec("ROLLBACK");
  } catch {
    // SQLite has done it already.
  }
}

/** Runs a piece of work on a database file. @throws `store/damaged`, `store/full`, `store/failed`; other errors pass through. */
export function onDisk<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw inOurWords(path, error);
  }
}

/** The same for work in slices. */
export async function onDiskLater<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw inOurWords(path, error);
  }
}

function inOurWords(path: string, error: unknown): unknown {
  const code = outsideCode(error);
  if (code === null) return error;
  if (damagedCodes.has(code)) return new PinionError("store/damaged", `${path} is damaged: ${messageOf(error)}`, { cause: error });
  const kind = fullCodes.has(code) ? "store/full" : "store/failed";
  return new PinionError(kind, `${path}: ${messageOf(error)} (${code})`, { cause: error });
}

/** `SQLITE_BUSY` and the like; null for an error that is not SQLite's. */
export function sqliteCode(error: unknown): string | null {
  const code = error instanceof Error && "code" in error ? error.code : null;
  return typeof code === "string" && code.startsWith("SQLITE_") ? code : null;
}

/** The code of a failure of SQLite or of the file system; null for a bug, and for what is in our own words already. */
function outsideCode(error: unknown): string | null {
  if (error instanceof PinionError || !(error instanceof Error) || !("code" in error)) return null;
  return typeof error.code === "string" ? error.code : null;
}

function migrate(connection: Connection, path: string, migrations: Migrations): void {
  const done = schemaNumber(connection);
  if (done > migrations.length) {
    throw new PinionError("store/too-new", `${path} has schema ${done}; this Pinion knows schemas up to ${migrations.length}`);
  }
  if (done === migrations.length) return;
  transact(connection, () => {
    for (const migration of migrations.slice(done)) connection.exec(migration);
    connection.pragma(`user_version = ${migrations.length}`);
  });
}

function schemaNumber(connection: Connection): number {
  const row: unknown = connection.prepare("PRAGMA user_version").raw(true).get();
  return Array.isArray(row) && typeof row[0] === "number" ? row[0] : 0;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
