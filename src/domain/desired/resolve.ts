/** Desired state of one environment: every pin, resolved to the unit that shall run, or to the reason why it cannot. */

import { canonicalJson } from "./canonical.ts";
import { defaultEngineKind } from "./engine-kind.ts";
import type { EnvironmentSpec } from "./environment.ts";
import type { Digest, Hash, Instant, ProcessId, UnitRef, Version } from "../names.ts";
import { whyBroken, whyNotTakenOut } from "./removal.ts";
import { differingKeys, mapOf, withChanges } from "../sharded-map.ts";
import type { EnvironmentSnapshot, PinnedVersion, VersionSummary } from "./snapshot.ts";

/** What is wanted of a process: what its pin says. */
export type Desired = Pinned | Unclear;

export type Pinned =
  | { readonly kind: "run"; readonly unit: UnitRef; readonly summary: VersionSummary; readonly pinned: PinnedVersion }
  | {
      readonly kind: "broken";
      readonly process: ProcessId;
      readonly version: Version;
      readonly why: string;
      readonly pinned: PinnedVersion;
    };

/**
 * Its pin is gone where that may be a slip of the pen: misspelt, or in a file that cannot be read. What runs is kept as under a pin that
 * cannot run, and what was decided by the pin still holds.
 */
export interface Unclear {
  readonly kind: "unclear";
  readonly why: string;
}

export interface DesiredState {
  readonly processes: ReadonlyMap<ProcessId, Pinned>;
  /** What it was resolved from. */
  readonly pins: EnvironmentSnapshot["pins"];
  /** Of the environment's address, variables and secret references: with a definition's digest it makes a unit's digest. */
  readonly settingsDigest: Digest;
  /** What is to become of what has no pin; null: it is taken out. */
  readonly unpinned: Unclear | null;
}

export interface Surroundings {
  /** The environment's public address: flows are told it, so that one that moves makes new units. */
  readonly address: string;
  readonly hash: Hash;
}

/** Digest of what an environment adds to each definition. Values of secrets are not part of it. */
function settingsDigest(spec: EnvironmentSpec, { address, hash }: Surroundings): Digest {
  const secrets = Object.entries(spec.secrets).map(([name, from]) => [name, from.kind, from.kind === "env" ? from.name : from.path]);
  return hash(canonicalJson({ address, variables: spec.variables, secrets }));
}

/** The identity of a unit: one version with one definition and one set of settings. */
export function unitDigest(
  summary: Pick<VersionSummary, "process" | "version" | "definitionDigest" | "engine">,
  settings: Digest,
  hash: Hash,
): Digest {
  const { process, version, definitionDigest, engine } = summary;
  // The default has no name in it, so that digests of earlier releases stand.
  const kind = engine === defaultEngineKind ? "" : `\n${engine}`;
  return hash(`${process}\n${version}\n${definitionDigest}\n${settings}${kind}`);
}

/** Resolves all pins; what has not changed since `before` is taken from there, and all of it when nothing has. */
export function resolveDesired(environment: EnvironmentSnapshot, around: Surroundings, before: DesiredState | null): DesiredState | null {
  if (!environment.spec) return null;
  const settings = settingsDigest(environment.spec, around);
  const unpinned = unpinnedIn(environment);
  const last = before?.settingsDigest === settings ? before : null;
  if (last?.pins === environment.pins && last.unpinned?.why === unpinned?.why) return last;
  const processes = resolvePins(environment.pins, { settings, hash: around.hash, last });
  return { processes, pins: environment.pins, settingsDigest: settings, unpinned };
}

interface Resolving {
  readonly settings: Digest;
  readonly hash: Hash;
  /** Resolved before by the same settings. */
  readonly last: DesiredState | null;
}

function resolvePins(pins: EnvironmentSnapshot["pins"], { settings, hash, last }: Resolving): DesiredState["processes"] {
  const resolved = ([process, pinned]: readonly [ProcessId, PinnedVersion]) =>
    [process, resolvePin(process, pinned, settings, hash)] as const;
  if (!last) return mapOf(Array.from(pins, resolved));
  const changed = differingKeys(last.pins, pins).map((process) => {
    const pinned = pins.get(process);
    return pinned ? resolved([process, pinned]) : ([process, undefined] as const);
  });
  return withChanges(last.processes, changed);
}

/** What is to become of what has no pin at this commit; null: it is taken out. */
export function unpinnedIn({ name, ...environment }: EnvironmentSnapshot): Unclear | null {
  const why = whyNotTakenOut({ environment: name, ...environment });
  return why === null ? null : { kind: "unclear", why };
}

/** What is wanted of a process, as it is remembered; null: nothing, it is to be taken out. What was taken out by a commit stays so. */
export function desiredOf(
  process: ProcessId,
  desired: Pick<DesiredState, "processes" | "unpinned"> | null,
  known: { readonly takenOutAt: Instant | null } | null | undefined,
): Desired | null {
  const pinned = desired?.processes.get(process);
  if (pinned) return pinned;
  return known && known.takenOutAt !== null ? null : (desired?.unpinned ?? null);
}

function resolvePin(process: ProcessId, pinned: PinnedVersion, settings: Digest, hash: Hash): Pinned {
  if (pinned.kind === "broken") return { kind: "broken", process, version: pinned.version, why: whyBroken(pinned), pinned };
  const digest = unitDigest(pinned.summary, settings, hash);
  return { kind: "run", unit: { process, version: pinned.summary.version, digest }, summary: pinned.summary, pinned };
}

/** The version that a pin names, whether or not it can be used; null: there is no pin. */
export function pinnedVersion(desired: Desired | null): Version | null {
  if (!desired || desired.kind === "unclear") return null;
  return desired.kind === "run" ? desired.unit.version : desired.version;
}

/** `1.4.0 is pinned now`, `no longer pinned`, or why the pin cannot run: the second half of a sentence. */
export function whatIsPinned(desired: Desired | null): string {
  if (!desired) return "no longer pinned";
  if (desired.kind === "unclear") return `no longer pinned, but ${desired.why}`;
  return desired.kind === "run" ? `${desired.unit.version} is pinned now` : desired.why;
}
