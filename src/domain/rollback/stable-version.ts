/** Which version the traffic goes back to when a rollout ends badly. */

import type { Case, Pass } from "../journal/case.ts";
import type { UnitRef } from "../names.ts";
import { isInQuarantine } from "./quarantine.ts";
import { isAwaited, isRivalled } from "./rivals.ts";
import { answersSomewhere, findInstalled, type ProcessObservation, servingUnit } from "../observed/observation.ts";

/**
 * What the traffic goes back to if need be: what has it now, unless that is the candidate itself. A version that had only just
 * been given the traffic when it was superseded was never found good: then it is the one before it, if it is still there.
 */
export function stableFor(one: Case, view: ProcessObservation, candidate: UnitRef | null): UnitRef | null {
  const serving = servingUnit(view.route);
  if (!serving || serving.digest === candidate?.digest) return null;
  const verified = verifiedBefore(one, view);
  const isThere = verified !== null && verified.digest !== candidate?.digest && findInstalled(view.installed, verified.digest) !== null;
  return outOfQuarantine(one, view, { stable: isThere ? verified : serving, candidate });
}

/** What is in quarantine gets no more traffic where another version has some of it already, or is good and warm: then that one is the way back. */
function outOfQuarantine(
  one: Case,
  view: ProcessObservation,
  { stable, candidate }: { readonly stable: UnitRef; readonly candidate: UnitRef | null },
): UnitRef {
  const { before, pass } = one;
  const isBad = (unit: Pick<UnitRef, "version" | "digest">): boolean => isInQuarantine(before, unit, pass.observation);
  if (!isBad(stable)) return stable;
  const isUsable = (unit: Pick<UnitRef, "version" | "digest">): boolean => unit.digest !== candidate?.digest && !isBad(unit);
  const other =
    view.route?.shares.find((share) => share.weight > 0 && isUsable(share) && findInstalled(view.installed, share.digest) !== null) ??
    before.knownGood.find((good) => isUsable(good) && answersSomewhere(view.installed, good.digest) && canHaveItAll(view, good, pass));
  return other ? { process: view.process, version: other.version, digest: other.digest } : stable;
}

/** No path changes its owner by it, or loses its owner. */
function canHaveItAll(view: ProcessObservation, unit: UnitRef, pass: Pass): boolean {
  return !isRivalled(view, unit, pass) && !isAwaited(view, unit, pass);
}

/**
 * What had the traffic before a version that serves and was never found good; null: what serves may go on. Where a path would change its
 * owner by it, or lose its owner, what serves goes on until the new version is ready: no process goes back alone.
 */
export function verifiedBefore({ superseded, pass }: Case, view: ProcessObservation): UnitRef | null {
  const stable = unverified(superseded, servingUnit(view.route));
  return stable !== null && canHaveItAll(view, stable, pass) ? stable : null;
}

function unverified(superseded: Case["superseded"], serving: UnitRef | null): UnitRef | null {
  if (!superseded || superseded.isGood || superseded.rollout.kind === "rollback") return null;
  return superseded.rollout.candidate?.digest === serving?.digest ? superseded.rollout.stable : null;
}
