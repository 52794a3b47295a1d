/** What digests the catalogues of a config repository list, and what they should be: for `pinion digest`. */

import type { DigestLine } from "../../domain/desired/digest-line.ts";
import type { ParseCache } from "../../ports/objects.ts";
import { isOfVersion } from "./process/digest.ts";
import { type ManifestsOptions, toReading } from "./manifests.ts";
import type { ListedVersion } from "./process/process-file.ts";
import { processFile, type ProcessRecord } from "./process/process-record.ts";
import { trueContent } from "./process/published.ts";
import { readCommit } from "./repository-reader.ts";
import { createPace } from "./document/slices.ts";

const noCache: ParseCache = { get: () => new Map(), put: () => {} };

/** Of every listed version that can be read, drafts without a digest left out. @throws what the objects throw. */
export async function listedDigests(options: Omit<ManifestsOptions, "cache">): Promise<readonly DigestLine[]> {
  const reading = toReading({ ...options, cache: noCache }, createPace(Infinity));
  const { processes } = await readCommit(reading, "", null, (record) => record.catalogue.versions.keys());
  return [...processes.records.values()].flatMap((record) =>
    [...record.catalogue.versions.values()].flatMap((entry) => lineOf(record, entry) ?? []),
  );
}

function lineOf(record: ProcessRecord, entry: ListedVersion): DigestLine | null {
  const { version, status, digest = null, place } = entry;
  const known = record.versions.get(version);
  if (known?.kind !== "good" || (status === "draft" && digest === null)) return null;
  const { process } = record;
  return { process, version, file: processFile(process), line: place[2], listed: digest, computed: known.digest, state: stateOf() };

  function stateOf(): DigestLine["state"] {
    if (digest === null) return "missing";
    if (trueContent(digest, known) === null) return "wrong";
    return isOfVersion(digest) ? "right" : "old";
  }
}
