/** Which changes of pins will be held back, by the same rules that the controller's gates have. */

import semver from "semver";
import type { EnvironmentSpec } from "../desired/environment.ts";
import type { ProcessId, Version } from "../names.ts";
import type { Dependency } from "../desired/version.ts";
import { whyBroken, whyNotTakenOut } from "../desired/removal.ts";
import type { EnvironmentSnapshot, PinnedVersion, VersionStatus } from "../desired/snapshot.ts";
import { clashesOf } from "./paths.ts";
import { type PinChange, versionOf } from "./pin-changes.ts";

type Runnable = Extract<PinnedVersion, { kind: "runnable" }>;

export interface Held {
  /** Reasons by process. */
  readonly reasons: ReadonlyMap<ProcessId, string>;
  /** What serves once everything that is not held is deployed; null: nothing. */
  versionAfter(process: ProcessId): Version | null;
}

/** Holding one back can hold its callers back: goes on until nothing new is held. */
export function holdChanges(changes: readonly PinChange[], from: EnvironmentSnapshot | null, to: EnvironmentSnapshot): Held {
  const reasons = new Map(changes.flatMap((change) => whyHeldAlone(change, to)));
  for (const [process, reason] of clashesOf(changes, from, to)) if (!reasons.has(process)) reasons.set(process, reason);
  const versionAfter = (process: ProcessId): Version | null => {
    const pinned = reasons.has(process) ? from?.pins.get(process) : to.pins.get(process);
    return pinned?.kind === "runnable" ? pinned.summary.version : null;
  };
  for (let before = -1; before !== reasons.size;) {
    before = reasons.size;
    for (const { process, to: pinned } of changes) {
      const reason = pinned?.kind === "runnable" && !reasons.has(process) ? whyLacking(pinned, versionAfter) : null;
      if (reason !== null) reasons.set(process, reason);
    }
  }
  return { reasons, versionAfter };
}

function whyHeldAlone(change: PinChange, to: EnvironmentSnapshot): readonly (readonly [ProcessId, string])[] {
  const reason = whyHeldByItself(change, to);
  return reason === null ? [] : [[change.process, reason]];
}

function whyHeldByItself({ to: pinned }: PinChange, to: EnvironmentSnapshot): string | null {
  if (!pinned) return whyKept(to);
  if (pinned.kind === "runnable") return to.spec ? whyNotAllowed(pinned, to.spec) : null;
  return whyBroken(pinned);
}

function whyKept(to: EnvironmentSnapshot): string | null {
  const why = whyNotTakenOut({ environment: to.name, ...to });
  return why && `no longer pinned, but ${why}`;
}

function whyNotAllowed({ status, summary }: Runnable, spec: EnvironmentSpec): string | null {
  if (status === "archived") return `${summary.version} is archived`;
  const type = typeOf(status);
  if (spec.allowedVersionTypes.includes(type)) return null;
  return `${summary.version} is ${status}, and only ${spec.allowedVersionTypes.join(" and ")} versions are allowed here`;
}

/** A deprecated version was published once, and still is. */
function typeOf(status: Exclude<VersionStatus, "archived">): "draft" | "published" {
  return status === "draft" ? "draft" : "published";
}

function whyLacking({ summary }: Runnable, versionAfter: (process: ProcessId) => Version | null): string | null {
  for (const { name, version: range } of requiredProcesses(summary.dependencies)) {
    const version = versionAfter(name);
    if (version === null) return `needs ${name} ${range}, which will not run here`;
    if (!isInRange(version, range)) return `needs ${name} ${range}, but ${version} will serve`;
  }
  return null;
}

/** The processes that a version cannot do without. */
export function requiredProcesses(dependencies: readonly Dependency[]): readonly Dependency[] {
  return dependencies.filter(({ type, required }) => type === "workflow" && required);
}

/** Also where the version is a prerelease. */
export function isInRange(version: Version, range: string): boolean {
  return semver.satisfies(version, range, { includePrerelease: true });
}

/** Processes that stay as they are and will miss something that they need. */
export function leftLacking(
  changes: readonly PinChange[],
  to: EnvironmentSnapshot,
  held: Held,
): readonly { process: ProcessId; reason: string }[] {
  const changed = new Set(changes.map(({ process }) => process));
  return [...to.pins].flatMap(([process, pinned]) => {
    if (pinned.kind !== "runnable" || changed.has(process)) return [];
    const reason = whyLacking(pinned, held.versionAfter);
    return reason === null ? [] : [{ process, reason: `${versionOf(pinned)}, which stays as it is, ${reason}` }];
  });
}
