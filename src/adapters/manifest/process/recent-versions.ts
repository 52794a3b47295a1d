/** The versions read last, whole: a deployment loads its version several times, and reading YAML is the dear part of it. */

import type { Version } from "../../../domain/names.ts";
import type { ProcessRecord } from "./process-record.ts";
import type { WholeVersion } from "./read-process.ts";

export interface RecentVersions {
  /** As read before from the same folder, or read now. What is refused is read again each time. */
  get(record: ProcessRecord, version: Version, read: () => Promise<WholeVersion>): Promise<WholeVersion>;
}

interface Kept {
  readonly treeId: string;
  readonly whole: WholeVersion;
  readonly size: number;
}

/** Keeps definitions of so many characters of JSON in all, and forgets those that were not asked for the longest time. */
export function createRecentVersions(maxCharacters: number): RecentVersions {
  const kept = new Map<string, Kept>();
  let total = 0;

  const forget = (key: string): void => {
    total -= kept.get(key)?.size ?? 0;
    kept.delete(key);
  };
  const keep = (key: string, entry: Kept): void => {
    forget(key);
    kept.set(key, entry);
    total += entry.size;
    for (const oldest of kept.keys()) {
      if (total <= maxCharacters) return;
      forget(oldest);
    }
  };
  return {
    async get(record, version, read) {
      const key = `${record.process} ${version}`;
      const found = kept.get(key);
      if (found?.treeId === record.treeId) {
        keep(key, found);
        return found.whole;
      }
      const whole = await read();
      if (whole.kind === "version") keep(key, { treeId: record.treeId, whole, size: JSON.stringify(whole.version).length });
      return whole;
    },
  };
}
