/** Everything that is wrong with a config repository: all versions, all environments, pinned or not. */

import type { Finding } from "../../domain/finding.ts";
import type { ParseCache } from "../../ports/objects.ts";
import { sortFindings } from "./findings.ts";
import { type ManifestsOptions, toReading } from "./manifests.ts";
import { contentFindings } from "./pin-rules.ts";
import { type ReadCommit, readCommit } from "./repository-reader.ts";

export interface ValidationOptions extends Omit<ManifestsOptions, "cache"> {
  /** Handed to `Objects.root`; a work tree has only one. */
  readonly commit?: string;
}

const noCache: ParseCache = { get: () => new Map(), put: () => {} };

/** All findings in order of file, line and column. @throws what the objects throw. */
export async function validateRepository(options: ValidationOptions): Promise<{ readonly findings: readonly Finding[] }> {
  const read = await readCommit(toReading({ ...options, cache: noCache }), options.commit ?? "", null, (record) =>
    record.catalogue.versions.keys(),
  );
  return { findings: sortFindings([...read.findings, ...versionFindings(read)]) };
}

function versionFindings({ processes }: ReadCommit): readonly Finding[] {
  return [...processes.records.values()].flatMap((record) =>
    [...record.catalogue.versions.values()].flatMap((entry) => {
      const known = record.versions.get(entry.version);
      return known === undefined ? [] : contentFindings(processes, record, entry, known);
    }),
  );
}
