/** Opening a deployment, taking it one step further, and closing it with its outcome. */

import type { Action } from "../journal/actions.ts";
import { notingByCatch } from "../rollback/by-catch.ts";
import { reasonOfRefusal } from "../gates/refused-before.ts";
import { deadlineOf, earlier, timeIsOver, waitedForPersonMs } from "../strategies/deadline.ts";
import type { Case, ProcessDecision } from "../journal/case.ts";
import { describeEnded, describeRollout, withStatus } from "../status/describe-status.ts";
import { whyUnusable } from "../desired/removal.ts";
import { inconclusive } from "../strategies/inconclusive.ts";
import { inDoubt } from "../rollback/doubt.ts";
import type { Digest, Instant, UnitRef } from "../names.ts";
import { firstBlocked } from "../gates/gates.ts";
import type { ProposedChange } from "../gates/gate.ts";
import { takeTurn } from "../gates/concurrency.ts";
import { preserve } from "./preserve.ts";
import { mayBeBack, whenLate } from "../strategies/lateness.ts";
import { entered, newRollout, opened } from "../strategies/new-rollout.ts";
import { describeFreeze, signature } from "../journal/commands.ts";
import { codeAtEnd, codeOf, codeUnderWay, rejectedPhase } from "./deployment-reason.ts";
import { definitionOf } from "../rollback/quarantine.ts";
import { joinReasons, type Reason, type ReasonCode } from "../journal/reason.ts";
import {
  afterRejection,
  rejectUnlessHeld,
  failedAnalysis,
  quarantinedByHand,
  describeLag,
  foundBad,
  whyNotAutomatic,
} from "../rollback/policy.ts";
import type { DeploymentKind, Rollout, RolloutView, RolloutState, StrategyStep } from "../journal/rollout.ts";
import { isHandingOver, rolloutStates } from "../strategies/rollout-states.ts";
import { findInstalled, type Observation, type ProcessObservation, viewProcess } from "../observed/observation.ts";
import type { DeploymentUpdate, ProcessState, Refusal } from "../journal/state.ts";
import type { DeploymentPhase } from "../journal/status.ts";
import { type RejectionReason, isBeforeSwitch, reject, stay, isOnItsWay } from "../strategies/steps.ts";
import { exchanging, nextHandingOver, together } from "../strategies/handing-over.ts";
import { knownGoodAfter } from "./known-good.ts";
import { proposedChange } from "./proposed-change.ts";
import { stableFor } from "../rollback/stable-version.ts";
import { maintenanceOf } from "../strategies/after-switch.ts";
import { begin } from "../strategies/strategy.ts";
import { isWaitingForPerson, traitsOf } from "../strategies/traits.ts";
import { viewRollout } from "../strategies/rollout-view.ts";
import type { Going } from "../journal/handover.ts";

interface Opening {
  readonly kind: DeploymentKind;
  /** Null: what runs is taken out. */
  readonly candidate: UnitRef | null;
  readonly fast: boolean;
  readonly why: string;
  /** Of a healing: somebody has changed it. */
  readonly isByHand?: boolean;
  /** Others take its paths over at the same moment. */
  readonly handover?: Going | undefined;
  readonly isSecondTry?: true;
}

export function open(one: Case, view: ProcessObservation, { why, isByHand = false, handover, ...identity }: Opening): ProcessDecision {
  const { before, pass } = one;
  const { observation } = pass;
  if (!observation.spec) throw new Error("no deployment without an environment");
  pass.places.add(before.process);
  const { candidate } = identity;
  const definition = candidate && definitionToCome(one, candidate);
  const blank = newRollout(before.process, observation, observation.spec, {
    ...identity,
    ...(definition && { definition }),
    ...(handover && { exchanged: handover.exchanged }),
    ...stableWith(view, stableFor(one, view, candidate)),
  });
  const step = begin(blank, why);
  const rollout: Rollout = { ...blank, state: step.state };
  const process: ProcessState = { ...before, rollout, ...keptFrom(before, identity.kind) };
  const reason: Reason = { code: codeUnderWay(rollout), text: step.why };
  const after = withStatus(process, describeRollout(before, observation, view, { rollout, reason, isAlarming: false, isStopped: false }));
  return {
    after,
    actions: together(step.actions, handover?.with ?? []),
    replacesOwed: true,
    deployments: [
      opened(rollout, observation, { code: isByHand ? "HealingDrift" : reason.code, text: why }),
      entered(rollout, observation.now, reason),
    ],
    wakeAt: earlier(step.wakeAt, timeIsOver(rollout, observation)),
  };
}

function stableWith({ installed, route }: ProcessObservation, stable: UnitRef | null): Pick<Rollout, "stable" | "stableEndpoints"> {
  const found = stable && (findInstalled(installed, stable.digest) ?? route?.shares.find(({ digest }) => digest === stable.digest));
  return { stable, ...(found && { stableEndpoints: found.endpoints }) };
}

/** Healing says nothing about a refused version. A process that had its traffic back and is taken out again is kept warm for the full time again. */
function keptFrom({ refused, takenOutAt }: ProcessState, kind: DeploymentKind): Pick<ProcessState, "refused" | "takenOutAt"> {
  return { refused: kind === "self-heal" ? refused : null, takenOutAt: kind === "prune" ? null : takenOutAt };
}

/** Of what is pinned, or was good here before; null when it cannot be told. */
function definitionToCome({ before, desired }: Case, candidate: UnitRef): Digest | null {
  const isPinned = desired?.kind === "run" && desired.unit.digest === candidate.digest;
  return isPinned ? desired.summary.definitionDigest : definitionOf(before, candidate);
}

export function advance(one: Case, rollout: Rollout): ProcessDecision {
  const { before, owed, pass, desired } = one;
  const { observation, state } = pass;
  const rolloutView = viewRollout(rollout, observation, { validationResults: state.validationResults.get(rollout.deployment) ?? [], owed });
  const { step, isAlarming, rollout: going } = nextStep(one, rollout, rolloutView);
  if (step.outcome) return close(one, rollout, step);
  const isSame = going === rollout && isSameState(step.state, rollout.state);
  const after: Rollout = isSame ? rollout : notingByCatch(one, entering(going, step.state, observation.now));
  takeTurn(after, pass);
  const remembered = isSame ? before : afterEntering(one, rollout, after);
  const view = viewProcess(before.process, observation, desired);
  const stopped = stoppedBy(one, after);
  const reason: Reason = { code: codeOf(step, after, { rolloutView, stopped, isSame }), text: step.why };
  const shown = shownOf(reason, step, remembered, observation);
  const status = describeRollout(remembered, observation, view, { rollout: after, reason: shown, isAlarming, isStopped: stopped !== null });
  return {
    after: withStatus(isSame ? before : { ...remembered, rollout: after }, status),
    actions: [...step.actions, ...whileWaiting(one, after)],
    replacesOwed: !isSame,
    deployments: isSame ? [] : [entered(after, observation.now, reason)],
    wakeAt: earlier(step.wakeAt, stopped === null ? timeIsOver(after, observation) : null),
  };
}

/** The shown text stays while it is about the same: a new figure alone is not worth a new row. */
function shownOf(reason: Reason, { about }: StrategyStep, remembered: ProcessState, observation: Observation): Reason {
  const besides = [describeLag(remembered), observation.settingsOf === undefined ? null : whyUnusable(observation)];
  if (about === undefined || besides.some((each) => each !== null)) return joinReasons(reason, ...besides);
  const last = remembered.status?.reason;
  return last?.code === reason.code && last.about === about ? last : { ...reason, about };
}

interface Stepping {
  readonly step: StrategyStep;
  /** As it goes on, but for its state. */
  readonly rollout: Rollout;
  /** It is bad, and stays all the same: a person must decide. */
  readonly isAlarming: boolean;
}

/** Guards for every strategy, in order of urgency; then the step of the strategy, unless it is paused or frozen. */
function nextStep(one: Case, rollout: Rollout, rolloutView: RolloutView): Stepping {
  const { now } = one.pass.observation;
  const byHand = quarantinedByHand(rollout, one.desired);
  if (byHand) return calm(rollout, reject(rollout, byHand, now));
  const bad = failedAnalysis(rollout, rolloutView);
  if (bad) return whenAnalysisFailed(one, rollout, rolloutView, bad);
  const stopped = stoppedBy(one, rollout);
  const deadline = deadlineOf(rollout);
  const isLate = deadline !== null && now >= deadline + rolloutView.heldUpMs && !mayBeBack(rollout, rolloutView);
  if (stopped === null && isLate) return { ...whenLate(rollout, rolloutView), isAlarming: false };
  const step = inTurn(one, rollout, nextHandingOver(rollout, rolloutView, one.pass.handovers));
  if (stopped === null || step.state.kind === "rejected") return calm(exchanging(rollout, step.state, one.pass.handovers), step);
  return calm(rollout, isGoingOn(step, rollout) ? stay(rollout.state, stopped.text) : { ...step, why: `${step.why}; ${stopped.text}` });
}

/** A rollout that gave up its place while it waited for others needs a place before it is installed or checked again. */
function inTurn(one: Case, rollout: Rollout, step: StrategyStep): StrategyStep {
  const isWaiting = isHandingOver(rollout.state) && !isHandingOver(step.state);
  if (!isWaiting || !rolloutStates[step.state.kind].isBeforeSwitch) return step;
  const { routes } = one.pass.observation;
  const route = routes.kind === "known" ? (routes.value.get(rollout.process) ?? null) : null;
  const change = proposedChange(one, route);
  const held = firstBlocked({ ...change, pinned: change.pinned ?? misspelt(rollout, change) }, ["concurrency"]);
  return held ? { ...stay(rollout.state, held.text), code: held.code } : step;
}

/** Its pin is gone, and its deployment goes on: the process is not taken out. */
function misspelt({ process, candidate }: Rollout, { findings }: Pick<ProposedChange, "findings">): ProposedChange["pinned"] {
  return candidate && { kind: "broken", process, version: candidate.version, findings };
}

/** Taken back, unless it has its traffic still and the rails forbid it: then it neither goes on nor counts as good, and is kept as it is. */
function whenAnalysisFailed(one: Case, rollout: Rollout, rolloutView: RolloutView, bad: RejectionReason): Stepping {
  const held = rolloutView.takenBack ? null : whyNotAutomatic(rollout, one.before, one.pass.observation);
  const step = rejectUnlessHeld(rollout, bad, held, one.pass.observation.now);
  if (step.state.kind === "rejected") return calm(rollout, step);
  const normal = nextHandingOver(rollout, rolloutView, one.pass.handovers);
  const kept = isGoingOn(normal, rollout) ? { ...step, actions: maintenanceOf(rollout, rolloutView) } : { ...normal, ...saidBy(step) };
  return { rollout, step: kept, isAlarming: true };
}

function saidBy({ why, code, about }: StrategyStep): Pick<StrategyStep, "why" | "code" | "about"> {
  return { why, ...(code && { code }), ...(about !== undefined && { about }) };
}

function calm(rollout: Rollout, step: StrategyStep): Stepping {
  return { rollout, step, isAlarming: false };
}

function isGoingOn(step: StrategyStep, rollout: Rollout): boolean {
  return step.outcome !== null || !isSameState(step.state, rollout.state);
}

interface Stopped extends Reason {
  readonly code: "Paused" | "Frozen";
}

/** Why it stands still, where it can stand still; null: it goes on. Rollbacks, self-healing and removals are never stopped by a freeze. */
export function stoppedBy({ pass }: Pick<Case, "pass">, rollout: Rollout): Stopped | null {
  if (rollout.kind !== "deploy" && !rollout.paused) return null;
  if (!canStandStill(rollout)) return null;
  const { paused } = rollout;
  if (paused) return { code: "Paused", text: `paused by ${signature(paused)}` };
  return pass.freeze ? { code: "Frozen", text: describeFreeze(pass.freeze) } : null;
}

/** States in which nothing is half done, so that it can stay there for as long as a person wants. */
function canStandStill({ state, strategy }: Rollout): boolean {
  const { kind } = state;
  if (traitsOf(strategy).takesOldOutFirst) return kind === "validating";
  return rolloutStates[kind].canStandStill;
}

function isSameState(one: RolloutState, other: RolloutState): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}

/** The time that it has waited for a person is added to its deadline, also if it goes on without one. */
function entering(rollout: Rollout, state: RolloutState, now: Instant): Rollout {
  const switchedAt = state.kind === "switching" ? (rollout.switchedAt ?? now) : rollout.switchedAt;
  const paused = state.kind === "rejected" ? null : rollout.paused;
  const deadline = rollout.deadline + (isWaitingForPerson({ ...rollout, state }) ? 0 : waitedForPersonMs(rollout, now));
  return { ...rollout, state, switchedAt, paused, deadline, ...(isUnshared(rollout, state) && { isUnshared: true }) };
}

/** A path has one owner: a canary that takes one over gets no shares, so nothing judges it on its way. */
function isUnshared({ strategy, state }: Rollout, next: RolloutState): boolean {
  return traitsOf(strategy).isJudgedOnTheWay && state.kind === "handing-over" && next.kind === "switching";
}

/** A candidate that is rejected with traffic leaves a revert and a quarantine behind, unless it has no verdict, or is tried again. */
function afterEntering(one: Case, rollout: Rollout, after: Rollout): ProcessState {
  const { before, desired, pass } = one;
  const { state, awaits } = after;
  if (state.kind !== "rejected" || !state.hadTraffic || rollout.state.kind === "rejected") return before;
  if (state.trigger === inconclusive) return before;
  if (awaits !== undefined) return foundBad(before, rollout);
  const reason = { trigger: state.trigger, why: state.why };
  return inDoubt(one, after, afterRejection(before, { rollout, reason, desired, observation: pass.observation, by: null }));
}

/** The stable version keeps its traffic, at the addresses where it answers now. */
function whileWaiting(one: Case, rollout: Rollout): readonly Action[] {
  if (!isBeforeSwitch(rollout)) return [];
  const view = viewProcess(one.before.process, one.pass.observation, one.desired);
  return view ? preserve(one, view, rollout.stable).actions : [];
}

function close(one: Case, rollout: Rollout, step: StrategyStep): ProcessDecision {
  const { before, pass, desired } = one;
  pass.places.delete(before.process);
  const { observation } = pass;
  const phase = phaseAtEnd(step.outcome, rollout.state);
  const code = codeAtEnd(rollout, phase);
  const ended: ProcessState = {
    ...before,
    rollout: null,
    takenOutAt: rollout.kind === "prune" && step.outcome === "succeeded" ? observation.now : before.takenOutAt,
    knownGood: knownGoodAfter(before, rollout, { ...step, phase, at: observation.now }),
    refused: refusalAfter(one, rollout, { code, why: step.why, outcome: step.outcome }),
  };
  const update: DeploymentUpdate = {
    id: rollout.deployment,
    phase,
    step: { at: observation.now, state: phase === "Superseded" ? "superseded" : phase, code, why: step.why },
    endedAt: observation.now,
  };
  const reason =
    ended.refused && rollout.kind !== "self-heal" ? reasonOfRefusal(ended.refused, observation.environment) : { code, text: step.why };
  const status = describeEnded(before, observation, viewProcess(before.process, observation, desired), { phase, reason });
  return { after: withStatus(ended, status), actions: [], replacesOwed: true, deployments: [update], wakeAt: observation.now };
}

function phaseAtEnd(outcome: StrategyStep["outcome"], state: RolloutState): DeploymentPhase {
  if (outcome === "superseded") return "Superseded";
  return outcome === "succeeded" ? "Succeeded" : rejectedPhase(state);
}

/** Validated, with all the traffic: only the version before it is still to be removed, or it bakes. */
export function isAllButOver(rollout: Rollout): boolean {
  return rollout.candidate !== null && !isOnItsWay(rollout);
}

interface Ending extends Pick<StrategyStep, "why" | "outcome"> {
  readonly code: ReasonCode;
}

function refusalAfter(one: Case, rollout: Rollout, { code, why, outcome }: Ending): Refusal | null {
  const { candidate } = rollout;
  if (outcome !== "failed" || !candidate) return null;
  const { awaits } = notingByCatch(one, rollout);
  return { unit: candidate, code, why, at: one.pass.observation.now, ...(awaits !== undefined && { awaits }) };
}
