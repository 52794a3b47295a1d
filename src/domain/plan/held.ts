/** Which changes of pins will be held back, and why: what was played does not say it for what waits for ever. */

import { findCircles } from "../desired/dependency-graph.ts";
import { placesHeld } from "../gates/concurrency.ts";
import { lackingOf } from "../gates/dependencies.ts";
import { firstBlocked } from "../gates/gates.ts";
import { proposedChange } from "../decision/proposed-change.ts";
import { nothingKnown } from "../journal/state.ts";
import type { ProcessId, Version } from "../names.ts";
import { desiredOf } from "../desired/resolve.ts";
import { servingUnit } from "../observed/observation.ts";
import type { EnvironmentSnapshot } from "../desired/snapshot.ts";
import { neededBy, servingThen } from "./beginning.ts";
import type { ImaginedWorld } from "./imagined-world.ts";
import { type PinChange, versionOf } from "./pin-changes.ts";

/** How it is once all that can happen has happened. */
export interface Aftermath {
  readonly world: ImaginedWorld;
  readonly to: EnvironmentSnapshot;
  /** Whose change was looked at. */
  readonly cast: ReadonlySet<ProcessId>;
}

/** The version that serves then; null: none. A process that was not looked at continues as it is pinned. */
export function versionAfter({ world, to, cast }: Aftermath, process: ProcessId): Version | null {
  if (cast.has(process)) return servingUnit(world.route(process))?.version ?? null;
  const pinned = to.pins.get(process);
  return pinned?.kind === "runnable" ? pinned.summary.version : null;
}

/** Reasons by process, of changes that did not begin. */
export function reasonsOf(left: readonly PinChange[], aftermath: Aftermath): ReadonlyMap<ProcessId, string> {
  const circles = whoIsInCircle(left);
  return new Map(left.map((change) => [change.process, circles.get(change.process) ?? whyHeld(change, aftermath)]));
}

/** The same gates as before, but for what each of them waits for: it will not come any more. */
function whyHeld({ process, to: pinned }: PinChange, aftermath: Aftermath): string {
  const { world } = aftermath;
  const observation = world.observation();
  const row = world.row(process);
  const pass = { state: world.state, observation, freeze: world.state.freeze, places: placesHeld(world.state, null), handovers: null };
  const desired = desiredOf(process, observation.desired, row);
  const change = proposedChange({ before: row ?? nothingKnown(process), desired, pass }, world.route(process));
  const blocked = firstBlocked({ ...change, dependencies: servingThen((other) => versionAfter(aftermath, other)) });
  const text = blocked?.text ?? row?.status?.reason.text ?? "the reason is not known";
  return pinned ? text : `no longer pinned, but ${text}`;
}

/** A process in a circle of these changes waits for itself. */
function whoIsInCircle(left: readonly PinChange[]): ReadonlyMap<ProcessId, string> {
  const needs = new Map(left.map(({ process, to }) => [process, neededBy(to)]));
  const circles = findCircles(needs.keys(), (process) => (needs.get(process) ?? []).filter((needed) => needs.has(needed)));
  const why = (circle: ReadonlySet<ProcessId>): string => `waits for itself in a circle of dependencies: ${[...circle].sort().join(", ")}`;
  return new Map(circles.flatMap((circle) => [...circle].map((process) => [process, why(circle)] as const)));
}

/** Processes that stay as they are and will miss something that they need. */
export function leftLacking(
  changes: readonly PinChange[],
  to: EnvironmentSnapshot,
  serving: (process: ProcessId) => Version | null,
): readonly { process: ProcessId; reason: string }[] {
  const changed = new Set(changes.map(({ process }) => process));
  return [...to.pins].flatMap(([process, pinned]) => {
    if (pinned.kind !== "runnable" || changed.has(process)) return [];
    const lacking = lackingOf(pinned.summary.dependencies, servingThen(serving));
    return lacking ? [{ process, reason: `${versionOf(pinned)}, which stays as it is, ${lacking.text}` }] : [];
  });
}
