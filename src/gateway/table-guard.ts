/** Looks after the table's file: what somebody else writes there is put back within half a second. */

import type { Log } from "../ports/log.ts";
import type { TableFile } from "./table-file.ts";

export interface TableGuard {
  /** How often it was put back. */
  restored(): number;
  stop(): void;
}

const lookEveryMs = 500;

/** Begins at once. */
export function guardTable(table: Pick<TableFile, "restore">, log: Log, everyMs = lookEveryMs): TableGuard {
  let restored = 0;
  let isLooking = false;
  const look = async () => {
    if (isLooking) return;
    isLooking = true;
    try {
      if (await table.restore()) {
        restored += 1;
        log.warn({}, "another program changed the file of the routing table; it is restored, and the change had no effect");
      }
    } catch (error) {
      log.error({ error }, "the file of the routing table cannot be restored");
    }
    isLooking = false;
  };
  const timer = setInterval(() => void look(), everyMs).unref();
  return { restored: () => restored, stop: () => clearInterval(timer) };
}
