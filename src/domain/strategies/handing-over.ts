/**
 * A path has one owner. Where paths change owner between processes, whatever their strategies, each newcomer is installed everywhere and
 * checked on its private address; when all are ready, all of them get all the traffic in one write of the routing table.
 */

import type { Action } from "../journal/actions.ts";
import type { ProcessId, UnitRef } from "../names.ts";
import type { Rollout, RolloutView, RolloutState, StrategyStep } from "../journal/rollout.ts";
import { isBack } from "./lateness.ts";
import { isHandingOver, rolloutStates } from "./rollout-states.ts";
import { callOff, enter, giveTraffic, type In, install, is, isNotSo, isSo, mayHaveTraffic, stay, switchTo } from "./steps.ts";
import { next } from "./strategy.ts";
import type { Going, Handover, Handovers } from "../journal/handover.ts";

/** As the strategy has it, but for the moments when it would get its first traffic, or all that its stable version has left. */
export function nextHandingOver(rollout: Rollout, view: RolloutView, handovers: Handovers | null): StrategyStep {
  const { candidate, process } = rollout;
  const handover = handovers?.get(process) ?? null;
  const isAsked = handovers !== null;
  const isTakenBack = isAsked && handover?.kind !== "goes" && isExchangeOwed(rollout, view);
  if (isTakenBack) return takeBack(rollout, handover, view);
  return candidate ? withCandidate({ rollout, candidate, handover, isAsked }, view) : next(rollout, view);
}

function withCandidate(at: HandingOver, view: RolloutView): StrategyStep {
  return whenBack(at, view) ?? whenReady(at, view) ?? whenDue(at, next(at.rollout, view), view);
}

/** Null: it is not back, or that is known. */
function whenBack({ rollout, candidate }: HandingOver, view: RolloutView): StrategyStep | null {
  const isNews = isBack(rollout, view) && rolloutStates[rollout.state.kind].isBeforeSwitch;
  return isNews ? switchTo(candidate, "has all traffic already") : null;
}

/** Its paths were to change owner with those of others, and the table does not say so yet. */
function isExchangeOwed({ state, exchanged }: Rollout, { candidateWeight, stableWeight, stableInstalled }: RolloutView): boolean {
  if (exchanged === undefined) return false;
  if (state.kind === "switching") return is(candidateWeight, 0);
  return state.kind === "clearing" && isSo(stableInstalled) && !is(stableWeight, 0);
}

/** One of them goes another way now: what is owed is not done without it. */
function takeBack({ candidate, state }: Rollout, handover: Handover | null, { now }: RolloutView): StrategyStep {
  const why = handover?.why ?? noneAnyMore;
  return candidate ? enter({ kind: "handing-over", since: now }, why, [], now) : callOff(state, `cancelled: ${why}`);
}

/** Null: it is not ready for all the traffic, or those are not with whom its paths change owner. */
function whenReady(at: HandingOver, view: RolloutView): StrategyStep | null {
  const { rollout, candidate, handover, isAsked } = at;
  const { state } = rollout;
  if (state.kind === "handing-over") return isAsked ? whenHandingOver(at, state, view) : stay(state, cannotBeAsked);
  return isHandingOver(state) && handover?.kind === "goes" ? goTogether(rollout, candidate, handover) : null;
}

/** The step that its strategy says, unless paths change owner by it. */
function whenDue({ rollout, candidate, handover, isAsked }: HandingOver, step: StrategyStep, view: RolloutView): StrategyStep {
  const { state } = rollout;
  if (!isFirstTraffic(rollout, step) && !isLastTraffic(state, step, view) && !isLastBatch(step, view)) return step;
  // Who has its paths is not known: it may be somebody who gives them up only together with it.
  if (!isAsked) return stay(state, cannotBeAsked, view.now + askAgainMs);
  if (!handover) return step;
  if (state.kind === "shifting") return stay({ ...state, hasPassed: true }, handover.why);
  if (state.kind === "restoring") return stay(state, handover.why);
  if (isLastBatch(step, view)) return keepIn(candidate, handover, step, view);
  return beginHandingOver(candidate, handover, step, view);
}

function beginHandingOver(candidate: UnitRef, { why }: Handover, { state }: StrategyStep, { now }: RolloutView): StrategyStep {
  if (state.kind === "pausing") return install(candidate, "valid; its paths change owner, so it is installed on every instance at once");
  if (state.kind === "restoring") return install(candidate, "its paths change owner, so it is installed on every instance at once");
  return enter({ kind: "handing-over", since: now }, why, [], now);
}

const noneAnyMore = "no path changes its owner any more";
const cannotBeAsked = "engine or router does not answer";
const askAgainMs = 1_000;

interface HandingOver {
  readonly rollout: Rollout;
  readonly candidate: UnitRef;
  readonly handover: Handover | null;
  /** Whether engine and router could be asked who has which paths. */
  readonly isAsked: boolean;
}

function whenHandingOver({ rollout, candidate, handover }: HandingOver, state: In<"handing-over">, view: RolloutView): StrategyStep {
  if (isNotSo(view.candidateReady)) return install(candidate, "it stopped answering while it waited: installing again");
  if (!handover) return enter({ kind: rollout.fast ? "installing" : "checking" }, noneAnyMore, [], view.now);
  if (handover.kind === "waits") return stay(state, handover.why);
  return goTogether(rollout, candidate, handover);
}

function goTogether({ process }: Rollout, candidate: UnitRef, { why, with: partners }: Going): StrategyStep {
  return enter({ kind: "switching" }, why, together(giveTraffic(process, candidate), partners));
}

/** The rollout as it goes on into this state: with whom its paths change owner at that moment is remembered, to go back with them. */
export function exchanging(rollout: Rollout, { kind }: RolloutState, handovers: Handovers | null): Rollout {
  const handover = handovers?.get(rollout.process);
  if (kind === "handing-over" && rollout.exchanged) return apart(rollout);
  if (!isHandingOver(rollout.state) || kind !== "switching" || handover?.kind !== "goes") return rollout;
  return { ...rollout, exchanged: handover.exchanged };
}

/** Nothing has been exchanged. */
function apart({ exchanged: _, ...rollout }: Rollout): Rollout {
  return rollout;
}

/** Rolling takes instances out of rotation one after the other; that is its beginning. */
function isFirstTraffic(rollout: Rollout, { state, outcome }: StrategyStep): boolean {
  if (outcome !== null || rollout.kind === "self-heal" || mayHaveTraffic(rollout)) return false;
  if (state.kind === "switching" || state.kind === "shifting" || state.kind === "restoring") return true;
  return state.kind === "pausing" && rollout.state.kind === "validating";
}

/** If the version before it is gone, there is no version to share the traffic with. */
function isLastTraffic(from: RolloutState, { state }: StrategyStep, { stableInstalled }: RolloutView): boolean {
  const isShared = from.kind === "shifting" || (from.kind === "restoring" && from.isKeptIn === true);
  return isShared && state.kind === "switching" && !isNotSo(stableInstalled);
}

/** From instance to instance: none is left that goes on with the version before it. */
function isLastBatch({ state }: StrategyStep, { instances }: RolloutView): boolean {
  if ((state.kind !== "draining-batch" && state.kind !== "updating") || state.isKeptIn || instances.kind === "unknown") return false;
  const moved = [...state.done, ...state.batch];
  return state.done.length > 0 && instances.value.every(({ id, isUp }) => !isUp || moved.includes(id));
}

/** It is installed and checked there too, beside the version before it, which goes on to have their traffic. */
function keepIn(candidate: UnitRef, { why }: Handover, { state }: StrategyStep, { now }: RolloutView): StrategyStep {
  if (state.kind !== "draining-batch" && state.kind !== "updating") return stay(state, why);
  const { done, batch } = state;
  return enter({ kind: "updating", done, batch, since: now, isKeptIn: true }, why, [
    { kind: "ensure-installed", unit: candidate, on: batch },
  ]);
}

/** The same, in one write with what these processes get. */
export function together(actions: readonly Action[], partners: readonly ProcessId[]): readonly Action[] {
  if (partners.length === 0) return actions;
  return actions.map((action) => (action.kind === "ensure-weights" ? { ...action, with: partners } : action));
}
