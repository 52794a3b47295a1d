/** Remembers digests that were published once: a digest that changes after publication is tampering. */

import type { Digest, ProcessId, Version } from "../../domain/names.ts";
import type { ProcessRecord } from "./process-record.ts";

/** Only what the catalogue at hand contradicts: digests that were published and are no longer listed so. */
export type Published = ReadonlyMap<ProcessId, ReadonlyMap<Version, Digest>>;

interface Catalogues {
  readonly before: ReadonlyMap<ProcessId, ProcessRecord>;
  readonly now: ReadonlyMap<ProcessId, ProcessRecord>;
  readonly published: Published;
}

/** Carries the memory over to the next commit. A digest that is put back is forgiven. */
export function keepPublished(changed: ReadonlySet<ProcessId>, catalogues: Catalogues): Published {
  const kept = new Map(catalogues.published);
  for (const process of changed) {
    if (!catalogues.before.has(process) && !kept.has(process)) continue;
    const contradicted = contradictions(process, catalogues);
    if (contradicted.size > 0) kept.set(process, contradicted);
    else kept.delete(process);
  }
  return kept;
}

function contradictions(process: ProcessId, { before, now, published }: Catalogues): ReadonlyMap<Version, Digest> {
  const promised = new Map<Version, Digest>();
  for (const [version, entry] of before.get(process)?.catalogue.versions ?? []) {
    if (entry.status !== "draft" && entry.digest !== undefined) promised.set(version, entry.digest);
  }
  // The first promise counts, not one that broke it.
  for (const [version, digest] of published.get(process) ?? []) promised.set(version, digest);
  const listed = now.get(process)?.catalogue.versions;
  return new Map([...promised].filter(([version, digest]) => listed?.get(version)?.digest !== digest));
}
