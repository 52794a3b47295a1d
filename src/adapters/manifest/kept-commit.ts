/**
 * A commit that was read and resolved, as one text: a start needs neither git nor the rows of ten thousand processes. Records are read
 * from the cache when a later commit touches them. Losing the text costs time, never truth.
 */

import { dependantsWith } from "./dependants.ts";
import type { EnvironmentSet } from "./environment/load-environments.ts";
import { mergePins, type PinFile } from "./environment/pin-files.ts";
import type { EnvironmentRecord } from "./environment/read-environment.ts";
import { decodeRecord, encodeRecord, type ProcessRecord } from "./process/process-record.ts";
import type { ProcessSet } from "./process/load-processes.ts";
import { type ResolvedEnvironment, snapshotOf } from "./resolve-pins.ts";
import type { ReadCommit } from "./repository-reader.ts";
import type { Finding } from "../../domain/finding.ts";
import { mapOf } from "../../domain/sharded-map.ts";
import { atOnce, type Slices } from "../../domain/slices.ts";
import { fromRows, type PinRow, toRow } from "./kept-pins.ts";
import { KeptRecord, type ReadRow } from "./kept-record.ts";
import { fromText, toText } from "./plain-json.ts";

/** Pins and processes written or read without a pause. */
const atATime = 1_000;

/** Line by line: processes, findings, and of each environment its settings, its noted findings and its pins. Null: this one cannot be kept. */
export function* writeCommit(read: ReadCommit): Slices<readonly string[] | null> {
  if (!isPlain(read)) return null;
  const lines = [toText(processesOf(read.processes)), JSON.stringify(read.findings)];
  yield;
  for (const { record, snapshot, noted } of read.resolved.values()) {
    lines.push(toText(settingsOf(record)), JSON.stringify([...noted]));
    yield;
    lines.push(yield* rowsOf(snapshot.pins.values()));
  }
  lines.push(toText({ treeId: read.environments.treeId, findings: read.environments.findings }));
  return lines;
}

function* rowsOf(pins: Iterable<Parameters<typeof toRow>[0]>): Slices<string> {
  const texts: string[] = [];
  let rows: PinRow[] = [];
  const end = (): void => {
    if (rows.length > 0) texts.push(JSON.stringify(rows).slice(1, -1));
    rows = [];
  };
  for (const pinned of pins) {
    rows.push(toRow(pinned));
    if (rows.length < atATime) continue;
    end();
    yield;
  }
  end();
  return `[${texts.join(",")}]`;
}

/** An environment with far more pins than processes has two records: such a one is read anew. */
function isPlain({ environments, resolved }: ReadCommit): boolean {
  return [...resolved].every(([name, { record }]) => environments.records.get(name) === record && record.spec === record.own.spec);
}

interface KeptProcesses {
  readonly treeId: string;
  readonly entries: number;
  readonly trees: readonly (readonly [process: string, treeId: string])[];
  /** Of what is no folder, so that the cache has no row of it. */
  readonly rows: readonly (readonly [process: string, row: string])[];
  readonly findings: ProcessSet["findings"];
  readonly published: ProcessSet["published"];
}

function processesOf({ treeId, entries, records, findings, published }: ProcessSet): KeptProcesses {
  const spoiled = [...records.values()].filter((record) => record.treeId === "");
  return {
    treeId,
    entries,
    trees: Array.from(records.values(), (record) => [record.process, record.treeId] as const),
    rows: spoiled.map((record) => [record.process, encodeRecord(record)] as const),
    findings,
    published,
  };
}

/** Pins are read from their files again when somebody asks. */
type KeptSettings = Omit<EnvironmentRecord, "pins" | "patched" | "pinFiles"> & {
  readonly pinFiles: readonly (readonly [path: string, file: Omit<PinFile, "bytes">, latin1: string])[];
};

function settingsOf({ pins: _pins, patched: _patched, pinFiles, ...others }: EnvironmentRecord): KeptSettings {
  const files = Array.from(pinFiles, ([path, { bytes, ...file }]) => [path, file, Buffer.from(bytes).toString("latin1")] as const);
  return { ...others, pinFiles: files };
}

/** What was written. `readRow`: of a process folder. @throws Error for lines that were not written by this program. */
export function readKept(lines: readonly string[], readRow: ReadRow): ReadCommit {
  const processes = processSet(fromText(lines[0] ?? "") as KeptProcesses, readRow);
  const findings = JSON.parse(lines[1] ?? "") as readonly Finding[];
  const { treeId, findings: stray } = fromText(lines.at(-1) ?? "") as Pick<EnvironmentSet, "treeId" | "findings">;
  const resolved = new Map<string, ResolvedEnvironment>();
  for (let at = 2; at < lines.length - 1; at += 3) {
    const environment = resolvedOf(lines.slice(at, at + 3));
    resolved.set(environment.record.name, environment);
  }
  const records = new Map(Array.from(resolved, ([name, { record }]) => [name, record]));
  return { processes, environments: { treeId, records, findings: stray }, resolved, findings };
}

function processSet({ treeId, entries, trees, rows, findings, published }: KeptProcesses, readRow: ReadRow): ProcessSet {
  const known = new Map(rows);
  const record = (process: string, tree: string): ProcessRecord => {
    const row = known.get(process);
    const spoiled = row === undefined ? null : decodeRecord(row, process, tree);
    return spoiled ?? new KeptRecord({ process, treeId: tree, findings: findings.get(process) ?? none, readRow });
  };
  const records = mapOf(trees.map(([process, tree]) => [process, record(process, tree)] as const));
  return { treeId, entries, records, changed: new Set(), findings, published };
}

const none: readonly never[] = [];

function resolvedOf([settings = "", noted = "", rows = ""]: readonly string[]): ResolvedEnvironment {
  const record = recordOf(fromText(settings) as KeptSettings);
  const snapshot = snapshotOf(record, fromRows(JSON.parse(rows) as readonly PinRow[]));
  const nothing = { dependants: new Map(), snapshot: { pins: new Map() } };
  const dependants = once(() => dependantsWith(nothing, snapshot.pins));
  return {
    record,
    snapshot,
    noted: new Map(JSON.parse(noted) as readonly (readonly [string, readonly Finding[]])[]),
    get dependants() {
      return dependants();
    },
  };
}

function recordOf({ pinFiles: files, ...settings }: KeptSettings): EnvironmentRecord {
  const pinFiles = new Map(files.map(([path, file, latin1]) => [path, { ...file, bytes: Buffer.from(latin1, "latin1") }]));
  const pins = once(() => mapOf(atOnce(mergePins(pinFiles)).pins));
  return {
    ...settings,
    spec: settings.own.spec,
    pinFiles,
    patched: null,
    get pins() {
      return pins();
    },
  };
}

function once<T extends object>(make: () => T): () => T {
  let made: T | null = null;
  return () => (made ??= make());
}
