/** What the kernel says of the main thread of a process, so that what a busy machine adds to a time can be told apart (Linux; elsewhere nothing is known). */

import { openSync, readFileSync, readSync } from "node:fs";

export interface ThreadTimes {
  /** Milliseconds for which it has run. */
  readonly ranMs: number;
  /** Milliseconds for which it could have run and had no core. */
  readonly waitedMs: number;
}

/** Asks whenever it is called. */
export function threadTimesOf(pid: number): () => ThreadTimes {
  const statistics = open(`/proc/${pid}/task/${pid}/schedstat`);
  const buffer = Buffer.alloc(128);
  return () => {
    if (statistics === null) return { ranMs: 0, waitedMs: 0 };
    const length = readSync(statistics, buffer, 0, buffer.length, 0);
    const [ran, waited] = buffer.toString("latin1", 0, length).split(" ");
    return { ranMs: Number(ran) / 1e6, waitedMs: Number(waited) / 1e6 };
  };
}

/** Processes that a process has started, such as git. */
export function childrenOf(pid: number): readonly number[] {
  try {
    const listed = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
    return listed === "" ? [] : listed.split(" ").map(Number);
  } catch {
    return [];
  }
}

function open(path: string): number | null {
  try {
    return openSync(path, "r");
  } catch {
    return null;
  }
}
