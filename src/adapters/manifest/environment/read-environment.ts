/** Reads one environment folder: what holds there, what is pinned, and what is held back. */

import type { EnvironmentDefaults } from "../../../domain/config/config.ts";
import type { EnvironmentSpec } from "../../../domain/desired/environment.ts";
import type { Finding } from "../../../domain/finding.ts";
import type { EnvironmentName } from "../../../domain/names.ts";
import type { Permits } from "../../../domain/config/permits.ts";
import { nobodyNamed, type ParsedEnvironment, parseEnvironmentFile } from "./environment-file.ts";
import { maxQuarantineBytes } from "../../../domain/rollback/quarantine-layout.ts";
import { finding, shortened, startOf } from "../document/findings.ts";
import { type Folder, listFolder, readLimited } from "../document/folder.ts";
import { maxName, maxYamlBytes } from "../document/limits.ts";
import { noPinFiles, type PinFiles, readPinFiles } from "./pin-files.ts";
import { type HeldEntry, nothingHeld, type ParsedQuarantine, parseQuarantineFile, unreadableQuarantine } from "./quarantine-file.ts";
import type { Reading } from "../process/read-process.ts";
import { looksLikeQuarantine, unreadFiles } from "../document/unread-files.ts";

export interface EnvironmentRecord extends PinFiles {
  readonly name: EnvironmentName;
  readonly treeId: string;
  readonly spec: EnvironmentSpec | null;
  /** False: what is held back is not known. */
  readonly isQuarantineReadable: boolean;
  /** So that an unchanged quarantine.yaml is not parsed again; null: there is none, or it cannot be read. */
  readonly quarantineId: string | null;
  /** Reasons by `quarantineKey`. */
  readonly held: ReadonlyMap<string, string>;
  readonly quarantine: readonly HeldEntry[];
  /** Of the environment as a whole, warnings too. */
  readonly findings: readonly Finding[];
  /** So that an unchanged environment.yaml is not parsed again. */
  readonly own: OwnFile;
}

interface OwnFile extends ParsedEnvironment {
  readonly id: string;
}

export interface EnvironmentReading extends Reading {
  /** What holds for environments that do not say. */
  readonly defaults: EnvironmentDefaults;
  /** Null: nobody has said what is allowed. */
  readonly permits: Permits | null;
}

/** Reads what differs from the record before. @throws `git/object-missing`. */
export async function readEnvironment(
  reading: EnvironmentReading,
  name: EnvironmentName,
  treeId: string,
  before: EnvironmentRecord | null,
): Promise<EnvironmentRecord> {
  const path = `environments/${name}`;
  const folder = await listFolder(reading.objects, treeId, path);
  const own = await readOwnFile(reading, name, folder, before);
  const quarantine = await readQuarantine(reading, { path, folder }, before);
  const pinned = await readPinFiles(reading, { folder, path }, before);
  const findings = [
    ...nameFindings(name, path),
    ...folder.findings,
    ...own.findings,
    ...[...pinned.pinFiles.values()].flatMap((file) => file.findings),
    ...quarantine.findings,
    ...unreadFiles(folder, path),
    ...withoutPins(path, pinned.pinFiles.size > 0),
  ];
  return {
    ...pinned,
    name,
    treeId,
    spec: own.spec,
    held: quarantine.held,
    quarantine: quarantine.quarantine,
    isQuarantineReadable: quarantine.isReadable,
    quarantineId: quarantine.isReadable ? (folder.files.get("quarantine.yaml") ?? null) : null,
    findings,
    own,
  };
}

/** An environment of which nothing can be used. */
export function spoiledEnvironment(name: EnvironmentName, findings: readonly Finding[]): EnvironmentRecord {
  return {
    ...noPinFiles,
    name,
    treeId: "",
    spec: null,
    held: new Map(),
    quarantine: [],
    isQuarantineReadable: false,
    quarantineId: null,
    findings,
    own: { id: "", spec: null, findings, named: nobodyNamed },
  };
}

async function readOwnFile(
  reading: EnvironmentReading,
  name: EnvironmentName,
  folder: Folder,
  before: EnvironmentRecord | null,
): Promise<OwnFile> {
  const file = `environments/${name}/environment.yaml`;
  const id = folder.files.get("environment.yaml");
  if (id === undefined) {
    const hasLink = folder.findings.some((found) => found.file === file);
    return {
      id: "",
      spec: null,
      findings: hasLink ? [] : [finding(startOf(file), "file/missing", `the environment ${name} has no environment.yaml`)],
      named: nobodyNamed,
    };
  }
  if (before?.own.id === id) return before.own;
  const read = await readLimited(reading.objects, id, file, maxYamlBytes);
  if (read.kind === "refused") return { id, spec: null, findings: read.findings, named: nobodyNamed };
  const context = { environment: name, file, defaults: reading.defaults, permits: reading.permits };
  return { id, ...(await reading.pace.run(parseEnvironmentFile(read.bytes, context))) };
}

async function readQuarantine(
  reading: Reading,
  { path, folder }: { readonly path: string; readonly folder: Folder },
  before: EnvironmentRecord | null,
): Promise<ParsedQuarantine> {
  const id = folder.files.get("quarantine.yaml");
  const file = `${path}/quarantine.yaml`;
  if (id === undefined) return isPerhapsThere(folder, path) ? unreadableQuarantine([]) : nothingHeld();
  if (before?.quarantineId === id) return { held: before.held, quarantine: before.quarantine, findings: [], isReadable: true };
  const read = await readLimited(reading.objects, id, file, maxQuarantineBytes);
  if (read.kind === "refused") return unreadableQuarantine(read.findings);
  return reading.pace.run(parseQuarantineFile(read.bytes, file));
}

/** A link, a folder, a name that nobody reads, or files that were not looked at: what is held back is not known. The folder tells of each. */
function isPerhapsThere({ files, findings }: Folder, path: string): boolean {
  if (findings.some(({ file, code }) => code === "limit/files" || looksLikeQuarantine.test(file.slice(path.length + 1)))) return true;
  return [...files.keys()].some((name) => looksLikeQuarantine.test(name));
}

function nameFindings(name: EnvironmentName, path: string): readonly Finding[] {
  if (name.length <= maxName && /^[a-z0-9]+(-[a-z0-9]+)*$/.test(name)) return [];
  return [finding(startOf(path), "environment/invalid-name", `"${shortened(name)}" cannot be the name of an environment`)];
}

/** An environment without any pins file. */
function withoutPins(path: string, hasPins: boolean): readonly Finding[] {
  return hasPins ? [] : [finding(startOf(`${path}/pins.yaml`), "environment/no-pins", "the environment has no pins file")];
}
