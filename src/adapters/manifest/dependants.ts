/** Who needs whom among resolved pins, kept by name, so that nobody walks all pins to find those that a change concerns. */

import type { PinnedVersion } from "../../domain/desired/snapshot.ts";
import type { ProcessId } from "../../domain/names.ts";
import { withChanges } from "../../domain/sharded-map.ts";

/** Runnable pins by the names of their dependencies. */
export type Dependants = ReadonlyMap<string, ReadonlySet<ProcessId>>;

interface Resolved {
  readonly dependants: Dependants;
  readonly snapshot: { readonly pins: ReadonlyMap<ProcessId, PinnedVersion> };
}

/** The same once these pins are others; undefined: a pin is gone. */
export function dependantsWith({ dependants, snapshot }: Resolved, news: ReadonlyMap<ProcessId, PinnedVersion | undefined>): Dependants {
  const changed = new Map<string, Set<ProcessId>>();
  const of = (name: string): Set<ProcessId> => {
    const known = changed.get(name) ?? new Set(dependants.get(name));
    changed.set(name, known);
    return known;
  };
  for (const [process, pinned] of news) {
    const before = snapshot.pins.get(process);
    if (before === pinned) continue;
    for (const name of namesIn(before)) of(name).delete(process);
    for (const name of namesIn(pinned)) of(name).add(process);
  }
  return withChanges(
    dependants,
    Array.from(changed, ([name, processes]) => [name, processes.size === 0 ? undefined : processes] as const),
  );
}

function namesIn(pinned: PinnedVersion | undefined): readonly string[] {
  return pinned?.kind === "runnable" ? pinned.summary.dependencies.map(({ name }) => name) : [];
}
