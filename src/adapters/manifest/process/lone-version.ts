/** One version file by itself, wherever it is: for `pinion diff`. */

import { createReadStream } from "node:fs";
import { basename, dirname, extname, resolve } from "node:path";
import type { Definition } from "../../../domain/desired/definition.ts";
import { readBytesWithin, TooLong } from "../../../domain/bounded-reading.ts";
import { PinionError } from "../../../domain/errors.ts";
import { describeFinding, type Finding } from "../../../domain/finding.ts";
import type { ProcessVersion } from "../../../domain/desired/version.ts";
import type { Dialect } from "../../../ports/dialect.ts";
import { maxExportBytes } from "../document/limits.ts";
import { sha256 } from "./digest.ts";
import { parseExport } from "./export-file.ts";
import { atOnce } from "../../../domain/slices.ts";
import { parseVersionFile, withDefinition } from "./version-file.ts";

export type LoneVersion =
  | { readonly kind: "version"; readonly version: ProcessVersion }
  | { readonly kind: "export"; readonly definition: Definition };

/** Reads a version file (*.yaml) or an engine's export (*.json). @throws `usage/invalid` when it cannot be read, `manifest/invalid`. */
export async function readLoneVersion(file: string, dialects: readonly Dialect[]): Promise<LoneVersion> {
  const bytes = await read(file);
  if (extname(file) === ".json") return { kind: "export", definition: definitionFrom(bytes, file, dialects) };
  const name = basename(file, extname(file));
  const context = { process: basename(dirname(dirname(file))), version: name, file, dialect: null };
  const parsed = atOnce(parseVersionFile(bytes, context));
  if (parsed.kind === "refused") throw invalid(file, parsed.findings);
  if (parsed.kind === "inline") return { kind: "version", ...atOnce(withDefinition(parsed.version, parsed.definition, sha256)) };
  const exported = resolve(dirname(file), parsed.name);
  const definition = definitionFrom(await read(exported), exported, dialects);
  return { kind: "version", ...atOnce(withDefinition(parsed.version, definition, sha256)) };
}

/** A file may be a link to what has no end. */
async function read(file: string): Promise<Uint8Array> {
  return readBytesWithin(createReadStream(file), maxExportBytes).catch((error: unknown) => {
    const why = error instanceof TooLong ? `: ${error.message}` : "";
    throw new PinionError("usage/invalid", `${file} cannot be read${why}`, { cause: error });
  });
}

/** The first dialect that understands it. */
function definitionFrom(bytes: Uint8Array, file: string, dialects: readonly Dialect[]): Definition {
  const findings: Finding[] = [];
  for (const dialect of dialects) {
    const parsed = atOnce(parseExport(bytes, file, dialect));
    if (parsed.kind === "definition") return parsed.definition;
    findings.push(...parsed.findings);
  }
  throw invalid(file, findings);
}

function invalid(file: string, findings: readonly Finding[]): PinionError {
  const [first] = findings;
  return new PinionError("manifest/invalid", first ? describeFinding(first) : `${file} cannot be used`, { findings });
}
