/** Whether another process has, or waits for, a path that a version would take or give up: then it changes nothing alone. */

import type { Pass } from "../journal/case.ts";
import type { ProcessState } from "../journal/state.ts";
import { isInRange, requiredProcesses } from "../desired/dependency-graph.ts";
import { desiredOf } from "../desired/resolve.ts";
import { goingOn } from "./policy.ts";
import { healthCheckOf } from "../validation/health.ts";
import type { ProcessId, UnitRef } from "../names.ts";
import { endpointsServed, requestsOf } from "../observed/requests.ts";
import { findInstalled, type ProcessObservation, type Observation } from "../observed/observation.ts";
import type { PublicEndpoint } from "../desired/unit.ts";

/** Another process serves what it would answer: the owner of a path keeps it. */
export function isRivalled(view: ProcessObservation, unit: UnitRef, pass: Pass): boolean {
  pass.owners ??= ownersOf(pass.observation);
  return requestsAt(view, unit, pass.observation).some((request) => (pass.owners?.get(request) ?? view.process) !== view.process);
}

/** With all the traffic it would give up what another process is pinned to answer, and does not answer yet. */
export function isAwaited(view: ProcessObservation, unit: UnitRef, pass: Pass): boolean {
  return takersOf(view, unit, pass).length > 0;
}

/** The same, and one of those that are pinned to answer it is on its way, or will be: its deployment has not failed for good, and what it calls is pinned. */
export function isAwaitedStill(view: ProcessObservation, unit: UnitRef, pass: Pass): boolean {
  return takersOf(view, unit, pass).some((taker) => {
    const known = pass.state.processes.get(taker.process);
    const isRefused = known?.refused?.unit.digest === taker.digest && known.refused.awaits === undefined;
    return !isRefused && !isLackingByPins(taker, known, pass);
  });
}

/** It has not begun, and calls what these pins never give it. What was good here before does not ask for that. */
function isLackingByPins({ process, digest }: UnitRef, known: ProcessState | undefined, { observation }: Pass): boolean {
  const pins = observation.desired?.processes;
  const pin = pins?.get(process);
  if (pin?.kind !== "run" || pin.unit.digest !== digest || known?.rollout || known?.knownGood.some((good) => good.digest === digest))
    return false;
  return requiredProcesses(pin.summary.dependencies).some(({ name, version: range }) => {
    const called = pins?.get(name);
    return called === undefined || (called.kind === "run" && !isInRange(called.unit.version, range));
  });
}

function takersOf(view: ProcessObservation, unit: UnitRef, pass: Pass): readonly UnitRef[] {
  const { observation } = pass;
  const later = new Set(requestsAt(view, unit, observation));
  const lost = new Set(asked(endpointsServed(view.route ?? undefined), view.process, observation).filter((request) => !later.has(request)));
  if (lost.size === 0) return [];
  return [...pinned(pass), ...underWay(pass)].flatMap(({ unit: taker, endpoints }) => {
    if (taker.process === view.process) return [];
    return endpoints.flatMap(requestsOf).some((request) => lost.has(request)) ? [taker] : [];
  });
}

/** What is to come, and where it will be called. */
interface Coming {
  readonly unit: UnitRef;
  readonly endpoints: readonly PublicEndpoint[];
}

function pinned({ observation: { desired } }: Pass): readonly Coming[] {
  const pins = [...(desired?.processes.values() ?? [])];
  return pins.flatMap((pin) => (pin.kind === "run" ? [{ unit: pin.unit, endpoints: pin.summary.endpoints }] : []));
}

/** A pin that cannot be used stops nothing, nor does one that is misspelt. */
function underWay({ state, observation }: Pass): readonly Coming[] {
  return [...state.processes.values()].flatMap((known) => {
    const coming = goingOn(known.rollout, desiredOf(known.process, observation.desired, known), observation);
    return coming ? [{ unit: coming, endpoints: coming.endpoints }] : [];
  });
}

function requestsAt({ process, installed }: ProcessObservation, { digest }: UnitRef, observation: Observation): readonly string[] {
  return asked(findInstalled(installed, digest)?.endpoints ?? [], process, observation);
}

/** The path of the health check is asked in private: all may have it. */
function asked(endpoints: readonly PublicEndpoint[], process: ProcessId, { spec }: Observation): readonly string[] {
  const health = spec === null ? undefined : healthCheckOf(spec, process)?.path;
  return endpoints.filter(({ path }) => path !== health).flatMap(requestsOf);
}

/** Who serves which requests. */
function ownersOf({ routes }: Observation): ReadonlyMap<string, ProcessId> {
  const all = routes.kind === "known" ? [...routes.value.values()] : [];
  return new Map(
    all.flatMap((route) =>
      endpointsServed(route)
        .flatMap(requestsOf)
        .map((request) => [request, route.process] as const),
    ),
  );
}
