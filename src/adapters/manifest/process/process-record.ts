/** What is remembered of one process folder: the catalogue, and of each version that was ever needed its summary. Cached as JSON. */

import type { Finding } from "../../../domain/finding.ts";
import type { EngineKind, ProcessId, Version, VersionDigest } from "../../../domain/names.ts";
import type { ProcessCatalogue, VersionSummary } from "../../../domain/desired/snapshot.ts";
import type { PlacedAddress } from "./address-rules.ts";
import type { EntryPlace, ListedVersion } from "./process-file.ts";
import type { PlacedExclusive } from "./exclusive-rules.ts";
import type { PlacedVariable } from "./variable-rules.ts";
import type { Spot } from "./version-file.ts";

/** A version that was read: good, with the place of each of its dependencies, or bad. */
export type VersionRecord =
  | {
      readonly kind: "good";
      readonly summary: VersionSummary;
      /** Of its whole file. */
      readonly digest: VersionDigest;
      readonly warnings: readonly Finding[];
      readonly dependencyPlaces: readonly Spot[];
      readonly addresses: readonly PlacedAddress[];
      /** That it wants from its environment. */
      readonly variables: readonly PlacedVariable[];
      /** That only one running copy of it can have. */
      readonly exclusives: readonly PlacedExclusive[];
    }
  | { readonly kind: "bad"; readonly findings: readonly Finding[] };

export interface ListedCatalogue extends ProcessCatalogue {
  readonly versions: ReadonlyMap<Version, ListedVersion>;
}

export interface ProcessRecord {
  readonly process: ProcessId;
  /** Of the folder; "" when it is no folder. */
  readonly treeId: string;
  readonly catalogue: ListedCatalogue;
  /** Of the folder and its catalogue, warnings too. */
  readonly findings: readonly Finding[];
  /** Filled as versions are needed. */
  readonly versions: Map<Version, VersionRecord>;
}

/** Path of a process's own file. */
export function processFile(process: ProcessId): string {
  return `processes/${process}/process.yaml`;
}

/** Path of a version's file. */
export function versionFile(process: ProcessId, version: Version): string {
  return `processes/${process}/versions/${version}.yaml`;
}

/** Change it whenever the rows, or what is made of a file, change their meaning. */
const format = 11;

/** The key of a process folder in the cache: everything that the row depends on is in it. */
export function cacheKey(process: ProcessId, treeId: string, engines: readonly string[]): string {
  return `process/${format}/${engines.join(",")}/${process}/${treeId}`;
}

interface Row {
  readonly engine: string;
  readonly owner: string;
  readonly findings: readonly Finding[];
  readonly spoiled: boolean;
  readonly listed: readonly (readonly [Version, ListedVersion["status"], ListedVersion["digest"] | 0, EntryPlace, string])[];
  readonly versions: readonly RowVersion[];
}

type RowVersion =
  | readonly [
      Version,
      VersionSummary["definitionDigest"],
      VersionDigest,
      VersionSummary["dependencies"],
      boolean,
      readonly Spot[],
      readonly RowAddress[],
      readonly Finding[],
      readonly PlacedVariable[],
      readonly PlacedExclusive[],
    ]
  | readonly [Version, readonly Finding[]];

/** Method, path, line, column, and the file when it is not the version's own. */
type RowAddress = readonly [string, string, number, number, string?];

/** The row of a record. */
export function encodeRecord(record: ProcessRecord): string {
  const { engine, owner, versions, findings } = record.catalogue;
  const row: Row = {
    engine,
    owner,
    findings: record.findings,
    spoiled: findings.length > 0,
    listed: Array.from(versions.values(), ({ version, status, digest, place, file }) => [version, status, digest ?? 0, place, file ?? ""]),
    versions: Array.from(record.versions, ([version, known]) => encodeVersion(version, known)),
  };
  return JSON.stringify(row);
}

function encodeVersion(version: Version, known: VersionRecord): RowVersion {
  if (known.kind === "bad") return [version, known.findings];
  const { process, definitionDigest, dependencies, hasChecks } = known.summary;
  const own = versionFile(process, version);
  const addresses = known.addresses.map(({ method, path, line, column, file }): RowAddress => {
    return file === own ? [method, path, line, column] : [method, path, line, column, file];
  });
  return [
    version,
    definitionDigest,
    known.digest,
    dependencies,
    hasChecks,
    known.dependencyPlaces,
    addresses,
    known.warnings,
    known.variables,
    known.exclusives,
  ];
}

/** The record of a row, or null when the row is damaged: then it is read anew. */
export function decodeRecord(text: string, process: ProcessId, treeId: string): ProcessRecord | null {
  try {
    return fromRow(JSON.parse(text) as Row, process, treeId);
  } catch {
    return null;
  }
}

function fromRow(row: Row, process: ProcessId, treeId: string): ProcessRecord {
  const listed = row.listed.map(([version, status, digest, place, file]): [Version, ListedVersion] => [
    version,
    digest === 0 || digest === undefined ? { version, status, place, file } : { version, status, digest, place, file },
  ]);
  const errors = row.spoiled ? row.findings.filter((found) => found.severity === "error") : none;
  return {
    process,
    treeId,
    findings: row.findings.length === 0 ? none : row.findings,
    catalogue: { process, engine: row.engine, owner: row.owner, versions: new Map(listed), findings: errors },
    versions: new Map(row.versions.map((known) => [known[0], decodeVersion(known, process, row.engine)])),
  };
}

function decodeVersion(known: RowVersion, process: ProcessId, engine: EngineKind): VersionRecord {
  if (known.length === 2) return { kind: "bad", findings: known[1] };
  const [version, definitionDigest, digest, dependencies, hasChecks, dependencyPlaces, rowAddresses, warnings, variables, exclusives] =
    known;
  const own = versionFile(process, version);
  const addresses = rowAddresses.map(([method, path, line, column, file]) => ({ method, path, line, column, file: file ?? own }));
  const summary: VersionSummary = {
    process,
    engine,
    version,
    definitionDigest,
    dependencies: dependencies.length === 0 ? none : dependencies,
    hasChecks,
    endpoints: addresses.length === 0 ? none : addresses.map(({ method, path }) => ({ method, path })),
  };
  return {
    kind: "good",
    summary,
    digest,
    warnings: warnings.length === 0 ? none : warnings,
    dependencyPlaces: dependencyPlaces.length === 0 ? none : dependencyPlaces,
    addresses: addresses.length === 0 ? none : addresses,
    variables: variables.length === 0 ? none : variables,
    exclusives: exclusives.length === 0 ? none : exclusives,
  };
}

const none: readonly never[] = [];
