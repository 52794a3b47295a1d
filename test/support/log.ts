/** A log that is kept, so that a test can look at it. */

import type { Log } from "../../src/ports/log.ts";

export interface KeptLog extends Log {
  readonly lines: readonly { readonly level: string; readonly text: string }[];
}

export function createKeptLog(): KeptLog {
  const lines: { level: string; text: string }[] = [];
  const keep = (level: string) => (fields: Readonly<Record<string, unknown>>, message: string) =>
    void lines.push({ level, text: `${message} ${JSON.stringify(fields)}` });
  return { lines, info: keep("info"), warn: keep("warn"), error: keep("error") };
}
