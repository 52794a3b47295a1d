/** Reads process folders: the catalogue at once, the versions when they are needed. */

import type { Finding } from "../../../domain/finding.ts";
import type { Hash, ProcessId, Version, VersionDigest } from "../../../domain/names.ts";
import type { ProcessVersion } from "../../../domain/desired/version.ts";
import type { VersionSummary } from "../../../domain/desired/snapshot.ts";
import type { Dialect } from "../../../ports/dialect.ts";
import type { Objects } from "../../../ports/objects.ts";
import { addressesOf, type PlacedAddress } from "./address-rules.ts";
import { type ParsedExport, parseExport } from "./export-file.ts";
import { finding, type FindingCode, shortened, startOf } from "../document/findings.ts";
import { type Folder, listFolder, readLimited } from "../document/folder.ts";
import { maxExportBytes, maxFindings, maxName, maxYamlBytes } from "../document/limits.ts";
import { isVersion, type ListedVersion, type ParsedProcess, parseProcessFile } from "./process-file.ts";
import { processFile, type ProcessRecord, versionFile, type VersionRecord } from "./process-record.ts";
import type { Published } from "./published.ts";
import type { Pace } from "../document/slices.ts";
import { exclusivesIn, type PlacedExclusive } from "./exclusive-rules.ts";
import { type PlacedVariable, variablesOf } from "./variable-rules.ts";
import { type ParsedVersion, parseVersionFile, withDefinition } from "./version-file.ts";

/** What every reader of the repository needs. */
export interface Reading {
  readonly objects: Objects;
  readonly dialects: readonly Dialect[];
  /** Kinds of engines that a process may name. */
  readonly engines: readonly string[];
  readonly hash: Hash;
  readonly pace: Pace;
  /** Publications that are remembered from before, for the first reading. */
  readonly promised: Published;
}

/** A folder's catalogue, without any version. @throws `git/object-missing`. */
export async function readProcess(reading: Reading, process: ProcessId, treeId: string): Promise<ProcessRecord> {
  const path = `processes/${process}`;
  const folder = await listFolder(reading.objects, treeId, path);
  const parsed = await readProcessFile(reading, process, folder);
  const spoiling = [...nameFindings(process, path), ...folder.findings, ...parsed.findings];
  if (spoiling.length > 0) return spoiledProcess(process, treeId, spoiling, parsed);

  const fileOf = ({ version }: ListedVersion): string => folder.files.get(`versions/${version}.yaml`) ?? "";
  const listed = new Map(parsed.versions.map((version) => [version.version, { ...version, file: fileOf(version) }]));
  const missing = parsed.versions
    .filter(({ version }) => !folder.files.has(`versions/${version}.yaml`))
    .map((each) => missingFile(process, each));
  return {
    process,
    treeId,
    catalogue: { process, engine: parsed.engine, owner: parsed.owner, versions: listed, findings: [] },
    findings: [...missing.map(([, found]) => found), ...unexpectedFiles(folder, path, listed)],
    versions: new Map(missing.map(([version, found]) => [version, { kind: "bad", findings: [found] }])),
  };
}

/** A process of which nothing can be used. */
export function spoiledProcess(process: ProcessId, treeId: string, findings: readonly Finding[], known?: ParsedProcess): ProcessRecord {
  const catalogue = { process, engine: known?.engine ?? "", owner: known?.owner ?? "", versions: new Map(), findings };
  return { process, treeId, catalogue, findings, versions: new Map() };
}

/** Reads versions of a process that are not known yet into its record. @throws `git/object-missing`. */
export async function readVersions(reading: Reading, record: ProcessRecord, versions: Iterable<Version>): Promise<void> {
  const folder = await listFolder(reading.objects, record.treeId, `processes/${record.process}`);
  for (const version of versions) {
    const whole = await readVersionFrom(reading, record, folder, version);
    record.versions.set(version, toRecord(whole, record));
  }
}

export type WholeVersion =
  | {
      readonly kind: "version";
      readonly version: ProcessVersion;
      /** Of its whole file. */
      readonly digest: VersionDigest;
      readonly warnings: readonly Finding[];
      readonly dependencyPlaces: readonly (readonly [number, number])[];
      readonly addresses: readonly PlacedAddress[];
      readonly variables: readonly PlacedVariable[];
      readonly exclusives: readonly PlacedExclusive[];
    }
  | { readonly kind: "refused"; readonly findings: readonly Finding[] };

/** One version with its definition. @throws `git/object-missing`. */
export async function readVersion(reading: Reading, record: ProcessRecord, version: Version): Promise<WholeVersion> {
  const folder = await listFolder(reading.objects, record.treeId, `processes/${record.process}`);
  return readVersionFrom(reading, record, folder, version);
}

/** What is remembered of it. */
export function toRecord(whole: WholeVersion, record: Pick<ProcessRecord, "catalogue">): VersionRecord {
  if (whole.kind === "refused") return { kind: "bad", findings: whole.findings };
  const { digest, warnings, dependencyPlaces, addresses, variables, exclusives } = whole;
  return { kind: "good", summary: summaryOf(whole, record), digest, warnings, dependencyPlaces, addresses, variables, exclusives };
}

/** What deciding needs of it. */
function summaryOf(
  { version: whole, addresses }: Extract<WholeVersion, { kind: "version" }>,
  { catalogue: { engine } }: Pick<ProcessRecord, "catalogue">,
): VersionSummary {
  const { process, version, definitionDigest, dependencies, checks } = whole;
  const endpoints = addresses.map(({ method, path }) => ({ method, path }));
  return { process, engine, version, definitionDigest, dependencies, hasChecks: checks.length > 0, endpoints };
}

async function readProcessFile(reading: Reading, process: ProcessId, folder: Folder): Promise<ParsedProcess> {
  const file = processFile(process);
  const id = folder.files.get("process.yaml");
  if (id === undefined) {
    const hasLink = folder.findings.some((found) => found.file === file);
    return noProcess(hasLink ? [] : [finding(startOf(file), "file/missing", `the process ${process} has no process.yaml`)]);
  }
  const read = await readLimited(reading.objects, id, file, maxYamlBytes);
  if (read.kind === "refused") return noProcess(read.findings);
  return reading.pace.run(parseProcessFile(read.bytes, { process, file, engines: reading.engines }));
}

function noProcess(findings: readonly Finding[]): ParsedProcess {
  return { engine: "", owner: "", versions: [], findings };
}

function nameFindings(process: ProcessId, path: string): readonly Finding[] {
  if (process.length <= maxName && /^[a-z0-9]+(-[a-z0-9]+)*$/.test(process)) return [];
  return [finding(startOf(path), "process/invalid-name", `"${shortened(process)}" cannot be the name of a process`)];
}

function missingFile(process: ProcessId, { version, place }: ListedVersion): readonly [Version, Finding] {
  const at = { file: processFile(process), line: place[0], column: place[1], pointer: "" };
  return [version, finding(at, "version/file-missing", `version ${version} is listed, but versions/${version}.yaml does not exist`)];
}

/** Files that look as if they were meant for Pinion. */
function unexpectedFiles(folder: Folder, path: string, listed: ReadonlyMap<Version, unknown>): readonly Finding[] {
  return [...folder.files.keys()]
    .filter((file) => /\.ya?ml$/.test(file) && file !== "process.yaml")
    .flatMap((file) => {
      const version = /^versions\/([^/]+)\.yaml$/.exec(file)?.[1];
      const at = startOf(`${path}/${file}`);
      if (version === undefined) return [finding(at, "file/unexpected", "no file of this name is expected here")];
      if (listed.has(version)) return [];
      const message = isVersion(version)
        ? `version ${version} is not listed in process.yaml`
        : `"${shortened(version)}" is not a semantic version`;
      return [finding(at, "version/not-listed", message)];
    })
    .slice(0, maxFindings);
}

async function readVersionFrom(reading: Reading, record: ProcessRecord, folder: Folder, version: Version): Promise<WholeVersion> {
  const file = versionFile(record.process, version);
  const id = folder.files.get(`versions/${version}.yaml`);
  if (id === undefined) return { kind: "refused", findings: [finding(startOf(file), "file/missing", `version ${version} has no file`)] };
  const read = await readLimited(reading.objects, id, file, maxYamlBytes);
  if (read.kind === "refused") return read;
  const dialect = reading.dialects.find((each) => each.engine === record.catalogue.engine) ?? null;
  const context = { process: record.process, version, file, dialect };
  const parsed = await reading.pace.run(parseVersionFile(read.bytes, context));
  if (parsed.kind === "refused") return parsed;
  const found = parsed.kind === "inline" ? parsed : await readExport(reading, { record, folder, dialect }, parsed);
  if (found.kind === "refused") return found;
  const { addresses, findings } = addressesOf(found.definition, dialect ?? undefined, found.locate);
  if (findings.length > 0) return { kind: "refused", findings };
  const whole = await reading.pace.run(withDefinition(parsed.version, found.definition, reading.hash));
  const warnings = parsed.kind === "inline" ? parsed.warnings : [...parsed.warnings, ...found.warnings];
  const variables = await reading.pace.run(variablesOf(found.definition, dialect, found.locate));
  const exclusives = await reading.pace.run(exclusivesIn(found.definition, dialect, found.locate));
  return { kind: "version", ...whole, warnings, dependencyPlaces: parsed.dependencyPlaces, addresses, variables, exclusives };
}

interface ExportPlace {
  readonly record: ProcessRecord;
  readonly folder: Folder;
  readonly dialect: Dialect | null;
}

/** The definition of the export that a version names, or what is wrong with it. */
async function readExport(
  reading: Reading,
  { record, folder, dialect }: ExportPlace,
  parsed: Extract<ParsedVersion, { kind: "from-export" }>,
): Promise<ParsedExport> {
  const refuse = (code: FindingCode, message: string): ParsedExport => ({ kind: "refused", findings: [finding(parsed.at, code, message)] });
  const name = /^(?:\.\/)?([^/\\]+\.json)$/.exec(parsed.name)?.[1];
  if (name === undefined) return refuse("definition/outside-folder", `${shortened(parsed.name)} is not a .json file in the same folder`);
  const id = folder.files.get(`versions/${name}`);
  if (id === undefined) return refuse("definition/file-missing", `${shortened(name)} does not exist in the same folder`);
  if (dialect === null) return refuse("process/unknown-engine", `exports of ${record.catalogue.engine} cannot be read`);
  const file = `processes/${record.process}/versions/${name}`;
  const read = await readLimited(reading.objects, id, file, maxExportBytes);
  return read.kind === "refused" ? read : reading.pace.run(parseExport(read.bytes, file, dialect));
}
