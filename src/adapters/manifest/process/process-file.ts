/** process.yaml: who a process is, and the catalogue of its versions, with the places that later findings point at. */

import { parse as parseSemver } from "semver";
import type { Finding } from "../../../domain/finding.ts";
import { defaultEngineKind } from "../../../domain/desired/engine-kind.ts";
import type { EngineKind, ListedDigest, ProcessId, Version } from "../../../domain/names.ts";
import type { CatalogueEntry } from "../../../domain/desired/snapshot.ts";
import type { ProcessFile } from "../../../generated/process.ts";
import { finding } from "../document/findings.ts";
import { schemaFindings } from "../document/schema-findings.ts";
import type { Slices } from "../../../domain/slices.ts";
import { suggestion } from "../document/suggest.ts";
import { readYaml, type YamlDocument } from "../document/yaml-document.ts";

/** Line and column of a catalogue entry, and of its digest (of the entry again when it has none). */
export type EntryPlace = readonly [line: number, column: number, digestLine: number, digestColumn: number];

export interface ListedVersion extends CatalogueEntry {
  readonly place: EntryPlace;
  /** Object id of its file, once the folder is known. */
  readonly file?: string;
}

export interface ParsedProcess {
  readonly engine: string;
  readonly owner: string;
  /** Empty when there are findings. */
  readonly versions: readonly ListedVersion[];
  readonly findings: readonly Finding[];
}

export interface ProcessFileContext {
  readonly process: ProcessId;
  readonly file: string;
  readonly engines: readonly string[];
}

/** Parses one process.yaml. Any finding spoils the whole process. */
export function* parseProcessFile(bytes: Uint8Array, context: ProcessFileContext): Slices<ParsedProcess> {
  const reading = yield* readYaml(bytes, context.file);
  if (reading.kind === "refused") return broken(reading.findings);
  const shape = schemaFindings("process", reading.document);
  if (shape.length > 0) return broken(shape);
  const file = { engine: defaultEngineKind, ...(reading.document.value as ProcessFile) };
  const findings = [...identityFindings(file, reading.document, context), ...catalogueFindings(file, reading.document)];
  if (findings.length > 0) return { ...broken(findings), engine: file.engine, owner: file.owner };
  return { engine: file.engine, owner: file.owner, versions: listedVersions(file, reading.document), findings };
}

/** Whether a text is a semantic version, written as Pinion writes it. */
export function isVersion(text: string): boolean {
  return /^\d/.test(text) && parseSemver(text) !== null;
}

function broken(findings: readonly Finding[]): ParsedProcess {
  return { engine: "", owner: "", versions: [], findings };
}

function identityFindings(
  file: ProcessFile & { readonly engine: EngineKind },
  document: YamlDocument,
  context: ProcessFileContext,
): readonly Finding[] {
  const findings: Finding[] = [];
  if (file.id !== context.process) {
    findings.push(
      finding(document.place("/id"), "process/id-mismatch", `the id is ${file.id}, but the folder is called ${context.process}`),
    );
  }
  if (!context.engines.includes(file.engine)) {
    const message = `the kind of engine "${file.engine}" is unknown`;
    findings.push(finding(document.place("/engine"), "process/unknown-engine", message, suggestion(file.engine, context.engines)));
  }
  return findings;
}

function catalogueFindings(file: ProcessFile, document: YamlDocument): readonly Finding[] {
  const seen = new Set<Version>();
  return file.versions.flatMap(({ version }, index) => {
    const place = document.place(`/versions/${index}/version`);
    if (!isVersion(version)) return [finding(place, "version/invalid", `${version} is not a semantic version`)];
    if (seen.has(version)) return [finding(place, "version/duplicate", `version ${version} is listed twice`)];
    seen.add(version);
    return [];
  });
}

function listedVersions(file: ProcessFile, document: YamlDocument): readonly ListedVersion[] {
  return file.versions.map(({ version, status, digest }, index) => {
    const own = document.place(`/versions/${index}`);
    const at = digest === undefined ? own : document.place(`/versions/${index}/digest`);
    const place: EntryPlace = [own.line, own.column, at.line, at.column];
    return { version, status, place, ...(digest === undefined ? {} : { digest: digest as ListedDigest }) };
  });
}
