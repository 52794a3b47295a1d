/** Remembers what was published once: a version whose digest or whose file changes after publication is tampering. Only its status may change. */

import type { Digest, ProcessId, Version } from "../../domain/names.ts";
import type { ListedVersion } from "./process-file.ts";
import type { ProcessRecord } from "./process-record.ts";

/** A version as it was when it was first seen published. */
export interface Publication {
  readonly digest: Digest;
  /** Object id of its file; "" when it is not known. */
  readonly file: string;
}

/** Only what the catalogue at hand contradicts: publications that are no longer listed so, or whose file is another one. */
export type Published = ReadonlyMap<ProcessId, ReadonlyMap<Version, Publication>>;

interface Catalogues {
  readonly before: ReadonlyMap<ProcessId, ProcessRecord>;
  readonly now: ReadonlyMap<ProcessId, ProcessRecord>;
  readonly published: Published;
}

/** Carries the memory over to the next commit. What is put back is forgiven. */
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

function contradictions(process: ProcessId, { before, now, published }: Catalogues): ReadonlyMap<Version, Publication> {
  const promised = new Map(publicationsOf(before.get(process)));
  // The first promise counts, not one that broke it.
  for (const [version, publication] of published.get(process) ?? []) promised.set(version, publication);
  const listed = now.get(process)?.catalogue.versions;
  return new Map([...promised].filter(([version, publication]) => isBroken(publication, listed?.get(version))));
}

/** What a catalogue promises. */
export function publicationsOf(record: ProcessRecord | undefined): readonly (readonly [Version, Publication])[] {
  return Array.from(record?.catalogue.versions ?? []).flatMap(([version, { status, digest, file = "" }]) =>
    status === "draft" || digest === undefined ? [] : [[version, { digest, file }] as const],
  );
}

/** Whether a version is no longer what was published. */
export function isBroken({ digest, file }: Publication, listed: ListedVersion | undefined): boolean {
  return listed?.digest !== digest || (file !== "" && listed.file !== undefined && listed.file !== file);
}

/** As text, for whoever remembers it across restarts. */
export function writePublished(commit: string, published: Published): string {
  return JSON.stringify({ commit, published: Array.from(published, ([process, versions]) => [process, [...versions]]) });
}

/** What was remembered as of a commit; null when that was another one, or is no such text. */
export function readPublished(text: string | null, commit: string): Published | null {
  try {
    const kept = JSON.parse(text ?? "null") as { readonly commit: string; readonly published: readonly Remembered[] } | null;
    return kept?.commit === commit ? new Map(kept.published.map(([process, versions]) => [process, new Map(versions)])) : null;
  } catch {
    return null;
  }
}

type Remembered = readonly [ProcessId, readonly (readonly [Version, Publication])[]];
