/** Everything that is wrong with a config repository: all versions, all environments, pinned or not. */

import type { Finding } from "../../domain/finding.ts";
import type { Version } from "../../domain/names.ts";
import type { ParseCache } from "../../ports/objects.ts";
import { sortFindings } from "./findings.ts";
import { type ManifestsOptions, toReading } from "./manifests.ts";
import { contentFindings } from "./pin-rules.ts";
import { isVersion } from "./process-file.ts";
import type { ProcessRecord } from "./process-record.ts";
import { type ReadCommit, readCommit } from "./repository-reader.ts";

export interface ValidationOptions extends Omit<ManifestsOptions, "cache"> {
  /** Handed to `Objects.root`; a work tree has only one. */
  readonly commit?: string;
}

const noCache: ParseCache = { get: () => new Map(), put: () => {} };

/** All findings in order of file, line and column. @throws what the objects throw. */
export async function validateRepository(options: ValidationOptions): Promise<{ readonly findings: readonly Finding[] }> {
  const read = await readCommit(toReading({ ...options, cache: noCache }), options.commit ?? "", null, (record) => [
    ...record.catalogue.versions.keys(),
    ...unlistedVersions(record),
  ]);
  return { findings: sortFindings([...read.findings, ...versionFindings(read)]) };
}

function versionFindings({ processes }: ReadCommit): readonly Finding[] {
  return [...processes.records.values()].flatMap((record) => [
    ...unlistedVersions(record).flatMap((version) => unreadable(record, version)),
    ...[...record.catalogue.versions.values()].flatMap((entry) => {
      const known = record.versions.get(entry.version);
      return known === undefined ? [] : contentFindings(processes, record, entry, known);
    }),
  ]);
}

/** Versions with a file of their own that the catalogue does not list (yet). */
function unlistedVersions({ findings }: ProcessRecord): readonly Version[] {
  const files = findings.filter(({ code }) => code === "version/not-listed").map(({ file }) => file);
  return files.map((file) => file.replace(/^.*\/|\.yaml$/g, "")).filter(isVersion);
}

function unreadable(record: ProcessRecord, version: Version): readonly Finding[] {
  const known = record.versions.get(version);
  return known?.kind === "bad" ? known.findings : [];
}
