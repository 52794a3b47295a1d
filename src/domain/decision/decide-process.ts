/** The policy for one process, guards in order of urgency: finish what is under way, else begin what is due, else say why not. */

import semver from "semver";
import type { Action } from "../journal/actions.ts";
import type { Case, ProcessDecision } from "../journal/case.ts";
import { rejectedPhase } from "./deployment-reason.ts";
import { knownGoodAfter } from "./known-good.ts";
import { advance, isAllButOver, open } from "./lifecycle.ts";
import { type Desired, pinnedVersion, whatIsPinned } from "../desired/resolve.ts";
import { awaitingDoubt, resolveDoubt } from "../rollback/doubt.ts";
import { selfHealPauseMs } from "../gates/refused-before.ts";
import { firstBlocked } from "../gates/gates.ts";
import { reasonOf } from "../gates/gate.ts";
import { hold, observeOnly } from "./hold.ts";
import { whyNotServed } from "./preserve.ts";
import { maintain } from "./maintain.ts";
import { proposedChange, proposedRemoval, recordOf } from "./proposed-change.ts";
import { signature } from "../journal/commands.ts";
import { findQuarantined, followGit, heldInQuarantine, isInQuarantine, pinnedDefinition } from "../rollback/quarantine.ts";
import type { Reason } from "../journal/reason.ts";
import { whyUnusable } from "../desired/removal.ts";
import { rejectionNow, followRevert, isTakenBackFirst } from "../rollback/policy.ts";
import type { UnitRef } from "../names.ts";
import { describeStay, keepWarm, pinnedAgain, whyTakenOut } from "./taken-out.ts";
import type { Rollout } from "../journal/rollout.ts";
import {
  engineFor,
  findInstalled,
  installedIn,
  isReady,
  type ProcessObservation,
  type Observation,
  servingUnit,
  viewProcess,
  weightOf,
} from "../observed/observation.ts";
import type { DeploymentUpdate, ProcessState } from "../journal/state.ts";
import type { DeploymentPhase } from "../journal/status.ts";
import { whyUnknown } from "../status/describe-status.ts";

export function decideProcess(one: Case): ProcessDecision {
  const { observation } = one.pass;
  const before = resolveDoubt(followRevert(followGit(pinnedAgain(one), observation), one.desired, observation), one.pass);
  const reverted = before.revert === null && !one.before.revert?.doubt ? (one.before.revert?.request ?? null) : null;
  const decision = decideNow({ ...one, before, reverted, desired: heldInQuarantine(one.desired, before) });
  return awaitingDoubt(owingRevert(one, withoutOver(one, decision)));
}

/** A revert that is over is not written if a person pins the bad version again; while the pin names another version, nothing is written anyway. */
function withoutOver({ owed, desired }: Case, decision: ProcessDecision): ProcessDecision {
  const { after, actions, replacesOwed } = decision;
  const isOver = ({ action }: Case["owed"][number]): boolean =>
    action.kind === "ensure-reverted" && action.request.id !== after?.revert?.request.id && action.request.from === pinnedVersion(desired);
  if (replacesOwed || !owed.some(isOver)) return decision;
  const kept = owed.filter((entry) => !isOver(entry)).map(({ action }) => action);
  return { ...decision, actions: [...kept, ...actions], replacesOwed: true };
}

function decideNow(one: Case): ProcessDecision {
  const { before, desired, pass } = one;
  const { observation } = pass;
  if (!observation.spec || !observation.desired) return observeOnly(one, { code: "EnvironmentUnusable", text: whyUnusable(observation) });
  const view = viewProcess(before.process, observation, desired);
  if (before.rollout && isSuperseded(one, before.rollout)) return view ? supersede(one, before.rollout) : awaitView(one, before.rollout);
  if (before.rollout) return advance(one, before.rollout);
  if (!view) return observeOnly(one, whyUnknown(before.process, observation));
  return decideIdle(one, view);
}

/** A revert that is not written yet is asked for again, whatever else was decided. */
function owingRevert({ owed }: Case, decision: ProcessDecision): ProcessDecision {
  const { after, actions, replacesOwed } = decision;
  if (!after?.revert || after.revert.outcome !== null || after.revert.doubt) return decision;
  const { request } = after.revert;
  const isAsked = (action: Action): boolean => action.kind === "ensure-reverted" && action.request.id === request.id;
  const isOwed = !replacesOwed && owed.some((entry) => isAsked(entry.action));
  if (isOwed || actions.some(isAsked)) return decision;
  return { ...decision, actions: [...actions, { kind: "ensure-reverted", process: after.process, request }] };
}

/** No rollout is under way, and engine and router have answered. */
function decideIdle(one: Case, view: ProcessObservation): ProcessDecision {
  const { desired } = one;
  if (!desired || desired.kind === "unclear") return decideUnpinned(one, view);
  const back = wayBack(one, view);
  if (back) return open(one, view, { kind: "rollback", candidate: back, fast: true, why: `${view.process} goes back to ${back.version}` });
  if (desired.kind === "run" && servingUnit(view.route)?.digest === desired.unit.digest) return decideServing(one, view, desired.unit);
  const held = firstBlocked(proposedChange(one, view.route));
  if (held) return hold(one, view, { health: held.isFault ? "Degraded" : null, reason: reasonOf(held), until: held.until });
  if (desired.kind === "broken") throw new Error(`no gate holds what cannot run: ${desired.why}`);
  return beginPinned(one, view, desired.unit);
}

/** What serves was put into quarantine while it served: the last good version takes its place, if it is another one. */
function wayBack({ before, desired, pass }: Case, view: ProcessObservation): UnitRef | null {
  const serving = servingUnit(view.route);
  const definition = pinnedDefinition(desired);
  if (desired?.kind !== "broken" || !serving || definition === null || !findQuarantined(before, definition)) return null;
  if (serving.version !== desired.version) return null;
  // What was refused last, and all that was tried before it, is not tried again: it would go round for ever.
  const tried = before.knownGood.findIndex((each) => each.digest === before.refused?.unit.digest);
  const good = before.knownGood.slice(tried + 1).find((each) => !isInQuarantine(before, each, pass.observation));
  return good ? { process: good.process, version: good.version, digest: good.digest } : null;
}

/** Another version than the pinned one has the traffic, or none has, and nothing holds it back. */
function beginPinned(one: Case, view: ProcessObservation, unit: UnitRef): ProcessDecision {
  const record = recordOf(one, view.route, unit);
  const isSameVersion = servingUnit(view.route)?.version === unit.version;
  const isSecondTry = one.before.refused?.awaits !== undefined && one.before.refused.unit.digest === unit.digest;
  return open(one, view, {
    kind: record === "way-back" ? "rollback" : "deploy",
    candidate: unit,
    fast: record !== "new",
    ...(isSecondTry && { isSecondTry }),
    why: isSameVersion ? "variables, secrets or the address of the environment have changed" : whyPinned(one, unit),
  });
}

/** Who wanted it, where a person gave the command: history and messages say it too, not only the commit. */
function whyPinned({ reverted, before: { refused } }: Case, { version, digest }: UnitRef): string {
  if (refused?.awaits !== undefined && refused.unit.digest === digest)
    return `${version} is tried again: ${refused.awaits}, which it calls, was being rolled back when it failed, and is healthy again`;
  if (reverted === null || reverted.to !== version) return `${version} is pinned`;
  return `${version} is pinned again: ${reverted.by ? `rolled back by ${signature({ by: reverted.by, why: reverted.why })}` : reverted.why}`;
}

/** The pinned version has the traffic: is it also what it should be? */
function decideServing(one: Case, view: ProcessObservation, unit: UnitRef): ProcessDecision {
  const { before, pass } = one;
  const installed = findInstalled(view.installed, unit.digest);
  if (isReady(installed, view.instances)) return maintain(one, view, unit);
  const { isByHand, why } = whyNotServed(installed, view, unit);
  if (isByHand && !pass.observation.spec?.selfHeal) {
    const reason: Reason = { code: "Drifted", text: `${why} (selfHeal is off)`, about: unit.version };
    return hold(one, view, { health: "Degraded", reason, until: null });
  }
  const failed = before.refused?.unit.digest === unit.digest ? before.refused : null;
  if (failed && pass.observation.now < failed.at + selfHealPauseMs) {
    const reason: Reason = { code: "NotRestored", text: failed.why, about: unit.version };
    return hold(one, view, { health: "Degraded", reason, until: failed.at + selfHealPauseMs });
  }
  return open(one, view, { kind: "self-heal", candidate: unit, fast: true, isByHand, why: isByHand ? `drift: ${why}` : why });
}

/** Not pinned any more: taken out, unless that could be a mistake. */
function decideUnpinned(one: Case, view: ProcessObservation): ProcessDecision {
  if (view.installed.length === 0 && !servingUnit(view.route) && !isToComeBack(one))
    return { after: leftOf(one.before), actions: [], replacesOwed: true, deployments: [], wakeAt: null };
  const held = firstBlocked(proposedRemoval(one.before.process, one.pass));
  const serving = servingUnit(view.route);
  if (held && (serving || one.before.takenOutAt === null)) {
    const reason: Reason = { code: held.code, text: `no longer pinned, but ${held.text}` };
    return hold(one, view, { health: "Suspended", reason, until: held.until });
  }
  return serving ? takeOut(one, view) : keepWarm(one, view, held?.text ?? null);
}

/** It was not taken out, and the version that was good here is lost. */
function isToComeBack({ desired, before }: Case): boolean {
  return desired !== null && before.knownGood.length > 0;
}

/** The process that takes its paths over gets them at the moment when it loses them. */
function takeOut(one: Case, view: ProcessObservation): ProcessDecision {
  const handover = one.pass.handovers?.get(view.process);
  if (handover?.kind === "waits") {
    const reason: Reason = { code: "HandingOver", text: describeStay(view.process, handover) };
    return hold(one, view, { health: null, reason, until: null });
  }
  return open(one, view, { kind: "prune", candidate: null, fast: false, why: whyTakenOut(one.pass.observation), handover });
}

/** Nothing is left to be known of it, but for what must not come again and git does not say yet. */
function leftOf(before: ProcessState): ProcessState | null {
  const quarantined = before.quarantined.filter((entry) => !entry.isInGit);
  if (quarantined.length === 0) return null;
  return before.status === null ? before : { ...before, status: null, refused: null, knownGood: [] };
}

/**
 * The newest commit wins: what is under way for another version is not continued. A rejection first gets the traffic back;
 * what is left of it then, such as requests that are still worked on, never holds up the next commit.
 */
function isSuperseded({ before, desired, owed, pass }: Case, rollout: Rollout): boolean {
  if (desired && desired.kind !== "run") return rollout.kind === "self-heal" && isPinQuarantined(before, desired);
  if (isWanted(rollout, desired)) return false;
  if (rollout.state.kind !== "rejected") return !isTakenBackFirst(rollout, before, pass.observation);
  return !isOnItsWayTo(desired, rollout) && (isTrafficBack(rollout, pass.observation) || isWayBackClosed(rollout, owed, pass.observation));
}

/** What is under way is what is pinned. */
function isWanted({ candidate }: Rollout, desired: Extract<Desired, { kind: "run" }> | null): boolean {
  return candidate?.digest === desired?.unit.digest;
}

/** A version that must not run here is not maintained. */
function isPinQuarantined(before: ProcessState, desired: Desired): boolean {
  const definition = pinnedDefinition(desired);
  return definition !== null && findQuarantined(before, definition) !== null;
}

/** The commit that puts the pin back wants what a rejection does anyway, and does it to the end: with its proof, and its reason. */
function isOnItsWayTo(desired: Desired | null, { stable, state }: Rollout): boolean {
  const isStableLost = state.kind === "rejected" && state.isStableLost === true;
  return desired?.kind === "run" && stable?.digest === desired.unit.digest && !isStableLost;
}

function isTrafficBack({ process, stable, candidate, state }: Rollout, { routes }: Observation): boolean {
  if (state.kind === "rejected" && state.isStableLost) return true;
  if (routes.kind === "unknown") return false;
  const route = routes.value.get(process) ?? null;
  return stable ? weightOf(route, stable.digest) === 100 : !candidate || weightOf(route, candidate.digest) === 0;
}

/** The stable version answers nowhere, or cannot be restored: a newer commit may be what fixes that. */
function isWayBackClosed({ process, stable }: Rollout, owed: Case["owed"], observation: Observation): boolean {
  if (!stable || engineFor(process, observation).kind === "unknown") return false;
  const installed = findInstalled(installedIn(process, observation), stable.digest);
  if (installed) return !installed.placements.some((placement) => placement.ready);
  return owed.some(({ action, stuck }) => stuck !== null && action.kind === "ensure-installed" && action.unit.digest === stable.digest);
}

/** What becomes of its version depends on what is there and has the traffic: it is neither continued nor closed before that is known. */
function awaitView(one: Case, rollout: Rollout): ProcessDecision {
  return isFailed(one, rollout) ? advance(one, rollout) : observeOnly(one, whyUnknown(rollout.process, one.pass.observation));
}

function supersede(one: Case, rollout: Rollout): ProcessDecision {
  const { before, desired, pass } = one;
  const { now } = pass.observation;
  const isGood = isAllButOver(rollout) && !isFailed(one, rollout) && !isTakenBack(one, rollout);
  const phase = phaseSuperseded(rollout, isGood);
  const why = whySuperseded(rollout, isGood, whatIsPinned(desired));
  pass.places.delete(before.process);
  const knownGood = isGood ? knownGoodAfter(before, rollout, { phase, why, at: now }) : before.knownGood;
  const idle: ProcessState = { ...before, rollout: null, knownGood, status: before.status && { ...before.status, phase } };
  const step = { at: now, state: phase === "Superseded" ? "superseded" : phase, code: "Superseded", why } as const;
  const closing: DeploymentUpdate = { id: rollout.deployment, phase, step, endedAt: now };
  const decision = decideNow({ ...one, before: idle, superseded: { rollout, isGood } });
  return { ...decision, after: decision.after ?? idle, replacesOwed: true, deployments: [closing, ...decision.deployments] };
}

function phaseSuperseded({ state }: Rollout, isGood: boolean): DeploymentPhase {
  if (isGood) return "Succeeded";
  return state.kind === "rejected" ? rejectedPhase(state) : "Superseded";
}

function whySuperseded({ state }: Rollout, isGood: boolean, next: string): string {
  if (isGood) return `has all traffic; ${next}`;
  return state.kind === "rejected" ? `${state.why}; ${next}` : `superseded: ${next}`;
}

/** If a person pins the version before it again while it still bakes, it is not found good. */
function isTakenBack({ before, desired }: Case, { candidate, kind }: Rollout): boolean {
  if (kind !== "deploy" || !candidate || desired?.kind !== "run") return false;
  const { digest, version } = desired.unit;
  return before.knownGood.some((good) => good.digest === digest) && !semver.gt(version, candidate.version);
}

/** A version that its metrics reject just now is not found good because the next one comes. */
function isFailed({ pass }: Case, rollout: Rollout): boolean {
  return rejectionNow(rollout, pass.observation) !== null;
}
