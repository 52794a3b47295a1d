/** What versions need of each other, once the world is at rest. */

import semver from "semver";
import type { Desired, DesiredState } from "../../src/domain/desired/resolve.ts";
import type { ProcessId } from "../../src/domain/names.ts";
import type { Route } from "../../src/domain/observed/route.ts";
import { servingUnit } from "../../src/domain/observed/observation.ts";
import type { EnvironmentState, ProcessState } from "../../src/domain/journal/state.ts";
import type { SimWorld } from "./sim-world.ts";

interface AtRest {
  readonly desired: DesiredState | null;
  readonly routes: readonly Route[];
}

/** What it needs and does not serve, or not yet as pinned, since that waits itself; null: nothing. */
export function lacking({ catalogue }: SimWorld, caller: ProcessId, { desired: all, routes }: AtRest): string | null {
  const desired = all?.processes.get(caller);
  if (desired?.kind !== "run") return null;
  const { process, version } = desired.unit;
  const needs = catalogue.known(process, version)?.dependencies ?? [];
  const lacks = needs.find(({ name, version: range }) => {
    const serving = servingUnit(routes.find((route) => route.process === name) ?? null);
    const pinned = all?.processes.get(name);
    const isOnItsWay = pinned?.kind === "run" && pinned.unit.digest !== serving?.digest;
    return serving === null || isOnItsWay || !semver.satisfies(serving.version, range);
  });
  return lacks?.name ?? null;
}

/** Whoever failed while somebody that it calls was taken back is tried again, once that is as pinned. */
export function judgeByCatch({ trace }: SimWorld, { processes }: EnvironmentState, desired: Desired | null): void {
  if (desired?.kind !== "run") return;
  const known = processes.get(desired.unit.process);
  if (!known?.refused || isLacking(known)) return;
  const { unit, awaits, why } = known.refused;
  const isCalled = unit.digest === desired.unit.digest && isCalm(processes.get(awaits ?? ""));
  trace.expect(!isCalled, "what failed with its neighbour is tried again", `${unit.process}: ${why}`);
}

/** Its turn has come, and what went back is too old for it. */
function isLacking({ status }: ProcessState): boolean {
  return status?.reason.code === "DependencyMissing";
}

function isCalm(process: ProcessState | undefined): boolean {
  if (!process || process.rollout || process.revert) return false;
  return process.status?.sync === "Synced" && process.status.health === "Healthy";
}
