/** Entries of quarantine.yaml that hold nothing back: mostly a slip of the pen, and a bad version that people think is held. */

import type { Finding } from "../../domain/finding.ts";
import { finding } from "./document/findings.ts";
import { maxFindings } from "./document/limits.ts";
import type { ProcessSet } from "./process/load-processes.ts";
import { processSuggestions } from "./pin-rules.ts";
import type { HeldEntry } from "./environment/quarantine-file.ts";
import type { EnvironmentRecord } from "./environment/read-environment.ts";

/** Entries of processes that do not exist, and of pinned versions whose definition has another digest: what is not pinned need not be read. */
export function idleEntries({ quarantine, pins }: EnvironmentRecord, processes: ProcessSet): readonly Finding[] {
  const suggest = processSuggestions(processes);
  const isPinned = ({ process, version }: HeldEntry): boolean => pins.get(process)?.version === version;
  return quarantine.flatMap((entry) => idle(entry, isPinned(entry), { processes, suggest }) ?? []).slice(0, maxFindings);
}

interface Known {
  readonly processes: ProcessSet;
  readonly suggest: ReturnType<typeof processSuggestions>;
}

function idle(entry: HeldEntry, isPinned: boolean, { processes: { records }, suggest }: Known): Finding | null {
  const { process, version, digest, places } = entry;
  const record = records.get(process);
  if (record === undefined) {
    const message = `the entry has no effect: the process ${process} does not exist`;
    return finding(places.process, "environment/unknown-process", message, suggest(process));
  }
  if (!isPinned) return null;
  const known = record.versions.get(version);
  if (known?.kind !== "good" || record.catalogue.versions.get(version)?.status === "draft") return null;
  const { definitionDigest } = known.summary;
  if (definitionDigest === digest) return null;
  const message = `the entry does not hold ${version} back: the digest of its definition is ${definitionDigest}`;
  return finding(places.digest, "quarantine/other-digest", message);
}
