/** Desired state of one environment: every pin, resolved to the unit that shall run, or to the reason why it cannot. */

import { canonicalJson } from "./canonical.ts";
import { defaultEngineKind } from "./engine-kind.ts";
import type { EnvironmentSpec } from "./environment.ts";
import type { Digest, Hash, ProcessId, UnitRef, Version } from "../names.ts";
import { firstBroken, whyBroken } from "./removal.ts";
import type { EnvironmentSnapshot, PinnedVersion, VersionSummary } from "./snapshot.ts";

export type Desired =
  | { readonly kind: "run"; readonly unit: UnitRef; readonly summary: VersionSummary; readonly pinned: PinnedVersion }
  | {
      readonly kind: "broken";
      readonly process: ProcessId;
      readonly version: Version;
      readonly why: string;
      readonly pinned: PinnedVersion;
    };

export interface DesiredState {
  readonly processes: ReadonlyMap<ProcessId, Desired>;
  /** What it was resolved from. */
  readonly pins: EnvironmentSnapshot["pins"];
  /** Of the environment's address, variables and secret references: with a definition's digest it makes a unit's digest. */
  readonly settingsDigest: Digest;
  /** What is wrong with the first pin that cannot run; null: all can. */
  readonly brokenPin: string | null;
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
  const { hash } = around;
  const settings = settingsDigest(environment.spec, around);
  if (before?.pins === environment.pins && before.settingsDigest === settings) return before;
  const reusable = before?.settingsDigest === settings ? before.processes : new Map<ProcessId, Desired>();
  const processes = new Map<ProcessId, Desired>();
  for (const [process, pinned] of environment.pins) {
    const old = reusable.get(process);
    processes.set(process, old?.pinned === pinned ? old : resolvePin(process, pinned, settings, hash));
  }
  return { processes, pins: environment.pins, settingsDigest: settings, brokenPin: firstBroken(environment.pins) };
}

function resolvePin(process: ProcessId, pinned: PinnedVersion, settings: Digest, hash: Hash): Desired {
  if (pinned.kind === "broken") return { kind: "broken", process, version: pinned.version, why: whyBroken(pinned), pinned };
  const digest = unitDigest(pinned.summary, settings, hash);
  return { kind: "run", unit: { process, version: pinned.summary.version, digest }, summary: pinned.summary, pinned };
}

/** `1.4.0 is pinned now`, `no longer pinned`, or why the pin cannot run: the second half of a sentence. */
export function whatIsPinned(desired: Desired | null): string {
  if (!desired) return "no longer pinned";
  return desired.kind === "run" ? `${desired.unit.version} is pinned now` : desired.why;
}
