/** Who has a state folder, as the lock's holder writes it down beside the lock. */

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Process id of who took the folder last, which may have ended since; null: nobody is on record. */
export function holderOf(directory: string): number | null {
  try {
    const pid = Number(readFileSync(fileIn(directory), "utf8"));
    return Number.isInteger(pid) && pid > 0 ? pid : null;
  } catch {
    return null;
  }
}

/** This process has it. */
export function writeHolder(directory: string): void {
  writeFileSync(fileIn(directory), `${process.pid}\n`, { mode: 0o600 });
}

function fileIn(directory: string): string {
  return join(directory, "lock.pid");
}
