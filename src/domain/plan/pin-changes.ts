/** Which processes of an environment a change of the repository touches, and why each of them. */

import { canonicalJson } from "../desired/canonical.ts";
import type { Json } from "../desired/definition.ts";
import type { EnvironmentSpec } from "../desired/environment.ts";
import type { ProcessId, Version } from "../names.ts";
import type { EnvironmentSnapshot, PinnedVersion } from "../desired/snapshot.ts";

export interface PinChange {
  readonly process: ProcessId;
  readonly from: PinnedVersion | null;
  readonly to: PinnedVersion | null;
  /** In one line. */
  readonly why: string;
}

/** In order of process id. */
export function changedPins(from: EnvironmentSnapshot | null, to: EnvironmentSnapshot): readonly PinChange[] {
  const settings = whichSettings(from?.spec ?? null, to.spec);
  const processes = new Set([...(from?.pins.keys() ?? []), ...to.pins.keys()]);
  return [...processes].sort().flatMap((process) => {
    const [before, after] = [from?.pins.get(process) ?? null, to.pins.get(process) ?? null];
    const why = whyChanged(before, after, settings);
    return why === null ? [] : [{ process, from: before, to: after, why }];
  });
}

/** The version that is named, whether it can run or not. */
export function versionOf(pinned: PinnedVersion | null): Version | null {
  if (!pinned) return null;
  return pinned.kind === "runnable" ? pinned.summary.version : pinned.version;
}

/** Null when nothing has to be done about it. */
function whyChanged(from: PinnedVersion | null, to: PinnedVersion | null, settings: string | null): string | null {
  if (!to) return "no longer pinned";
  if (!from) return "newly pinned";
  const [before, after] = [versionOf(from), versionOf(to)];
  if (before !== after) return `${after} is pinned instead of ${before}`;
  if (to.kind === "broken") return from.kind === "broken" ? null : "it can no longer run";
  if (from.kind === "broken") return "it can run now";
  if (from.summary.definitionDigest !== to.summary.definitionDigest) return `the definition of ${after} has changed`;
  return settings;
}

/** What versions are given by their environment: when it changes, all of them are deployed anew. */
function whichSettings(from: EnvironmentSpec | null, to: EnvironmentSpec | null): string | null {
  if (!from || !to) return null;
  const isOther = (one: unknown, other: unknown): boolean => canonicalJson(one as Json) !== canonicalJson(other as Json);
  const [variables, secrets] = [isOther(from.variables, to.variables), isOther(from.secrets, to.secrets)];
  if (variables && secrets) return "the environment's variables and secrets have changed";
  if (variables) return "the environment's variables have changed";
  return secrets ? "the environment's secrets have changed" : null;
}
