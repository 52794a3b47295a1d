/** Small works on a process that is as it should be: routes to where it really is, triggers armed once, leftovers removed. */

import type { Action } from "../journal/actions.ts";
import type { Case, ProcessDecision } from "../journal/case.ts";
import type { Desired } from "../desired/resolve.ts";
import { whyUnusable } from "../desired/removal.ts";
import { deathsCountMs, whyKiller } from "../observed/engine-deaths.ts";
import { earlier } from "../strategies/deadline.ts";
import { describeSteady, type Outlook, withStatus } from "../status/describe-status.ts";
import { strategyFor, type WarmLimit } from "../desired/environment.ts";
import { isRoutedRight, isSharedOn, isTreatedRight, routing } from "./preserve.ts";
import type { Instant, UnitRef } from "../names.ts";
import {
  findInstalled,
  inFlightOn,
  isArmedAlone,
  isReady,
  type ProcessObservation,
  type Observation,
  type Seen,
  viewProcess,
  weightOf,
} from "../observed/observation.ts";
import type { Reason } from "../journal/reason.ts";
import type { KnownGood, ProcessState } from "../journal/state.ts";
import type { ProcessStatus } from "../journal/status.ts";
import type { Installed } from "../desired/unit.ts";
import { giveTraffic } from "../strategies/steps.ts";
import { together } from "../strategies/handing-over.ts";
import { traitsOf } from "../strategies/traits.ts";

const givenUpLater = "keeps a path until the process that is pinned to serve it is ready";

/** How soon leftovers are looked at again while something is in flight on them, in milliseconds. */
const leftoverPollMs = 1_000;

export function maintain(one: Case, view: ProcessObservation, unit: UnitRef): ProcessDecision {
  const { before, pass } = one;
  const handover = pass.handovers?.get(view.process);
  const leftovers = leftoversOf(before, pass.observation, view, unit);
  const idle = leftovers.filter((left) => isIdle(pass.observation, left));
  const actions: Action[] = [
    ...(handover?.kind === "goes" ? together(giveTraffic(view.process, unit), handover.with) : routing(one, view, unit)),
    ...idle.map((left): Action => ({ kind: "ensure-removed", unit: refOf(view.process, left) })),
  ];
  const outlook = outlookOf(one, view, unit);
  const status = describeSteady({ ...before, status: steadyPhase(before) }, pass.observation, view, outlook);
  const after = withStatus(before.refused === null ? before : { ...before, refused: null }, status);
  return {
    after,
    actions,
    replacesOwed: false,
    deployments: [],
    wakeAt:
      idle.length < leftovers.length
        ? pass.observation.now + leftoverPollMs
        : earlier(nextExpiry(before, pass.observation, view), outlook.until),
  };
}

/** How it is: well, unless it is what ends its engine. */
function outlookOf(one: Case, view: ProcessObservation, unit: UnitRef): Outlook {
  const { before, pass } = one;
  const { observation } = pass;
  const killing = whyKiller(unit, observation);
  if (killing !== null) {
    const reason: Reason = { code: "KillsEngine", text: killing, about: unit.version };
    return { health: "Degraded", reason, until: observation.now + (deathsCountMs(observation) ?? 0) };
  }
  const why = pass.handovers?.get(view.process)?.why ?? givenUpLater;
  if (observation.settingsOf !== undefined)
    return { health: null, reason: { code: "EnvironmentUnusable", text: whyUnusable(observation) }, until: null };
  return {
    health: "Healthy",
    reason: isSharedOn(one, view, unit) ? { code: "HandingOver", text: why } : reasonOf(before, unit),
    until: null,
  };
}

/** At rest until something of it changes. */
export const untilChanged = Infinity;

/**
 * Until when all is as pinned, in place, and shown so already: nearly every process in nearly every pass. Whatever else could be decided
 * about such a process would change nothing, so this is asked first, and builds nothing. Null: it is not at rest. What is asked here is
 * what `touchedSince` compares.
 */
export function restsUntil(before: ProcessState, desired: Desired | null, observation: Seen): Instant | null {
  if (isOwedMore(before) || desired?.kind !== "run" || !areSettingsOfNow(observation)) return null;
  const view = viewProcess(before.process, observation, desired);
  return view !== null && isKeptUp(before, view, desired.unit, observation) ? restOfWarm(before, view, desired.unit, observation) : null;
}

/** Until the first of the versions that are kept warm has been kept for long enough. */
function restOfWarm(before: ProcessState, view: ProcessObservation, unit: UnitRef, observation: Seen): Instant | null {
  if (view.installed.length === 1) return untilChanged;
  if (leftoversOf(before, observation, view, unit).length > 0) return null;
  return nextExpiry(before, observation, view) ?? untilChanged;
}

/** Something is under way, or was left behind by what went wrong. */
function isOwedMore({ rollout, revert, refused, takenOutAt, quarantined }: ProcessState): boolean {
  return rollout !== null || revert !== null || refused !== null || takenOutAt !== null || quarantined.length > 0;
}

function areSettingsOfNow({ spec, settingsOf }: Seen): boolean {
  return spec !== null && settingsOf === undefined;
}

function isKeptUp(before: ProcessState, view: ProcessObservation, unit: UnitRef, observation: Seen): boolean {
  if (whyKiller(unit, observation) !== null) return false;
  const { installed, instances, route } = view;
  if (!isShownAtRest(before.status, installed, unit) || !isReady(findInstalled(installed, unit.digest), instances)) return false;
  return isRoutedRight(view, unit.digest) && isTreatedRight(route, observation.spec) && isArmedAlone(installed, unit.digest);
}

/** Of one version that serves, and those that are kept warm. */
function isShownAtRest(status: ProcessState["status"], installed: readonly Installed[], unit: UnitRef): boolean {
  if (status?.sync !== "Synced" || status.health !== "Healthy" || status.desired !== unit.version || !isOver(status)) return false;
  if (status.actual.length !== installed.length || !isShownServing(status, unit)) return false;
  return installed.length === 1 || installed.every((each) => each.digest === unit.digest || isShownWarm(status, each));
}

function isShownServing({ actual }: ProcessStatus, { version }: UnitRef): boolean {
  return actual[0]?.version === version && actual[0].weight === 100;
}

function isShownWarm({ actual }: ProcessStatus, { version }: Installed): boolean {
  return actual.some((share) => share.version === version && share.weight === 0);
}

/** The reason of the deployment that brought it here stays; a hold that is over does not. */
function reasonOf({ status }: ProcessState, unit: UnitRef): Reason {
  return status?.sync === "Synced" && status.health === "Healthy" && status.desired === unit.version
    ? status.reason
    : { code: "AsPinned", text: "runs as pinned in git" };
}

function isOver({ phase }: ProcessStatus): boolean {
  return phase === null || phase === "Succeeded";
}

/** What serves as pinned has succeeded, whatever became of a version that was pinned in between. */
function steadyPhase({ status }: ProcessState): ProcessState["status"] {
  return status && status.phase !== null ? { ...status, phase: "Succeeded" } : status;
}

/** Whether there is something to remove as soon as nothing is in flight on it. */
export function hasLeftovers(before: ProcessState, observation: Seen): boolean {
  const desired = observation.desired?.processes.get(before.process);
  if (desired?.kind !== "run") return false;
  const view = viewProcess(before.process, observation, desired);
  if (view === null) return false;
  return leftoversOf(before, observation, view, desired.unit).length > 0;
}

/** Installed, but neither pinned nor kept warm to go back to, and without traffic. */
function leftoversOf(before: ProcessState, observation: Seen, view: ProcessObservation, unit: UnitRef): readonly Installed[] {
  const warm = new Set(warmOf(before, observation, view, unit).map((good) => good.digest));
  return view.installed.filter(({ digest }) => digest !== unit.digest && !warm.has(digest) && weightOf(view.route, digest) === 0);
}

/** Good versions that are kept installed without traffic: so many, the newest first, and none for longer than it may be. */
function warmOf(before: ProcessState, observation: Seen, view: ProcessObservation, unit: UnitRef): readonly KnownGood[] {
  const limit = warmLimit(observation, view.process);
  if (!limit) return [];
  const { maxAgeMs } = limit;
  return before.knownGood
    .filter((good) => good.digest !== unit.digest && findInstalled(view.installed, good.digest))
    .filter((good) => maxAgeMs === null || observation.now < replacedAt(before, good) + maxAgeMs)
    .slice(0, limit.count);
}

function warmLimit({ spec }: Seen, process: string): WarmLimit | null {
  const strategy = spec && strategyFor(spec, process);
  return strategy && traitsOf(strategy).warm(strategy);
}

/** When it lost the traffic: when the version after it was found good. */
function replacedAt({ knownGood }: ProcessState, good: KnownGood): Instant {
  return knownGood[knownGood.indexOf(good) - 1]?.at ?? good.at;
}

/** When the first of the warm versions has been kept for long enough; null: never. */
function nextExpiry(before: ProcessState, observation: Seen, view: ProcessObservation): Instant | null {
  const maxAgeMs = warmLimit(observation, view.process)?.maxAgeMs ?? null;
  if (maxAgeMs === null) return null;
  const ends = before.knownGood
    .filter((good) => findInstalled(view.installed, good.digest))
    .map((good) => replacedAt(before, good) + maxAgeMs)
    .filter((end) => end > observation.now);
  return ends.length === 0 ? null : Math.min(...ends);
}

function isIdle(observation: Observation, installed: Installed): boolean {
  const inFlight = inFlightOn(observation, installed, installed);
  return inFlight.kind === "known" && inFlight.value === 0;
}

function refOf(process: string, { version, digest }: Installed): UnitRef {
  return { process, version, digest };
}
