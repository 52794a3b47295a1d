/** Versions that were rolled back and must not come again: how the store's own list goes together with quarantine.yaml. */

import type { Desired } from "../desired/resolve.ts";
import type { Digest, UnitRef, Version } from "../names.ts";
import type { Quarantined } from "../journal/revert.ts";
import type { Observation } from "../observed/observation.ts";
import type { ProcessState } from "../journal/state.ts";

/**
 * An entry that quarantine.yaml has had and has no more was lifted by a person. While the environment has errors nothing is
 * lifted: the entry may only not be readable.
 */
export function followGit(before: ProcessState, observation: Observation): ProcessState {
  if (before.quarantined.length === 0) return before;
  const inGit = new Set(observation.quarantine.filter((entry) => entry.process === before.process).map((entry) => entry.digest));
  const isReadable = observation.spec !== null && !observation.findings.some((finding) => finding.severity === "error");
  const isLifted = (entry: Quarantined): boolean => entry.isInGit && isReadable && !inGit.has(entry.digest);
  const isNews = (entry: Quarantined): boolean => isLifted(entry) || (!entry.isInGit && inGit.has(entry.digest));
  if (!before.quarantined.some(isNews)) return before;
  const quarantined = before.quarantined
    .filter((entry) => !isLifted(entry))
    .map((entry) => (inGit.has(entry.digest) ? { ...entry, isInGit: true } : entry));
  const lifted = new Set(before.quarantined.filter(isLifted).map((entry) => entry.version));
  const refused = before.refused && lifted.has(before.refused.unit.version) ? null : before.refused;
  return { ...before, quarantined, refused };
}

/** What is pinned, unless it is in quarantine: then it cannot be used, and why. */
export function heldInQuarantine(desired: Desired | null, before: ProcessState): Desired | null {
  if (desired?.kind !== "run") return desired;
  const entry = findQuarantined(before, desired.summary.definitionDigest);
  if (!entry) return desired;
  const { process, version } = desired.unit;
  return { kind: "broken", process, version, why: `${version} is in quarantine here: ${entry.why}`, pinned: desired.pinned };
}

export function findQuarantined({ quarantined }: ProcessState, definition: Digest): Quarantined | null {
  return quarantined.find((entry) => entry.digest === definition) ?? null;
}

/**
 * Whether a version must not come again, as the store or as quarantine.yaml has it. It is its definition that must not, under
 * whatever number; where that is not known, as of what older releases found good, the number stands for it.
 */
export function isInQuarantine(before: ProcessState, unit: Told, observation: Pick<Observation, "quarantine">): boolean {
  const definition = definitionOf(before, unit);
  const isIt = (entry: { readonly version: Version; readonly digest: Digest }): boolean =>
    definition === null ? entry.version === unit.version : entry.digest === definition;
  return before.quarantined.some(isIt) || observation.quarantine.some((entry) => entry.process === before.process && isIt(entry));
}

/** A version, and which unit of it is meant; without a digest the one that was found good last. */
type Told = Pick<UnitRef, "version"> & Partial<Pick<UnitRef, "digest">>;

/** Of what was found good here; null when it cannot be told. */
export function definitionOf({ knownGood }: Pick<ProcessState, "knownGood">, { version, digest }: Told): Digest | null {
  const isIt = (good: UnitRef): boolean => (digest === undefined ? good.version === version : good.digest === digest);
  return knownGood.find(isIt)?.definition ?? null;
}

/** With one more entry; an older one of the same definition is replaced. */
export function quarantine(before: ProcessState, entry: Quarantined): readonly Quarantined[] {
  return [entry, ...before.quarantined.filter((other) => other.digest !== entry.digest)];
}

/** Of the definition that is pinned; null when it cannot be told. */
export function pinnedDefinition(desired: Desired | null): Digest | null {
  const pinned = desired && "pinned" in desired ? desired.pinned : null;
  return pinned?.kind === "runnable" ? pinned.summary.definitionDigest : null;
}
