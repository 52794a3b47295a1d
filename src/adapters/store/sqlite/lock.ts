/** One writer for a state folder. The operating system drops the lock when its holder dies, however it dies. */

import { join } from "node:path";
import { PinionError } from "../../../domain/errors.ts";
import type { StoreLock } from "../../../ports/store-adapter.ts";
import { onDisk, openOwnFile, sqliteCode } from "./database.ts";
import type { Connection } from "./database.ts";
import { holderOf, writeHolder } from "./holder.ts";

/** Takes the folder for this process. @throws `store/locked` at once when another one has it. */
export function lockFolder(directory: string): StoreLock {
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
    writeHolder(directory);
    return { release: () => release(connection) };
  });
}

function release(connection: Connection): void {
  connection.exec("ROLLBACK");
  connection.close();
}

function holder(directory: string): string {
  const pid = holderOf(directory);
  return pid === null ? "another process" : `process ${pid}`;
}
