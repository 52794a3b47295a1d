/** Reads one environment folder: what holds there, what is pinned, and what is held back. */

import type { EnvironmentDefaults } from "../../domain/controller-config.ts";
import type { EnvironmentSpec } from "../../domain/environment.ts";
import type { Finding } from "../../domain/finding.ts";
import type { EnvironmentName, ProcessId } from "../../domain/names.ts";
import { noDefaults, type ParsedEnvironment, parseEnvironmentFile } from "./environment-file.ts";
import { finding, startOf } from "./findings.ts";
import { type Folder, listFolder, type LimitedRead, readLimited } from "./folder.ts";
import { inBatches } from "./in-batches.ts";
import { maxYamlBytes } from "./limits.ts";
import { type ParsedPins, parsePinsFile, type Pin } from "./pins-file.ts";
import { type ParsedQuarantine, parseQuarantineFile } from "./quarantine-file.ts";
import type { Reading } from "./read-process.ts";

export interface EnvironmentRecord {
  readonly name: EnvironmentName;
  readonly treeId: string;
  readonly spec: EnvironmentSpec | null;
  /** The first pin of each process. */
  readonly pins: ReadonlyMap<ProcessId, Pin>;
  /** Processes that are pinned more than once, with a finding for each further place. */
  readonly twice: ReadonlyMap<ProcessId, readonly Finding[]>;
  /** Reasons by `quarantineKey`. */
  readonly held: ReadonlyMap<string, string>;
  /** Of the environment as a whole, warnings too. */
  readonly findings: readonly Finding[];
  /** By path, so that an unchanged pins file is not parsed again. */
  readonly pinFiles: ReadonlyMap<string, PinFile>;
}

interface PinFile {
  readonly id: string;
  readonly parsed: ParsedPins;
}

/** Reads what differs from the record before. @throws `git/object-missing`. */
export async function readEnvironment(
  reading: Reading & { readonly defaults?: EnvironmentDefaults },
  name: EnvironmentName,
  treeId: string,
  before: EnvironmentRecord | null,
): Promise<EnvironmentRecord> {
  const path = `environments/${name}`;
  const folder = await listFolder(reading.objects, treeId, path);
  const environment = await readSpec(reading, name, folder);
  const quarantine = await readQuarantine(reading, path, folder);
  const pinFiles = await readPinFiles(reading, path, folder, before);
  const { pins, twice } = mergePins([...pinFiles.values()]);
  const findings = [
    ...nameFindings(name, path),
    ...folder.findings,
    ...environment.findings,
    ...[...pinFiles.values()].flatMap(({ parsed }) => parsed.findings),
    ...quarantine.findings,
    ...unexpectedFiles(folder, path, pinFiles.size > 0),
  ];
  return { name, treeId, spec: environment.spec, pins, twice, held: quarantine.held, findings, pinFiles };
}

/** An environment of which nothing can be used. */
export function spoiledEnvironment(name: EnvironmentName, findings: readonly Finding[]): EnvironmentRecord {
  return { name, treeId: "", spec: null, pins: new Map(), twice: new Map(), held: new Map(), findings, pinFiles: new Map() };
}

async function readSpec(
  reading: Reading & { readonly defaults?: EnvironmentDefaults },
  name: EnvironmentName,
  folder: Folder,
): Promise<ParsedEnvironment> {
  const file = `environments/${name}/environment.yaml`;
  const id = folder.files.get("environment.yaml");
  if (id === undefined) {
    const hasLink = folder.findings.some((found) => found.file === file);
    return {
      spec: null,
      findings: hasLink ? [] : [finding(startOf(file), "file/missing", `the environment ${name} has no environment.yaml`)],
    };
  }
  const read = await readLimited(reading.objects, id, file, maxYamlBytes);
  if (read.kind === "refused") return { spec: null, findings: read.findings };
  return parseEnvironmentFile(read.bytes, { environment: name, file, schemas: reading.schemas, defaults: reading.defaults ?? noDefaults });
}

async function readQuarantine(reading: Reading, path: string, folder: Folder): Promise<ParsedQuarantine> {
  const id = folder.files.get("quarantine.yaml");
  if (id === undefined) return { held: new Map(), findings: [] };
  const file = `${path}/quarantine.yaml`;
  const read = await readLimited(reading.objects, id, file, maxYamlBytes);
  return read.kind === "refused" ? { held: new Map(), findings: read.findings } : parseQuarantineFile(read.bytes, file, reading.schemas);
}

async function readPinFiles(
  reading: Reading,
  path: string,
  folder: Folder,
  before: EnvironmentRecord | null,
): Promise<ReadonlyMap<string, PinFile>> {
  const files = [...folder.files].filter(([name]) => name === "pins.yaml" || /^pins\/[^/]+\.yaml$/.test(name));
  const parsed = await inBatches(files, async ([name, id]): Promise<[string, PinFile]> => {
    const file = `${path}/${name}`;
    const known = before?.pinFiles.get(file);
    if (known?.id === id) return [file, known];
    return [file, { id, parsed: parseRead(await readLimited(reading.objects, id, file, maxPinsBytes), file) }];
  });
  return new Map(parsed);
}

/** Pins are one line each and cheap to read: a hundred thousand of them fit. */
const maxPinsBytes = 5 * maxYamlBytes;

function parseRead(read: LimitedRead, file: string): ParsedPins {
  return read.kind === "refused" ? { pins: [], findings: read.findings } : parsePinsFile(read.bytes, file);
}

function mergePins(files: readonly PinFile[]): {
  readonly pins: ReadonlyMap<ProcessId, Pin>;
  readonly twice: ReadonlyMap<ProcessId, readonly Finding[]>;
} {
  const pins = new Map<ProcessId, Pin>();
  const twice = new Map<ProcessId, readonly Finding[]>();
  for (const { parsed } of files) {
    for (const [process, pin] of parsed.pins) {
      const first = pins.get(process);
      if (first === undefined) pins.set(process, pin);
      else twice.set(process, [...(twice.get(process) ?? []), pinnedTwice(process, pin, first)]);
    }
  }
  return { pins, twice };
}

function pinnedTwice(process: ProcessId, second: Pin, first: Pin): Finding {
  const at = { file: second.file, line: second.line, column: 1, pointer: `/${process}` };
  return finding(at, "pin/twice", `${process} is pinned a second time; the first is at ${first.file}:${first.line}`);
}

function nameFindings(name: EnvironmentName, path: string): readonly Finding[] {
  if (/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name)) return [];
  return [finding(startOf(path), "environment/invalid-name", `"${name}" cannot be the name of an environment`)];
}

/** Files that look as if they were meant for Pinion, and an environment without any pins file. */
function unexpectedFiles(folder: Folder, path: string, hasPins: boolean): readonly Finding[] {
  const expected = /^(environment\.yaml|quarantine\.yaml|pins\.yaml|pins\/[^/]+\.yaml)$/;
  const stray = [...folder.files.keys()].filter((file) => /\.ya?ml$/.test(file) && !expected.test(file));
  const findings = stray.map((file) => finding(startOf(`${path}/${file}`), "file/unexpected", "no file of this name is expected here"));
  return hasPins
    ? findings
    : [...findings, finding(startOf(`${path}/pins.yaml`), "environment/no-pins", "the environment has no pins file")];
}
