/** Which changes of pins will be held back, by the same rules that the controller's gates have. */

import { findCircles, requiredProcesses } from "../desired/dependency-graph.ts";
import { lackingOf } from "../gates/dependencies.ts";
import type { DependencyView, ProposedChange } from "../gates/gate.ts";
import { firstBlocked, type GateName, gateNames } from "../gates/gates.ts";
import type { ProcessId, Version } from "../names.ts";
import { whyNotTakenOut } from "../desired/removal.ts";
import type { EnvironmentSnapshot } from "../desired/snapshot.ts";
import { clashesOf } from "./paths.ts";
import { type PinChange, versionOf } from "./pin-changes.ts";

export interface Held {
  /** Reasons by process. */
  readonly reasons: ReadonlyMap<ProcessId, string>;
  /** What serves once everything that is not held is deployed; null: nothing. */
  versionAfter(process: ProcessId): Version | null;
}

/** What the others do does not matter to these. */
const gatesOfItself: readonly GateName[] = gateNames.filter((name) => name !== "dependencies");

/** Holding one back can hold its callers back: goes on until nothing new is held. */
export function holdChanges(changes: readonly PinChange[], from: EnvironmentSnapshot | null, to: EnvironmentSnapshot): Held {
  const reasons = new Map<ProcessId, string>();
  const hold = (why: ReadonlyMap<ProcessId, string>): void => {
    for (const [process, reason] of why) if (!reasons.has(process)) reasons.set(process, reason);
  };
  const versionAfter = (process: ProcessId): Version | null => {
    const pinned = reasons.has(process) ? from?.pins.get(process) : to.pins.get(process);
    return pinned?.kind === "runnable" ? pinned.summary.version : null;
  };
  const left = (): readonly PinChange[] => changes.filter(({ process }) => !reasons.has(process));
  hold(whatGatesHold(left(), to, { versionAfter, among: gatesOfItself }));
  hold(clashesOf(changes, from, to));
  hold(whoIsInCircle(left()));
  for (let before = -1; before !== reasons.size;) {
    before = reasons.size;
    hold(whatGatesHold(left(), to, { versionAfter, among: ["dependencies"] }));
  }
  return { reasons, versionAfter };
}

interface Asking extends Pick<Held, "versionAfter"> {
  readonly among: readonly GateName[];
}

function whatGatesHold(
  changes: readonly PinChange[],
  to: EnvironmentSnapshot,
  { versionAfter, among }: Asking,
): ReadonlyMap<ProcessId, string> {
  const held = new Map<ProcessId, string>();
  for (const change of changes) {
    const blocked = firstBlocked(proposedBy(change, to, servingThen(versionAfter)), among);
    if (blocked) held.set(change.process, change.to ? blocked.text : `no longer pinned, but ${blocked.text}`);
  }
  return held;
}

function servingThen(versionAfter: Held["versionAfter"]): DependencyView {
  return { isForecast: true, serving: versionAfter, coming: () => null };
}

/** Whoever is in a circle of these changes waits for itself. */
function whoIsInCircle(changes: readonly PinChange[]): ReadonlyMap<ProcessId, string> {
  const needs = new Map(changes.map((change) => [change.process, needsOf(change)]));
  const circles = findCircles(needs.keys(), (process) => (needs.get(process) ?? []).filter((needed) => needs.has(needed)));
  const why = (circle: ReadonlySet<ProcessId>): string => `waits for itself in a circle of dependencies: ${[...circle].sort().join(", ")}`;
  return new Map(circles.flatMap((circle) => [...circle].map((process) => [process, why(circle)] as const)));
}

/** The processes that it needs, whether or not they change. */
export function needsOf({ to }: PinChange): readonly ProcessId[] {
  return to?.kind === "runnable" ? requiredProcesses(to.summary.dependencies).map(({ name }) => name) : [];
}

/** What only the controller knows holds nothing back: a freeze, how many deployments run, what failed before. */
function proposedBy({ process, to: pinned }: PinChange, to: EnvironmentSnapshot, dependencies: DependencyView): ProposedChange {
  return {
    environment: to.name,
    process,
    now: null,
    pinned,
    runsIn: null,
    spec: to.spec,
    findings: to.findings,
    record: "new",
    quarantined: null,
    refused: null,
    freeze: null,
    dependencies,
    running: 0,
    whyKept: () => whyNotTakenOut({ environment: to.name, ...to }),
  };
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
    const lacking = lackingOf(pinned.summary.dependencies, servingThen(held.versionAfter));
    return lacking ? [{ process, reason: `${versionOf(pinned)}, which stays as it is, ${lacking.text}` }] : [];
  });
}
