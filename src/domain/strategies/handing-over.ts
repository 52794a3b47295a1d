/**
 * A path has one owner. Where paths change owner between processes, whatever their strategies, each newcomer is installed everywhere and
 * checked on its private address; when all are ready, all of them get all the traffic in one write of the routing table.
 */

import type { Action } from "../actions.ts";
import type { Handover, Handovers } from "../handovers.ts";
import type { ProcessId, UnitRef } from "../names.ts";
import type { Rollout, RolloutSeen, RolloutState, StrategyStep } from "../rollout.ts";
import { enter, giveTraffic, type In, install, isNotSo, mayHaveTraffic, stay } from "./steps.ts";
import { next } from "./strategy.ts";

/** As the strategy has it, but for the moment when it would get its first traffic. */
export function nextHandingOver(rollout: Rollout, seen: RolloutSeen, handovers: Handovers | null): StrategyStep {
  const { state, candidate, process } = rollout;
  const handover = handovers?.get(process) ?? null;
  if (candidate && state.kind === "handing-over")
    return handovers ? whenHandingOver({ rollout, candidate, handover }, state, seen) : stay(state, cannotBeAsked);
  const step = next(rollout, seen);
  if (!candidate || !isFirstTraffic(rollout, step)) return step;
  // Who has its paths is not known: it may be somebody who gives them up only together with it.
  if (!handovers) return stay(state, cannotBeAsked, seen.now + askAgainMs);
  return handover ? beginHandingOver(candidate, handover, step, seen) : step;
}

function beginHandingOver(candidate: UnitRef, { why }: Handover, { state }: StrategyStep, { now }: RolloutSeen): StrategyStep {
  if (state.kind === "pausing") return install(candidate, "valid; its paths change owner, so it is installed on every instance at once");
  if (state.kind === "returning") return install(candidate, "its paths change owner, so it is installed on every instance at once");
  return enter({ kind: "handing-over", since: now }, why, [], now);
}

const cannotBeAsked = "engine or router cannot be asked";
const askAgainMs = 1_000;

interface HandingOver {
  readonly rollout: Rollout;
  readonly candidate: UnitRef;
  readonly handover: Handover | null;
}

function whenHandingOver({ rollout, candidate, handover }: HandingOver, state: In<"handing-over">, seen: RolloutSeen): StrategyStep {
  if (isNotSo(seen.candidateReady)) return install(candidate, "it stopped answering while it waited: installing again");
  if (!handover) return enter({ kind: rollout.fast ? "installing" : "checking" }, "no path changes its owner any more", [], seen.now);
  if (handover.kind === "waits") return stay(state, handover.why);
  return enter({ kind: "switching" }, handover.why, together(giveTraffic(rollout.process, candidate), handover.with));
}

/** The rollout as it goes on into this state: with whom its paths change owner at that moment is remembered, to go back with them. */
export function exchanging(rollout: Rollout, { kind }: RolloutState, handovers: Handovers | null): Rollout {
  const handover = handovers?.get(rollout.process);
  if (rollout.state.kind !== "handing-over" || kind !== "switching" || handover?.kind !== "goes") return rollout;
  return { ...rollout, exchanged: handover.exchanged };
}

/** Rolling takes instances out of rotation one after the other; that is its beginning. */
function isFirstTraffic(rollout: Rollout, { state, outcome }: StrategyStep): boolean {
  if (outcome !== null || rollout.kind === "heal" || mayHaveTraffic(rollout)) return false;
  if (state.kind === "switching" || state.kind === "shifting" || state.kind === "returning") return true;
  return state.kind === "pausing" && rollout.state.kind === "validating";
}

/** The same, in one write with what these processes get. */
export function together(actions: readonly Action[], partners: readonly ProcessId[]): readonly Action[] {
  if (partners.length === 0) return actions;
  return actions.map((action) => (action.kind === "ensure-weights" ? { ...action, with: partners } : action));
}
