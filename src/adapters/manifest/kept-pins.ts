/** Resolved pins as rows of JSON: tens of thousands of them are most of what is kept. */

import type { ProcessId } from "../../domain/names.ts";
import type { PinnedVersion, VersionSummary } from "../../domain/desired/snapshot.ts";
import { mapOf } from "../../domain/sharded-map.ts";

type Runnable = Extract<PinnedVersion, { kind: "runnable" }>;
type Broken = Extract<PinnedVersion, { kind: "broken" }>;

/** Nothing is 0 in place of an empty list. */
type RunnableRow = readonly [
  ProcessId,
  VersionSummary["version"],
  Runnable["status"],
  VersionSummary["engine"],
  VersionSummary["definitionDigest"],
  VersionSummary["dependencies"] | 0,
  0 | 1,
  VersionSummary["endpoints"] | 0,
];
type BrokenRow = readonly [ProcessId, Broken["version"], Broken["findings"]];
export type PinRow = RunnableRow | BrokenRow;

export function toRow(pinned: PinnedVersion): PinRow {
  if (pinned.kind === "broken") return [pinned.process, pinned.version, pinned.findings];
  const { process, version, engine, definitionDigest, dependencies, hasChecks, endpoints, ...others } = pinned.summary;
  // A new field does not compile before it is here.
  others satisfies Readonly<Record<string, never>>;
  const [needs, calls] = [orNothing(dependencies), orNothing(endpoints)];
  return [process, version, pinned.status, engine, definitionDigest, needs, hasChecks ? 1 : 0, calls];
}

export function fromRows(rows: readonly PinRow[]): ReadonlyMap<ProcessId, PinnedVersion> {
  return mapOf(rows.map((row) => [row[0], fromRow(row)] as const));
}

function fromRow(row: PinRow): PinnedVersion {
  if (row.length === 3) return { kind: "broken", process: row[0], version: row[1], findings: row[2] };
  const [process, version, status, engine, definitionDigest, needs, checks, calls] = row;
  const [dependencies, endpoints] = [needs === 0 ? none : needs, calls === 0 ? none : calls];
  const summary = { process, engine, version, definitionDigest, dependencies, hasChecks: checks === 1, endpoints };
  return { kind: "runnable", summary, status };
}

function orNothing<T>(list: readonly T[]): readonly T[] | 0 {
  return list.length === 0 ? 0 : list;
}

const none: readonly never[] = [];
