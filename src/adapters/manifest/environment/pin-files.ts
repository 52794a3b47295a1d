/** All pins files of an environment together; when only versions moved, only the lines that differ are looked at. */

import type { Finding } from "../../../domain/finding.ts";
import type { ProcessId } from "../../../domain/names.ts";
import { finding } from "../document/findings.ts";
import { type Folder, type LimitedRead, readLimited } from "../document/folder.ts";
import { inBatches } from "../document/in-batches.ts";
import { maxFindings, maxPinsBytes } from "../document/limits.ts";
import { differingLines } from "./pin-lines.ts";
import { type ParsedPins, parsePinsFile, type Pin } from "./pins-file.ts";
import type { Reading } from "../process/read-process.ts";
import { mapOf, withChanges } from "../../../domain/sharded-map.ts";
import type { Slices } from "../../../domain/slices.ts";

export interface PinFile {
  readonly id: string;
  readonly bytes: Uint8Array;
  readonly findings: readonly Finding[];
}

export interface PinFiles {
  /** The first pin of each process. */
  readonly pins: ReadonlyMap<ProcessId, Pin>;
  /** Processes that are pinned more than once, with a finding for each further place. */
  readonly twice: ReadonlyMap<ProcessId, readonly Finding[]>;
  /** By path, so that an unchanged file is not parsed again. */
  readonly pinFiles: ReadonlyMap<string, PinFile>;
  /** When the pins were made of others: which, and who moved. */
  readonly patched: { readonly from: ReadonlyMap<ProcessId, Pin>; readonly moved: readonly ProcessId[] } | null;
}

/** No file at all. */
export const noPinFiles: PinFiles = { pins: new Map(), twice: new Map(), pinFiles: new Map(), patched: null };

/** Reads what differs from the files before. @throws `git/object-missing`. */
export async function readPinFiles(
  { objects, pace }: Pick<Reading, "objects" | "pace">,
  { folder, path }: { readonly folder: Folder; readonly path: string },
  before: PinFiles | null,
): Promise<PinFiles> {
  const named = [...folder.files].filter(([name]) => name === "pins.yaml" || /^pins\/[^/]+\.yaml$/.test(name));
  const files = named.map(([name, id]) => ({ file: `${path}/${name}`, id }));
  const changed = files.filter(({ file, id }) => before?.pinFiles.get(file)?.id !== id);
  const reads = await inBatches(changed, async (each) => ({ ...each, read: await readLimited(objects, each.id, each.file, maxPinsBytes) }));
  return pace.run(combine(files, reads, before));
}

function* combine(
  files: readonly { readonly file: string; readonly id: string }[],
  reads: readonly FileRead[],
  before: PinFiles | null,
): Slices<PinFiles> {
  if (before !== null && files.length === before.pinFiles.size && before.twice.size === 0) {
    const patched = yield* patch(reads, before);
    if (patched !== null) return patched;
  }
  const fresh = new Map<string, PinFile>();
  for (const { file, id, read } of reads) fresh.set(file, yield* toPinFile(file, id, read));
  const pinFiles = new Map(files.flatMap(({ file }) => asEntry(file, fresh.get(file) ?? before?.pinFiles.get(file))));
  return { ...(yield* mergePins(pinFiles)), pinFiles, patched: null };
}

/** Processes whose pin is not the same in two readings: moved, new or gone. */
export function movedPins(before: PinFiles, now: PinFiles): readonly ProcessId[] {
  if (before.pins === now.pins) return [];
  if (now.patched?.from === before.pins) return now.patched.moved;
  const moved: ProcessId[] = [...now.twice.keys()];
  for (const [process, pin] of now.pins) if (before.pins.get(process)?.version !== pin.version) moved.push(process);
  for (const process of before.pins.keys()) if (!now.pins.has(process)) moved.push(process);
  return moved;
}

interface FileRead {
  readonly file: string;
  readonly id: string;
  readonly read: LimitedRead;
}

function asEntry(file: string, pinFile: PinFile | undefined): readonly (readonly [string, PinFile])[] {
  return pinFile === undefined ? [] : [[file, pinFile]];
}

function* toPinFile(file: string, id: string, read: LimitedRead): Slices<PinFile> {
  if (read.kind === "refused") return { id, bytes: new Uint8Array(), findings: read.findings };
  // A copy: what was read may be a view of something larger.
  return { id, bytes: read.bytes.slice(), findings: (yield* parsePinsFile(read.bytes, file)).findings };
}

export function* mergePins(files: ReadonlyMap<string, PinFile>): Slices<Pick<PinFiles, "pins" | "twice">> {
  const pins = new Map<ProcessId, Pin>();
  const twice = new Map<ProcessId, Finding[]>();
  for (const [file, { bytes }] of files) {
    const { pins: found } = yield* parsePinsFile(bytes, file);
    for (const [index, [process, pin]] of found.entries()) {
      if (index % pinsAtOnce === 0) yield;
      const first = pins.get(process);
      if (first === undefined) pins.set(process, pin);
      else noteTwice(twice, process, pinnedTwice(process, pin, first));
    }
  }
  return { pins: mapOf(pins), twice };
}

/** Pins put together without a pause. */
const pinsAtOnce = 5000;

/** All processes that are pinned twice are known; of each one only so many places. */
function noteTwice(twice: Map<ProcessId, Finding[]>, process: ProcessId, found: Finding): void {
  const places = twice.get(process);
  if (places === undefined) twice.set(process, [found]);
  else if (places.length < maxFindings) places.push(found);
}

function pinnedTwice(process: ProcessId, second: Pin, first: Pin): Finding {
  const at = { file: second.file, line: second.line, column: 1, pointer: `/${process}` };
  return finding(at, "pin/twice", `${process} is pinned a second time; the first is at ${first.file}:${first.line}`);
}

/** The pins before with other versions, or null when more than versions changed. */
function* patch(reads: readonly FileRead[], before: PinFiles): Slices<PinFiles | null> {
  const pins = new Map<ProcessId, Pin>();
  const pinFiles = new Map(before.pinFiles);
  const moved: ProcessId[] = [];
  for (const { file, id, read } of reads) {
    const known = before.pinFiles.get(file);
    const moves = known === undefined || read.kind === "refused" ? null : yield* movesOf(file, known, read.bytes);
    if (moves === null || read.kind === "refused") return null;
    pinFiles.set(file, { id, bytes: read.bytes.slice(), findings: [] });
    for (const [process, pin] of moves) {
      pins.set(process, pin);
      moved.push(process);
    }
  }
  return { pins: withChanges(before.pins, pins), twice: before.twice, pinFiles, patched: { from: before.pins, moved } };
}

/** The pins on the lines that differ, when they are the same processes on as many lines; else null. */
function* movesOf(file: string, known: PinFile, bytes: Uint8Array): Slices<ParsedPins["pins"] | null> {
  const differing = known.findings.length > 0 ? null : differingLines(known.bytes, bytes);
  if (differing === null) return null;
  const before = (yield* parsePinsFile(differing.before, file)).pins;
  const after = yield* parsePinsFile(differing.after, file);
  const isSame = before.length === after.pins.length && after.pins.every(([process], index) => process === before[index]?.[0]);
  if (!isSame || after.findings.length > 0) return null;
  return after.pins.map(([process, pin]) => [process, { ...pin, line: pin.line + differing.line - 1 }]);
}
