/** What the gates are asked about a process in this pass. */

import semver from "semver";
import type { Case, Pass } from "../journal/case.ts";
import { isInRange, requiredProcesses } from "../desired/dependency-graph.ts";
import { deadlockToldOf } from "./deadlocked.ts";
import { servingNow } from "../gates/dependencies.ts";
import { isHandingOver } from "../strategies/rollout-states.ts";
import type { Desired } from "../desired/resolve.ts";
import type { Dependency } from "../desired/version.ts";
import { findQuarantined, pinnedDefinition } from "../rollback/quarantine.ts";
import type { DependencyView, ProposedChange, RefusedBefore } from "../gates/gate.ts";
import { isHealthyAgain } from "../rollback/by-catch.ts";
import type { ProcessState } from "../journal/state.ts";
import type { Route } from "../observed/route.ts";
import { kindRunning, servingUnit } from "../observed/observation.ts";
import type { ProcessId, UnitRef } from "../names.ts";

type About = Pick<Case, "before" | "desired" | "pass">;

/** That what is pinned gets the traffic. */
export function proposedChange(one: About, route: Route | null): ProposedChange {
  const { before, desired, pass } = one;
  const definition = pinnedDefinition(desired);
  return {
    ...proposedRemoval(before.process, pass),
    pinned: desired && "pinned" in desired ? desired.pinned : null,
    record: desired?.kind === "run" ? recordOf(one, route, desired.unit) : "new",
    quarantined: definition === null ? null : findQuarantined(before, definition),
    refused: refusedBefore(one),
    dependencies: dependenciesNow(one),
    running: pass.places.size,
  };
}

const noDependencies: DependencyView = { isForecast: false, serving: () => null, coming: () => null };

/** That what is no longer pinned is taken out. */
export function proposedRemoval(process: ProcessId, { observation, freeze }: Pick<Pass, "observation" | "freeze">): ProposedChange {
  const { now, environment, spec, settingsOf, findings, desired } = observation;
  return {
    environment,
    process,
    now,
    pinned: null,
    runsIn: kindRunning(process, observation),
    spec,
    ...(settingsOf !== undefined && { settingsOf }),
    findings,
    record: "new",
    quarantined: null,
    refused: null,
    freeze,
    dependencies: noDependencies,
    running: 0,
    whyKept: desired?.unpinned?.why ?? null,
  };
}

/** A version that was good here may be pinned again forwards too: that is no way back, and it is watched like any other. */
export function recordOf({ before }: Pick<Case, "before">, route: Route | null, unit: UnitRef): ProposedChange["record"] {
  if (!before.knownGood.some((good) => good.digest === unit.digest)) return "new";
  const serving = servingUnit(route);
  return serving === null || !semver.gt(unit.version, serving.version) ? "way-back" : "known-good";
}

function refusedBefore({ before: { refused }, desired, pass }: About): RefusedBefore | null {
  if (desired?.kind !== "run" || refused?.unit.digest !== desired.unit.digest) return null;
  return { refusal: refused, isRetryDue: refused.awaits !== undefined && isHealthyAgain(refused.awaits, pass) };
}

function dependenciesNow(one: About): DependencyView {
  const { observation, state } = one.pass;
  const desired = observation.desired;
  if (!desired) return noDependencies;
  return servingNow({
    desired,
    serving: (process) => servingIn(observation, process),
    isAwaited: (process) => {
      const [known, pinned] = [state.processes.get(process), desired.processes.get(process)];
      return !isRefused(known, pinned) && !isWaitingFor(one, pinned) && !isDeadlockedWithout(one, known);
    },
  });
}

function servingIn({ routes }: Pass["observation"], process: ProcessId): UnitRef | null {
  return servingUnit((routes.kind === "known" && routes.value.get(process)) || null);
}

/** It waits for this very process to hand paths over, and fits before and after: they would wait for each other for ever. */
function isWaitingFor({ before, desired: caller, pass }: About, called: Desired | undefined): boolean {
  if (called?.kind !== "run" || caller?.kind !== "run") return false;
  return isHandingOverTo(before.process, called.unit, pass) && isFitting(called.unit, caller.summary.dependencies, pass);
}

/** It waits for others and they for it: what is no part of that does not wait with them. */
function isDeadlockedWithout({ before, pass }: About, called: ProcessState | undefined): boolean {
  const circle = deadlockToldOf(called, pass.observation.desired);
  return circle !== null && !circle.has(before.process);
}

function isHandingOverTo(other: ProcessId, { process, digest }: UnitRef, { state, handovers }: Pass): boolean {
  const rollout = state.processes.get(process)?.rollout;
  const isReady = rollout?.candidate?.digest === digest && isHandingOver(rollout.state);
  return isReady && (handovers?.get(process)?.with.includes(other) ?? false);
}

/** What serves now as well as this unit. */
function isFitting({ process, version }: UnitRef, needs: readonly Dependency[], { observation }: Pass): boolean {
  const serving = servingIn(observation, process);
  const ranges = requiredProcesses(needs).flatMap((need) => (need.name === process ? [need.version] : []));
  return serving !== null && ranges.every((range) => isInRange(version, range) && isInRange(serving.version, range));
}

function isRefused(state: ProcessState | undefined, desired: Desired | undefined): boolean {
  return desired?.kind === "run" && state?.refused?.unit.digest === desired.unit.digest;
}
