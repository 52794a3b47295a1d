/** One writer for a state folder. The operating system drops the lock when its holder dies, however it dies. */

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PinionError } from "../../../domain/errors.ts";
import { onDisk, openOwnFile, sqliteCode } from "./database.ts";
import type { Connection } from "./database.ts";

export interface Lock {
  release(): void;
}

/** Takes the folder for this process. @throws `store/locked` at once when another one has it. */
export function lockFolder(directory: string): Lock {
  const path = join(directory, "lock.db");
  return onDisk(path, () => {
    const connection = openOwnFile(path, 0);
    try {
      connection.exec("BEGIN EXCLUSIVE");
    } catch (error) {
      connection.close();
      if (sqliteCode(error) !== "SQLITE_BUSY") throw error;
      throw new PinionError("store/locked", `${directory} is in use by ${holder(directory)}`, { cause: error });
    }
    writeFileSync(holderFile(directory), `${process.pid}\n`, { mode: 0o600 });
    return { release: () => release(connection) };
  });
}

function release(connection: Connection): void {
  connection.exec("ROLLBACK");
  connection.close();
}

function holderFile(directory: string): string {
  return join(directory, "lock.pid");
}

function holder(directory: string): string {
  const pid = holderOf(directory);
  return pid === null ? "another process" : `process ${pid}`;
}

/** Process id of who took the folder last, which may have ended since; null: nobody is on record. */
export function holderOf(directory: string): number | null {
  try {
    const pid = Number(readFileSync(holderFile(directory), "utf8"));
    return Number.isInteger(pid) && pid > 0 ? pid : null;
  } catch {
    return null;
  }
}
