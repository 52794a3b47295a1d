/**
 * Keeps what serves although it is not (yet) what is pinned: on every instance, as it was installed, and with all the traffic wherever it is now.
 */

import type { Action } from "../journal/actions.ts";
import type { Case } from "../journal/case.ts";
import type { Desired } from "../desired/resolve.ts";
import type { EnvironmentSpec } from "../desired/environment.ts";
import type { Digest, UnitRef } from "../names.ts";
import { isInQuarantine } from "../rollback/quarantine.ts";
import type { Reason } from "../journal/reason.ts";
import { isAwaited, isAwaitedStill, isRivalled } from "../rollback/rivals.ts";
import type { Route, Share } from "../observed/route.ts";
import {
  answersSomewhere,
  findInstalled,
  isArmedAlone,
  isReady,
  type ProcessObservation,
  servingUnit,
  weightOf,
  whyNotReady,
} from "../observed/observation.ts";
import type { OwedAction, ProcessState } from "../journal/state.ts";
import { giveTraffic } from "../strategies/steps.ts";
import type { Installed, Placement } from "../desired/unit.ts";

/** What is to be done for what serves, and what people are to know of it; null: nothing. */
export interface Kept {
  readonly actions: readonly Action[];
  readonly reason: Reason | null;
}

/**
 * The stable version of what is under way, or else the version that has the traffic, keeps it wherever its instances are now; and
 * when the router has forgotten all about it, the last good one gets it back. What was good here and is lost is installed again.
 */
export function preserve(one: Case, view: ProcessObservation, stable: UnitRef | null = null): Kept {
  const serving = servedBy(one, view, stable);
  if (!serving) return { actions: [], reason: null };
  const unit = plain(serving);
  const routes = isAnswering(view, unit) ? routing(one, view, unit) : [];
  const lacking = whatIsLacking(one, view, unit);
  if (lacking === null) return { actions: routes, reason: null };
  return { actions: [{ kind: "ensure-installed", unit }, ...routes], reason: whatIsDone(lacking, one.owed, unit) };
}

function servedBy({ before, desired, pass }: Case, view: ProcessObservation, stable: UnitRef | null): UnitRef | null {
  if (stable && isAnswering(view, stable)) return stable;
  const shared = before.knownGood.find((good) => isShared(view.route, good) && isAnswering(view, good));
  const serving = shared ?? servingUnit(view.route);
  if (serving || !desired) return serving;
  const good = before.knownGood.filter((each) => !isInQuarantine(before, each, pass.observation) && !isRivalled(view, each, pass));
  return good.find((each) => isAnswering(view, each)) ?? good[0] ?? null;
}

function isAnswering(view: ProcessObservation, { digest }: UnitRef): boolean {
  return answersSomewhere(view.installed, digest);
}

/** Whether it has some of the traffic, and another version the rest: then the good one is to have it all, not the bigger one. */
function isShared(route: Route | null, { digest }: UnitRef): boolean {
  const weight = weightOf(route, digest);
  return weight > 0 && weight < 100;
}

/** Why it must be installed again; null: it need not, or it was never good. What is pinned is healed by a deployment of its own. */
function whatIsLacking({ before, desired, pass }: Case, view: ProcessObservation, unit: UnitRef): Lacking | null {
  const installed = findInstalled(view.installed, unit.digest);
  if (!desired || isPinned(desired, unit) || isReady(installed, view.instances)) return null;
  if (!isVouchedFor(before, unit) || isInQuarantine(before, unit, pass.observation)) return null;
  const lacking = whyNotServed(installed, view, unit);
  return lacking.isByHand && !pass.observation.spec?.selfHeal ? null : lacking;
}

function isPinned(desired: Desired, { digest }: UnitRef): boolean {
  return desired.kind === "run" && desired.unit.digest === digest;
}

/** It was good here; or nothing ever was, and it has had the callers. */
function isVouchedFor({ knownGood }: ProcessState, { digest }: UnitRef): boolean {
  return knownGood.length === 0 || knownGood.some((good) => good.digest === digest);
}

function whatIsDone({ isByHand, why }: Lacking, owed: readonly OwedAction[], { version, digest }: UnitRef): Reason {
  const stuck = owed.find(({ action }) => action.kind === "ensure-installed" && action.unit.digest === digest)?.stuck;
  if (stuck) return { code: "NotRestored", text: `${why}; ${version} cannot be restored: ${stuck.detail}`, about: version };
  return { code: isByHand ? "HealingDrift" : "Healing", text: `${why}; ${version} is restored`, about: version };
}

/** Why what serves is not as it was installed. */
interface Lacking {
  readonly isByHand: boolean;
  readonly why: string;
}

/**
 * An instance that lacks a version or does not answer is no manual edit; anything else that is not as installed is. What is gone may
 * have been taken out by Pinion too, for a deployment that could not put it back.
 */
export function whyNotServed(installed: Installed | null, view: ProcessObservation, unit: UnitRef): Lacking {
  if (!installed) return { isByHand: true, why: `${unit.version} is not in the engine any more` };
  return { isByHand: installed.drift !== null, why: whyNotReady(installed, view.instances) ?? "" };
}

/** Without what is remembered of it. */
function plain({ process, version, digest }: UnitRef): UnitRef {
  return { process, version, digest };
}

/**
 * What is not so yet of: all traffic and all triggers to this unit, wherever it answers, treated as the environment says now. Where that
 * would leave a path without an owner that another process is pinned to answer, the versions that share the traffic keep their shares.
 */
export function routing(one: Case, view: ProcessObservation, unit: UnitRef): readonly Action[] {
  const [alone, armed] = giveTraffic(view.process, unit);
  const isKept = isSharedOn(one, view, unit);
  const isRouted = (isKept ? isFollowed(view) : isRoutedRight(view, unit.digest)) && isTreatedRight(view.route, one.pass.observation.spec);
  const isArmed = isArmedAlone(view.installed, unit.digest);
  const weights = isKept ? sharesOf(view) : alone;
  return [...(isRouted || !weights ? [] : [weights]), ...(isArmed || !armed ? [] : [armed])];
}

/**
 * Whether a path that others wait for is kept by what has a share: it answers, and nothing is known against it. What is pinned has no
 * deadline for that, as a deployment has, and waits for no process whose deployment has failed.
 */
export function isSharedOn({ before, desired, pass }: Case, view: ProcessObservation, unit: UnitRef): boolean {
  const isWaiting = desired && isPinned(desired, unit) ? isAwaitedStill : isAwaited;
  if (!isWaiting(view, unit, pass)) return false;
  return sharing(view).every((share) => isAnswering(view, share) && !isInQuarantine(before, share, pass.observation));
}

function sharing({ process, route }: ProcessObservation): readonly (Share & UnitRef)[] {
  return route?.shares.flatMap((share) => (share.weight > 0 ? [{ ...share, process }] : [])) ?? [];
}

/** As it is, wherever the versions are now. */
function sharesOf(view: ProcessObservation): Action {
  const weights = sharing(view).map(({ weight, ...share }) => ({ unit: plain(share), weight }));
  return { kind: "ensure-weights", process: view.process, weights };
}

function isFollowed(view: ProcessObservation): boolean {
  return sharing(view).every((share) => reaches(share, findInstalled(view.installed, share.digest)?.placements ?? []));
}

/** All traffic, to all ready placements and nowhere else; instances come back on other ports. */
export function isRoutedRight({ route, installed }: ProcessObservation, digest: Digest): boolean {
  const share = route?.shares.length === 1 ? route.shares[0] : undefined;
  if (share?.digest !== digest || share.weight !== 100) return false;
  return reaches(share, findInstalled(installed, digest)?.placements ?? []);
}

function reaches(share: Share, placements: readonly Placement[]): boolean {
  let ready = 0;
  for (const placement of placements) {
    if (placement.ready && !isTarget(share, placement)) return false;
    if (placement.ready) ready += 1;
  }
  return ready === share.targets.length;
}

function isTarget({ targets }: Share, { instance, address }: Placement): boolean {
  for (const target of targets) if (target.instance === instance && target.url === address) return true;
  return false;
}

/** As the environment says now: a timeout that is changed there takes effect without a deployment. */
export function isTreatedRight(route: Route | null, spec: EnvironmentSpec | null): boolean {
  if (!route || !spec) return true;
  return route.timeoutMs === spec.requestTimeoutMs && route.sticky?.kind === spec.sticky?.kind && route.sticky?.name === spec.sticky?.name;
}
