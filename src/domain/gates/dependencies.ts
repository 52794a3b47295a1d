/** A process that is called is deployed before its caller: the caller waits until what it needs is there and serves. */

import { isInRange, requiredProcesses } from "../desired/dependency-graph.ts";
import type { DesiredState } from "../desired/resolve.ts";
import type { ProcessId, UnitRef, Version } from "../names.ts";
import type { Dependency } from "../desired/version.ts";
import { blocked, type Blocked, type DependencyView, type GateAnswer, open, type ProposedChange } from "./gate.ts";

interface Serving {
  readonly desired: DesiredState;
  serving(process: ProcessId): UnitRef | null;
  /** Whether what is pinned there is waited for; not where that would be for ever. */
  isAwaited(process: ProcessId): boolean;
}

/** As it is now. */
export function servingNow({ desired, serving, isAwaited }: Serving): DependencyView {
  return {
    isForecast: false,
    serving: (process) => serving(process)?.version ?? null,
    coming: (process) => {
      const pinned = desired.processes.get(process);
      if (pinned?.kind !== "run" || serving(process)?.digest === pinned.unit.digest || !isAwaited(process)) return null;
      return pinned.unit.version;
    },
  };
}

/** What goes back to a version that was good here does not ask. */
export function dependencies(change: Pick<ProposedChange, "pinned" | "record" | "dependencies">): GateAnswer {
  const { pinned, record } = change;
  if (pinned?.kind !== "runnable") return open(pinned ? "it is checked when the pin can run" : "nothing is pinned");
  if (record === "way-back") return open("a rollback does not wait for its dependencies");
  const needed = requiredProcesses(pinned.summary.dependencies);
  return lackingOf(needed, change.dependencies) ?? open(describeNeeded(needed));
}

function describeNeeded(needed: readonly Dependency[]): string {
  return needed.length === 0 ? "it needs no other process" : `${needed.map(({ name }) => name).join(", ")} as required`;
}

/** The first of the dependencies that is not there as needed; null: all are. */
export function lackingOf(needs: readonly Dependency[], view: DependencyView): Blocked | null {
  for (const dependency of requiredProcesses(needs)) {
    const lacking = whyNotThere(dependency, view);
    if (lacking) return lacking;
  }
  return null;
}

function whyNotThere({ name, version: range }: Dependency, view: DependencyView): Blocked | null {
  const coming = view.coming(name);
  if (coming !== null) {
    const text = `waits for ${name} ${coming}, which it calls`;
    return blocked({ code: "WaitsForDependency", text, about: name }, `It opens when ${name} ${coming} serves.`);
  }
  const serving = view.serving(name);
  if (serving !== null && isInRange(serving, range)) return null;
  const text = `needs ${name} ${range}, ${describeLack(serving, view)}`;
  return blocked({ code: "DependencyMissing", text, about: name }, `Pin a version of ${name} in the range ${range}.`);
}

function describeLack(serving: Version | null, { isForecast }: DependencyView): string {
  if (serving === null) return isForecast ? "which will not run here" : "which is not serving here";
  return isForecast ? `but ${serving} will serve` : `but ${serving} is serving`;
}
