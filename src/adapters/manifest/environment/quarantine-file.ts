/** quarantine.yaml: versions that must not be deployed in an environment, by their very content. */

import type { ErrorObject } from "ajv";
import type { Finding } from "../../../domain/finding.ts";
import type { Digest, ProcessId, Version } from "../../../domain/names.ts";
import { type EntryStart, entryStarts, longestWhole, quarantineHead } from "../../../domain/rollback/quarantine-layout.ts";
import type { Slices } from "../../../domain/slices.ts";
import type { QuarantineFile } from "../../../generated/quarantine.ts";
import { finding, type Place } from "../document/findings.ts";
import { maxYamlBytes } from "../document/limits.ts";
import { findingsFor } from "../document/schema-findings.ts";
import { schemaErrors } from "../document/schemas.ts";
import { decodeText } from "../document/text.ts";
import { readYamlSlices, type YamlDocument } from "../document/yaml-document.ts";

export interface ParsedQuarantine {
  /** The reason, by `quarantineKey`. */
  readonly held: ReadonlyMap<string, string>;
  readonly quarantine: readonly HeldEntry[];
  readonly findings: readonly Finding[];
  /** False: nobody knows what it holds back. */
  readonly isReadable: boolean;
}

/** An entry, and where its process and its digest stand. */
export interface HeldEntry {
  readonly process: ProcessId;
  readonly version: Version;
  readonly digest: Digest;
  readonly places: { readonly process: Place; readonly digest: Place };
}

/** A definition is held back under whatever number it comes. */
export function quarantineKey(process: string, digest: string): string {
  return `${process} ${digest}`;
}

/** Parses one quarantine.yaml, a long one a few entries at a time. Never throws, whatever the bytes. */
export function* parseQuarantineFile(bytes: Uint8Array, file: string): Slices<ParsedQuarantine> {
  const decoded = decodeText(bytes, file);
  if (decoded.kind === "refused") return unreadableQuarantine(decoded.findings);
  const held = new Map<string, string>();
  const quarantine: HeldEntry[] = [];
  for (const part of yield* partsOf(decoded.text)) {
    const read = yield* readPart(part, file);
    if (read.kind === "refused") return unreadableQuarantine(read.findings);
    for (const { entry, reason } of read.entries) {
      quarantine.push(entry);
      held.set(quarantineKey(entry.process, entry.digest), reason);
    }
    yield;
  }
  return { held, quarantine, findings: [], isReadable: true };
}

/** Some entries, as a file of their own. */
interface Part {
  readonly text: string;
  /** How many entries, and how many lines, stand before it in the whole file. */
  readonly entriesBefore: number;
  readonly linesBefore: number;
}

const entriesAtOnce = 100;

function* partsOf(text: string): Slices<readonly Part[]> {
  const starts = text.length <= longestWhole ? null : yield* entryStarts(text);
  if (starts === null) return [{ text, entriesBefore: 0, linesBefore: 0 }];
  const parts: Part[] = [];
  for (let first = 0; first < starts.length; first += entriesAtOnce) parts.push(partFrom(text, starts, first));
  return parts;
}

function partFrom(text: string, starts: readonly EntryStart[], first: number): Part {
  const { offset = 0, line = 1 } = starts[first] ?? {};
  const own = text.slice(offset, starts[first + entriesAtOnce]?.offset ?? text.length);
  return { text: quarantineHead + own, entriesBefore: first, linesBefore: line - 2 };
}

type ReadPart =
  | { readonly kind: "refused"; readonly findings: readonly Finding[] }
  | { readonly kind: "read"; readonly entries: readonly { readonly entry: HeldEntry; readonly reason: string }[] };

function* readPart(part: Part, file: string): Slices<ReadPart> {
  const { text, entriesBefore } = part;
  if (text.length > maxYamlBytes) return refusePart(part, file);
  const reading = yield* readYamlSlices(text, file);
  if (reading.kind === "refused") return { kind: "refused", findings: reading.findings.map((found) => inWhole(found, part)) };
  const document = documentOf(reading.document, part);
  const findings = findingsFor(errorsIn(document, part), "quarantine", document);
  if (findings.length > 0) return { kind: "refused", findings };
  const { quarantine } = document.value as QuarantineFile;
  const entries = quarantine.map(({ process, version, digest, reason }, index) => {
    const at = `/quarantine/${entriesBefore + index}`;
    const places = { process: document.place(`${at}/process`), digest: document.place(`${at}/digest`) };
    return { entry: { process, version, digest: digest as Digest, places }, reason };
  });
  return { kind: "read", entries };
}

function refusePart({ text, linesBefore }: Part, file: string): ReadPart {
  const at = { file, line: Math.max(1, linesBefore + 2), column: 1, pointer: "" };
  const message = `${text.length} characters in one piece; at most ${maxYamlBytes} are read`;
  const hint = "Write one entry below the other, each with a dash, and nothing else.";
  return { kind: "refused", findings: [finding(at, "file/too-large", message, hint)] };
}

/** Errors are of the entry as it is numbered in the whole file. */
function errorsIn({ value }: YamlDocument, { entriesBefore }: Part): readonly ErrorObject[] {
  return schemaErrors("quarantine", value).map((error) => ({ ...error, instancePath: shiftEntry(error.instancePath, entriesBefore) }));
}

function documentOf(document: YamlDocument, part: Part): YamlDocument {
  const place: YamlDocument["place"] = (pointer, of) =>
    inWhole({ ...document.place(shiftEntry(pointer, -part.entriesBefore), of), pointer: shiftEntry(pointer, -part.entriesBefore) }, part);
  return { ...document, place };
}

function inWhole<T extends Place>(place: T, { linesBefore, entriesBefore }: Part): T {
  return { ...place, line: place.line + linesBefore, pointer: shiftEntry(place.pointer, entriesBefore) };
}

function shiftEntry(pointer: string, by: number): string {
  return pointer.replace(/^\/quarantine\/(\d+)/, (_whole, index: string) => `/quarantine/${Number(index) + by}`);
}

/** There is no such file: it holds nothing back. */
export function nothingHeld(): ParsedQuarantine {
  return { held: new Map(), quarantine: [], findings: [], isReadable: true };
}

/** A file that is there and cannot be read: what it holds back is not known, and unknown is not nothing. */
export function unreadableQuarantine(findings: readonly Finding[]): ParsedQuarantine {
  return { held: new Map(), quarantine: [], findings, isReadable: false };
}
