/** Remembers what was published once: a version whose digest or whose file changes after publication is tampering. Only its status may change. */

import type { Digest, ListedDigest, ProcessId, Version, VersionDigest } from "../../../domain/names.ts";
import { isOfVersion } from "./digest.ts";
import type { ListedVersion } from "./process-file.ts";
import type { ProcessRecord, VersionRecord } from "./process-record.ts";

/** A version as it was when it was first seen published. */
export interface Publication {
  readonly digest: ListedDigest;
  /** Object id of its file; "" when it is not known. */
  readonly file: string;
  /** Of all of it, where it was read: the digest of an older catalogue covers the definition only. */
  readonly whole?: VersionDigest;
}

/** Only what the catalogue at hand contradicts, or may contradict: whose digest has another format, and whose content was not read yet. */
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
    const promised = new Map(publicationsOf(catalogues.before.get(process)));
    // The first promise counts, not one that broke it.
    for (const [version, publication] of catalogues.published.get(process) ?? []) promised.set(version, publication);
    keepContradicted(kept, process, promised, catalogues.now.get(process));
  }
  return kept;
}

/** The memory without what the content, now that it was read, does not contradict. The same object where that is nothing. */
export function settlePublished(published: Published, records: ReadonlyMap<ProcessId, ProcessRecord>): Published {
  if (published.size === 0) return published;
  const kept = new Map(published);
  for (const [process, versions] of published) keepContradicted(kept, process, versions, records.get(process));
  return kept;
}

function keepContradicted(
  kept: Map<ProcessId, ReadonlyMap<Version, Publication>>,
  process: ProcessId,
  promised: ReadonlyMap<Version, Publication>,
  record: ProcessRecord | undefined,
): void {
  const contradicted = [...promised].filter(([version, publication]) => standingIn(record, version, publication) !== "kept");
  if (contradicted.length > 0) kept.set(process, new Map(contradicted));
  else kept.delete(process);
}

/** Versions whose content must be read before it can be told whether they are what was published. */
export function unreadVersions(published: Published, record: ProcessRecord): readonly Version[] {
  const promised = published.get(record.process) ?? [];
  return [...promised].flatMap(([version, publication]) => (standingIn(record, version, publication) === "unread" ? [version] : []));
}

/** What a catalogue promises. */
export function publicationsOf(record: ProcessRecord | undefined): readonly (readonly [Version, Publication])[] {
  return Array.from(record?.catalogue.versions ?? []).flatMap(([version, { status, digest, file = "" }]) => {
    if (status === "draft" || digest === undefined) return [];
    const whole = trueContent(digest, record?.versions.get(version));
    return [[version, { digest, file, ...(whole === null ? {} : { whole }) }] as const];
  });
}

/** The digest of the whole version, where it was read and is what the catalogue says of it. */
export function trueContent(digest: ListedDigest, known: VersionRecord | undefined): VersionDigest | null {
  return known?.kind === "good" && digest === (isOfVersion(digest) ? known.digest : known.summary.definitionDigest) ? known.digest : null;
}

/** Whether a version is what was published; "unread": its content must be looked at to tell. */
export type Standing = "kept" | "broken" | "unread";

/** As the catalogue and the content of a record have it. */
export function standingIn(record: ProcessRecord | undefined, version: Version, publication: Publication): Standing {
  const known = record?.versions.get(version);
  const content = known?.kind === "good" ? { definition: known.summary.definitionDigest, whole: known.digest } : null;
  return standing(publication, record?.catalogue.versions.get(version), content);
}

/** Digests of a version that was read. */
export interface Content {
  readonly definition: Digest;
  readonly whole: VersionDigest;
}

/** Changing nothing but the format of the digest is no new publication. */
export function standing(publication: Publication, listed: ListedVersion | undefined, content: Content | null): Standing {
  if (listed?.digest === undefined) return "broken";
  const whole = wholeOf(publication);
  if (whole !== null && isOfVersion(listed.digest)) return asStanding(listed.digest === whole);
  if (publication.digest === listed.digest && mayBeSameFile(publication, listed)) return "kept";
  if (whole === null) return olderStanding(publication, listed, content);
  return content === null ? "unread" : asStanding(content.whole === whole);
}

/** Of a publication of which nothing is known but the digest of its definition, and its file. */
function olderStanding(publication: Publication, listed: ListedVersion, content: Content | null): Standing {
  const isRewritten = listed.digest !== undefined && isOfVersion(listed.digest);
  if (!isRewritten || !mayBeSameFile(publication, listed)) return "broken";
  return content === null ? "unread" : asStanding(content.definition === publication.digest);
}

function mayBeSameFile({ file }: Publication, listed: ListedVersion): boolean {
  return file === "" || listed.file === undefined || listed.file === file;
}

function wholeOf({ digest, whole }: Publication): VersionDigest | null {
  return whole ?? (isOfVersion(digest) ? digest : null);
}

function asStanding(isKept: boolean): Standing {
  return isKept ? "kept" : "broken";
}

/** As text, for the store that keeps it across restarts. */
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
