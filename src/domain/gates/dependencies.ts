/** A process that is called is deployed before its caller: the caller waits until what it needs is there and serves. */

import semver from "semver";
import type { DesiredState } from "../desired/resolve.ts";
import type { ProcessId, UnitRef } from "../names.ts";
import type { Dependency } from "../desired/version.ts";
import type { Reason } from "../journal/reason.ts";
import type { Held } from "./gate.ts";

/** What the gate asks about other processes of the same environment. */
export interface DependencyView {
  readonly desired: DesiredState;
  serving(process: ProcessId): UnitRef | null;
  /** Whether its deployment failed here, so that waiting for it would be for ever. */
  isRefused(process: ProcessId): boolean;
}

export function holdForDependencies(dependencies: readonly Dependency[], view: DependencyView): Held | null {
  for (const dependency of dependencies) {
    const reason = dependency.type === "workflow" && dependency.required ? whyNotThere(dependency, view) : null;
    if (reason) return { reason, until: null };
  }
  return null;
}

function whyNotThere({ name, version }: Dependency, view: DependencyView): Reason | null {
  const serving = view.serving(name);
  const desired = view.desired.processes.get(name);
  const satisfied = serving !== null && semver.satisfies(serving.version, version, { includePrerelease: true });
  const isOnItsWay = desired?.kind === "run" && serving?.digest !== desired.unit.digest && !view.isRefused(name);
  if (isOnItsWay) return { code: "WaitsForDependency", text: `waits for ${name} ${desired.unit.version}, which it calls`, about: name };
  if (satisfied) return null;
  const lacking = serving ? `but ${serving.version} is serving` : "which is not serving here";
  return { code: "DependencyMissing", text: `needs ${name} ${version}, ${lacking}`, about: name };
}
