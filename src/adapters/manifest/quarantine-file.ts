/** quarantine.yaml: versions that must not be deployed in an environment, by their very content. */

import type { Finding } from "../../domain/finding.ts";
import type { Digest } from "../../domain/names.ts";
import type { EnvironmentSnapshot } from "../../domain/snapshot.ts";
import type { QuarantineFile } from "../../generated/quarantine.ts";
import { schemaFindings } from "./schema-findings.ts";
import type { Schemas } from "./schemas.ts";
import type { Steps } from "../../domain/slices.ts";
import { readYaml } from "./yaml-document.ts";

export interface ParsedQuarantine {
  /** The reason, by `quarantineKey`. */
  readonly held: ReadonlyMap<string, string>;
  readonly quarantine: EnvironmentSnapshot["quarantine"];
  readonly findings: readonly Finding[];
  /** False: nobody knows what it holds back. */
  readonly isReadable: boolean;
}

/** A definition is held back under whatever number it comes. */
export function quarantineKey(process: string, digest: string): string {
  return `${process} ${digest}`;
}

/** Parses one quarantine.yaml. Never throws, whatever the bytes. */
export function* parseQuarantineFile(bytes: Uint8Array, file: string, schemas: Schemas): Steps<ParsedQuarantine> {
  const reading = yield* readYaml(bytes, file);
  if (reading.kind === "refused") return unreadableQuarantine(reading.findings);
  const findings = schemaFindings(schemas, "quarantine", reading.document);
  if (findings.length > 0) return unreadableQuarantine(findings);
  const { quarantine } = reading.document.value as QuarantineFile;
  return {
    held: new Map(quarantine.map((entry) => [quarantineKey(entry.process, entry.digest), entry.reason])),
    quarantine: quarantine.map(({ process, version, digest }) => ({ process, version, digest: digest as Digest })),
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
