/**
 * Rolling back: whether Pinion may take a version back by itself, and what follows once it did: the pin is to be put back by a
 * commit, and the version goes into quarantine.
 */

import { type Desired, pinnedVersion } from "../desired/resolve.ts";
import { isUnrecordable } from "../strategies/deadline.ts";
import { personMustDecide } from "../strategies/inconclusive.ts";
import type { Digest, Instant, UnitRef, Version } from "../names.ts";
import { definitionOf, findQuarantined, isInQuarantine, pinnedDefinition, quarantine } from "./quarantine.ts";
import { engineDeath } from "../observed/engine-deaths.ts";
import { describeDuration } from "../analysis/figures.ts";
import type { Doubt, RevertRequest } from "../journal/revert.ts";
import type { Rollout, StrategyStep } from "../journal/rollout.ts";
import type { Person } from "../journal/people.ts";
import { findInstalled, installedIn, type Observation } from "../observed/observation.ts";
import type { Installed } from "../desired/unit.ts";
import type { KnownGood, ProcessState } from "../journal/state.ts";
import { type Judged, judgeRollout } from "../strategies/rollout-view.ts";
import { hasPredecessor } from "./ways-back.ts";
import { type RejectionReason, isOnItsWay, mayHaveTraffic, reject } from "../strategies/steps.ts";

/** What rejects a candidate that has traffic, by its metrics or the ends of its engine; null: nothing does. */
export function failedAnalysis(rollout: Rollout, { triggers, analysis, killing, takenBack }: Judged): RejectionReason | null {
  if (!mayBeRejected(rollout)) return null;
  if (takenBack) return { trigger: takenBack.trigger, why: takenBack.why };
  if (killing !== undefined) return { trigger: engineDeath, why: killing };
  if (triggers.kind === "unhealthy") return { trigger: triggers.trigger, why: triggers.why };
  if (analysis.kind === "unhealthy") return { trigger: analysis.trigger, why: analysis.why };
  return null;
}

/** The same by what has been measured until now. */
export function rejectionNow(rollout: Rollout, observation: Observation): RejectionReason | null {
  return mayBeRejected(rollout) ? failedAnalysis(rollout, judgeRollout(rollout, observation)) : null;
}

function mayBeRejected(rollout: Rollout): boolean {
  return rollout.kind === "deploy" && rollout.state.kind !== "rejected" && mayHaveTraffic(rollout);
}

/** A person has put what is under way into quarantine.yaml, and left the pin; null: no person has. */
export function quarantinedByHand({ kind, candidate, state }: Rollout, desired: Desired | null): RejectionReason | null {
  if (kind !== "deploy" || state.kind === "rejected" || desired?.kind !== "broken" || desired.version !== candidate?.version) return null;
  const isQuarantined = desired.pinned.kind === "broken" && desired.pinned.findings.some(({ code }) => code === "pin/quarantined");
  return isQuarantined ? { trigger: "quarantine", why: desired.why } : null;
}

/** What goes on to come under a pin that cannot be used, or is gone beside an error, and where it will be called; null: nothing. */
export function goingOn(rollout: Rollout | null, desired: Desired | null, observation: Observation): Installed | null {
  if (!desired || desired.kind === "run" || !rollout?.candidate) return null;
  if (rollout.state.kind === "rejected" || quarantinedByHand(rollout, desired)) return null;
  return findInstalled(installedIn(rollout.process, observation), rollout.candidate.digest);
}

/** Why Pinion must not roll back by itself. */
export interface Rail {
  readonly rail: "off" | "rollback" | "no-way-back" | "never-good" | "quarantined" | "cool-down";
  readonly text: string;
}

/** Null: it may roll back by itself now. */
export function whyNotAutomatic(rollout: Rollout, before: ProcessState, observation: Observation): Rail | null {
  const { spec, now } = observation;
  const automatic = spec?.rollback.automatic;
  if (!automatic?.enabled) return { rail: "off", text: "automatic rollback is off here" };
  if (rollout.kind !== "deploy") return { rail: "rollback", text: "there is no rollback of a rollback" };
  const { stable } = rollout;
  const held = stable ? whyNotBackTo(stable, before, observation) : whyNobodyBack(rollout, observation);
  return held ?? whyTooSoon(before, automatic.coolDownMs, now);
}

/** The process that gave it its paths can serve them again. */
function whyNobodyBack(rollout: Rollout, observation: Observation): Rail | null {
  return hasPredecessor(rollout, observation) ? null : { rail: "no-way-back", text: "there is no version to go back to" };
}

function whyNotBackTo(stable: UnitRef, before: ProcessState, observation: Observation): Rail | null {
  if (!before.knownGood.some((good) => good.version === stable.version))
    return { rail: "never-good", text: `${stable.version} was never found good here` };
  return isInQuarantine(before, stable, observation) ? { rail: "quarantined", text: `${stable.version} is in quarantine here` } : null;
}

function whyTooSoon({ rolledBackAt: last }: ProcessState, coolDownMs: number, now: Instant): Rail | null {
  if (last === null || now >= last + coolDownMs) return null;
  return { rail: "cool-down", text: `the last rollback was less than ${describeDuration(coolDownMs)} ago (coolDown)` };
}

/** Whether its metrics reject a candidate and nothing keeps it: the next decision about it takes it back. */
export function isTakenBackNow(rollout: Rollout, before: ProcessState, observation: Observation): boolean {
  const isBad = rejectionNow(rollout, observation) !== null;
  return isBad && (isOnItsWay(rollout) || whyNotAutomatic(rollout, before, observation) === null);
}

/** While nothing can be recorded nothing new begins: what its metrics reject loses its traffic before the next commit has its turn. */
export function isTakenBackFirst(rollout: Rollout, before: ProcessState, observation: Observation): boolean {
  return isUnrecordable(observation) && isTakenBackNow(rollout, before, observation);
}

/** Whether it would be taken back if its metrics rejected it, now or once its cool-down is over. */
export function mayBeTakenBack(rollout: Rollout, before: ProcessState, observation: Observation): boolean {
  const held = whyNotAutomatic(rollout, before, observation);
  return isOnItsWay(rollout) || held === null || held.rail === "cool-down";
}

/** Takes the candidate back, or says why it stays. */
export function rejectUnlessHeld(rollout: Rollout, reason: RejectionReason, held: Rail | null, now: Instant): StrategyStep {
  if (held === null || isOnItsWay(rollout)) return reject(rollout, reason, now);
  const why = `${reason.why}; not rolled back: ${held.text}. ${personMustDecide}`;
  const about = `${reason.trigger} ${held.rail}`;
  return { state: rollout.state, actions: [], why, code: "PersonMustDecide", about, outcome: null, wakeAt: null };
}

interface Rejection {
  readonly rollout: Rollout;
  readonly reason: RejectionReason;
  readonly desired: Desired | null;
  readonly observation: Observation;
  /** Null: Pinion itself. */
  readonly by: Person | null;
}

/**
 * What is remembered once a candidate that had traffic is rejected: the revert that is owed, and the quarantine. Within the
 * cool-down, and where automatic rollback is off, only the traffic goes back: then `main` is a person's business.
 */
export function afterRejection(before: ProcessState, { rollout, reason, desired, observation, by }: Rejection): ProcessState {
  const { candidate, stable } = rollout;
  const found = foundBad(before, rollout);
  const definition = pinnedDefinition(desired);
  const isStillPinned = candidate !== null && pinnedVersion(desired) === candidate.version;
  if (!candidate || !stable || !isStillPinned || definition === null || stable.version === candidate.version) return found;
  if (by === null && whyNotAutomatic(rollout, before, observation) !== null) return found;
  const request: RevertRequest = {
    id: `rollback.${rollout.deployment}`,
    environment: observation.environment,
    process: rollout.process,
    from: candidate.version,
    to: stable.version,
    quarantine: toQuarantine(before, definition, stable.version),
    ...reason,
    at: observation.now,
    commit: observation.commit,
    deployment: rollout.deployment,
    by,
    mode: "push",
  };
  return { ...withRevertOwed(found, request), rolledBackAt: by === null ? observation.now : before.rolledBackAt };
}

/** A version that failed with traffic is no longer known as good, also if another process was at fault. */
export function foundBad(before: ProcessState, { kind, candidate }: Rollout): ProcessState {
  return kind === "deploy" ? notGood(before, (good) => good.digest === candidate?.digest) : before;
}

/** A version that was found bad is no longer known as good: it is no version to go back to, and it is checked when it comes again. */
function notGood(before: ProcessState, isBad: (good: KnownGood) => boolean): ProcessState {
  return before.knownGood.some(isBad) ? { ...before, knownGood: before.knownGood.filter((good) => !isBad(good)) } : before;
}

/** What goes back to another number of the very same definition puts nothing into quarantine: it would be held there itself. */
export function toQuarantine(before: ProcessState, definition: Digest, to: Version): Digest | null {
  return definitionOf(before, { version: to }) === definition ? null : definition;
}

/** With the revert owed and, if the request says so, its version in quarantine at once. */
export function withRevertOwed(before: ProcessState, request: RevertRequest): ProcessState {
  const revert = { request, outcome: null };
  if (request.quarantine === null) return { ...before, revert };
  const isInGit = findQuarantined(before, request.quarantine)?.isInGit ?? false;
  const entry = { version: request.from, digest: request.quarantine, why: request.why, at: request.at, rollbackId: request.id, isInGit };
  return { ...notGood(before, (good) => good.version === request.from), revert, quarantined: quarantine(before, entry) };
}

/** A revert is over once the pin names another version, or it need not be written any more. */
export function followRevert(before: ProcessState, desired: Desired | null, observation: Observation): ProcessState {
  const { revert } = before;
  if (!revert || !observation.desired) return before;
  const isFetched = revert.outcome?.kind === "committed" && observation.commit !== revert.request.commit;
  const isOver = hasMovedFrom(revert.request.from, desired) || isFetched || revert.outcome?.kind === "superseded";
  return isOver ? { ...before, revert: null } : before;
}

function hasMovedFrom(version: Version, desired: Desired | null): boolean {
  return desired?.kind !== "unclear" && pinnedVersion(desired) !== version;
}

/** "git lags runtime", with what is done about it. */
export function describeLag({ revert }: ProcessState): string | null {
  if (!revert) return null;
  const { request, outcome, doubt } = revert;
  if (outcome?.kind === "proposed")
    return request.mode === "propose"
      ? `the revert to ${request.to} is proposed on branch ${outcome.branch}`
      : `git lags runtime: the revert to ${request.to} waits on branch ${outcome.branch}: ${outcome.why}`;
  if (outcome?.kind === "committed")
    return `git lags runtime: the revert to ${request.to} is pushed (${outcome.commit.slice(0, 7)}) and will be fetched`;
  if (doubt)
    return `git lags runtime: the revert to ${request.to} waits for up to ${describeDuration(doubt.until - request.at)}: ${describeDoubt(doubt)}`;
  return `git lags runtime: the revert to ${request.to} is owed`;
}

function describeDoubt({ about }: Doubt): string {
  return `${about.join(", ")}, which it calls, ${about.length === 1 ? "is" : "are"} being judged too; if the fault is there, this version is tried again`;
}
