/** Pins of processes that do not exist, in numbers that can be no slip of the pen: the environment gets one finding instead of one a pin. */

import { finding } from "../document/findings.ts";
import { maxUnknownPins } from "../document/limits.ts";
import type { ProcessSet } from "../process/load-processes.ts";
import type { Pin } from "./pins-file.ts";
import type { EnvironmentRecord } from "./read-environment.ts";

/** The record itself, or one with the pins of known processes and the first of the others. */
export function boundPins(record: EnvironmentRecord, { records }: ProcessSet): EnvironmentRecord {
  if (record.pins.size <= records.size + maxUnknownPins) return record;
  const pins = new Map<string, Pin>();
  let unknown = 0;
  let beyond: Pin | null = null;
  for (const [process, pin] of record.pins) {
    if (!records.has(process)) unknown += 1;
    if (records.has(process) || unknown <= maxUnknownPins) pins.set(process, pin);
    else beyond ??= pin;
  }
  if (beyond === null) return record;
  const at = { file: beyond.file, line: beyond.line, column: 1, pointer: "" };
  const found = finding(at, "limit/pins", `${unknown} pins name processes that do not exist; the first ${maxUnknownPins} are shown`);
  return { ...record, pins, patched: null, findings: [...record.findings, found] };
}
