/** Pins of processes that do not exist, in numbers that can be no slip of the pen: the environment gets one finding instead of one a pin. */

import { finding } from "../document/findings.ts";
import { maxUnknownPins } from "../document/limits.ts";
import type { ProcessId } from "../../../domain/names.ts";
import { mapOf } from "../../../domain/sharded-map.ts";
import type { ProcessSet } from "../process/load-processes.ts";
import type { Pin } from "./pins-file.ts";
import type { EnvironmentRecord } from "./read-environment.ts";

/** The record itself, or one with the pins of known processes and the first of the others. */
export function boundPins(record: EnvironmentRecord, { records }: ProcessSet): EnvironmentRecord {
  if (record.pins.size <= records.size + maxUnknownPins) return record;
  const known: Entry[] = [];
  const unknown: Entry[] = [];
  let count = 0;
  for (const entry of record.pins) {
    if (records.has(entry[0])) known.push(entry);
    else {
      count += 1;
      noteFirst(unknown, entry);
    }
  }
  const beyond = unknown[maxUnknownPins]?.[1];
  if (beyond === undefined) return record;
  const at = { file: beyond.file, line: beyond.line, column: 1, pointer: "" };
  const found = finding(at, "limit/pins", `${count} pins name processes that do not exist; the first ${maxUnknownPins} are shown`);
  const pins = mapOf([...known, ...unknown.slice(0, maxUnknownPins)]);
  return { ...record, pins, patched: null, findings: [...record.findings, found] };
}

type Entry = readonly [ProcessId, Pin];

/** Keeps the first by file and line, and one beyond those that are shown. */
function noteFirst(first: Entry[], entry: Entry): void {
  const last = first.at(-1);
  if (first.length > maxUnknownPins && last && comesBefore(last, entry)) return;
  const place = first.findLastIndex((each) => comesBefore(each, entry));
  first.splice(place + 1, 0, entry);
  first.length = Math.min(first.length, maxUnknownPins + 1);
}

function comesBefore([, one]: Entry, [, other]: Entry): boolean {
  return one.file === other.file ? one.line <= other.line : one.file < other.file;
}
