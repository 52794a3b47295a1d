/** quarantine.yaml: versions that must not be deployed in an environment, by their very content. */

import type { Finding } from "../../../domain/finding.ts";
import type { Digest, ProcessId, Version } from "../../../domain/names.ts";
import type { QuarantineFile } from "../../../generated/quarantine.ts";
import type { Place } from "../document/findings.ts";
import { schemaFindings } from "../document/schema-findings.ts";
import type { Schemas } from "../document/schemas.ts";
import type { Slices } from "../../../domain/slices.ts";
import { readYaml } from "../document/yaml-document.ts";

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

/** Parses one quarantine.yaml. Never throws, whatever the bytes. */
export function* parseQuarantineFile(bytes: Uint8Array, file: string, schemas: Schemas): Slices<ParsedQuarantine> {
  const reading = yield* readYaml(bytes, file);
  if (reading.kind === "refused") return unreadableQuarantine(reading.findings);
  const findings = schemaFindings(schemas, "quarantine", reading.document);
  if (findings.length > 0) return unreadableQuarantine(findings);
  const { document } = reading;
  const { quarantine } = document.value as QuarantineFile;
  return {
    held: new Map(quarantine.map((entry) => [quarantineKey(entry.process, entry.digest), entry.reason])),
    quarantine: quarantine.map(({ process, version, digest }, index) => ({
      process,
      version,
      digest: digest as Digest,
      places: { process: document.place(`/quarantine/${index}/process`), digest: document.place(`/quarantine/${index}/digest`) },
    })),
    findings,
    isReadable: true,
  };
}

/** There is no such file: it holds nothing back. */
export function nothingHeld(): ParsedQuarantine {
  return { held: new Map(), quarantine: [], findings: [], isReadable: true };
}

/** A file that is there and cannot be read: what it holds back is not known, and unknown is not nothing. */
export function unreadableQuarantine(findings: readonly Finding[]): ParsedQuarantine {
  return { held: new Map(), quarantine: [], findings, isReadable: false };
}
