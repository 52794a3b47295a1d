/**
 * What all strategies that run versions side by side have in common once the candidate is to have all the traffic: it gets it,
 * is validated with it, the old version finishes what it has in flight, and the new one is watched before it counts as good.
 */

import { describeAbort, describeUnjudged, inconclusive, personMustDecide } from "./inconclusive.ts";
import type { Action } from "../journal/actions.ts";
import { assertNever, type UnitRef } from "../names.ts";
import type { Rollout, RolloutSeen, RolloutState, StrategyStep } from "../journal/rollout.ts";
import {
  drainPollMs,
  enter,
  giveMissing,
  giveTraffic,
  type In,
  insist,
  isDrained,
  isHopeless,
  isNotSo,
  isTimeOver,
  proofOf,
  prove,
  reject,
  rejectRefused,
  stay,
  succeed,
  type Unjudged,
  unjudged,
  validate,
} from "./steps.ts";
import { needsNoVerdictAtEnd } from "./traits.ts";

/** A deployment whose candidate is to have all the traffic. */
export interface Settling {
  readonly rollout: Rollout;
  readonly candidate: UnitRef;
  /** What becomes of the version before it: kept installed, to go back to at once, taken out now, or gone before this one came. */
  readonly old: "kept" | "removed" | "gone";
}

export type SettlingState = In<"switching" | "confirming" | "draining" | "watching" | "removing">;

export function isSettling(state: RolloutState): state is SettlingState {
  const { kind } = state;
  return kind === "switching" || kind === "confirming" || kind === "draining" || kind === "watching" || kind === "removing";
}

export function nextSettling(at: Settling, state: SettlingState, seen: RolloutSeen): StrategyStep {
  switch (state.kind) {
    case "switching":
      return whenSwitching(at, state, seen);
    case "confirming":
      return whenConfirming(at, state, seen);
    case "draining":
      return whenDraining(at, state, seen);
    case "watching":
      return whenWatching(at, state, seen);
    case "removing":
      return whenRemoving(at, state, seen);
    default:
      return assertNever(state);
  }
}

function whenSwitching(at: Settling, state: In<"switching">, seen: RolloutSeen): StrategyStep {
  const { rollout, candidate } = at;
  if (isHopeless(seen)) return rejectRefused(rollout, seen);
  if (isNotSo(seen.candidateInstalled))
    return insist(state, seen.stuck?.detail ?? "it got lost: installing it again", [{ kind: "ensure-installed", unit: candidate }]);
  const lacking = giveMissing(rollout.process, candidate, { weight: seen.candidateWeight, armed: seen.candidateArmed });
  if (lacking.length > 0) return insist(state, seen.stuck?.detail ?? "switching all traffic", lacking);
  if (rollout.fast)
    return seen.wantsProof
      ? enter({ kind: "confirming" }, "has all traffic again; proving that it works", [prove(rollout, candidate)])
      : drain(rollout, seen, "has all traffic again");
  return enter({ kind: "confirming" }, "has all traffic; validating through the public address", [validate(rollout, candidate, "post")]);
}

function whenConfirming(at: Settling, state: In<"confirming">, seen: RolloutSeen): StrategyStep {
  const { rollout, candidate } = at;
  if (!rollout.fast && seen.post.kind === "unhealthy") return reject(rollout, { trigger: "post_validation", why: seen.post.why }, seen.now);
  const kept = keepAsItIs(at, state, seen);
  if (rollout.fast) return whenProving(at, state, seen, kept);
  if (kept) return kept;
  if (seen.post.kind === "unknown") {
    const why = seen.stuck?.detail ?? "validating through the public address";
    return insist(state, why, [validate(rollout, candidate, "post")]);
  }
  return drain(rollout, seen, "validated with traffic");
}

/** There is no rollback of a rollback: what fails here is told, and the version stays. */
function whenProving(
  { rollout, candidate }: Settling,
  state: In<"confirming">,
  seen: RolloutSeen,
  kept: StrategyStep | null,
): StrategyStep {
  const isOver = seen.proof.kind !== "unknown" || isTimeOver(rollout, seen);
  if (isOver) return drain(rollout, seen, `has all traffic again${proofOf(seen)}`);
  return kept ?? insist(state, "has all traffic again; proving that it works", [prove(rollout, candidate)]);
}

/** What keeps a version as it is that has all the traffic, and of which a person must decide; nothing where it does not have it all yet. */
export function upkeepOf(rollout: Rollout, seen: RolloutSeen): readonly Action[] {
  const { candidate, state } = rollout;
  if (!candidate || !isSettling(state) || state.kind === "removing") return [];
  return keepAsItIs({ rollout, candidate }, state, seen)?.actions ?? [];
}

/** It has the traffic: it is kept installed as it should be, and routed to where it answers. Null: all is so. */
function keepAsItIs({ rollout, candidate }: Omit<Settling, "old">, state: SettlingState, seen: RolloutSeen): StrategyStep | null {
  const lacking = isNotSo(seen.isRouted)
    ? giveTraffic(rollout.process, candidate)
    : giveMissing(rollout.process, candidate, { weight: seen.candidateWeight, armed: seen.candidateArmed });
  if (isNotSo(seen.candidateReady))
    return insist(state, seen.stuck?.detail ?? "it does not answer everywhere as it should: putting it back", [
      { kind: "ensure-installed", unit: candidate },
      ...(isAnsweringSomewhere(seen) ? lacking : []),
    ]);
  return lacking.length > 0 ? insist(state, seen.stuck?.detail ?? "following its instances", lacking) : null;
}

/** Where it does, it is served meanwhile, however long it takes to put it back elsewhere. */
function isAnsweringSomewhere({ instances }: RolloutSeen): boolean {
  return instances.kind === "known" && instances.value.some(({ candidateReady }) => candidateReady);
}

function whenDraining(at: Settling, state: In<"draining">, seen: RolloutSeen): StrategyStep {
  const { stable } = at.rollout;
  const kept = keepAsItIs(at, state, seen);
  if (kept) return kept;
  if (stable && !isDrained(seen.stableInFlight, state.since, seen))
    return stay(state, `${stable.version} finishes what it has in flight`, seen.now + drainPollMs);
  if (seen.watchMs === 0 || at.rollout.kind !== "deploy")
    return finish(at, state, seen, { why: `has all traffic${at.rollout.fast ? proofOf(seen) : ""}` });
  const until = seen.now + seen.watchMs;
  return enter({ kind: "watching", since: seen.now, until }, watching, [], until);
}

const watching = "has all traffic; watched by the rollback policy";
/** How often a watch is looked at whose time is over before it has seen enough, in milliseconds. */
const watchPollMs = 1_000;

/** Nothing is left to do but to see whether it stays healthy; meanwhile it is kept as it should be. */
function whenWatching(at: Settling, state: In<"watching">, seen: RolloutSeen): StrategyStep {
  const { candidateWeight } = seen;
  if (candidateWeight.kind === "unknown") return whenUnasked(at, state, candidateWeight.why, seen);
  if (candidateWeight.value !== 100 && !state.hasLostTraffic) return whenUnseen(at, state);
  const kept = keepAsItIs(at, state, seen);
  if (kept) return kept;
  if (state.hasLostTraffic) return watchAnew(state, seen);
  if (seen.now < state.until) return stay(state, watching, state.until);
  if (!seen.isWatched && seen.watchMs > 0)
    return stay(state, `${watching}, from the beginning: nobody has measured for a while`, seen.now + watchPollMs);
  const { watched } = seen;
  if (watched.kind === "healthy") return finish(at, state, seen, { why: "has all traffic, and stayed healthy while it was watched" });
  return whenUnjudged(at, state, seen, watched);
}

/** Whether it has all of the traffic cannot be asked: it is given none now, since a version that has lost it is watched anew. */
function whenUnasked(at: Settling, state: In<"watching">, why: string, seen: RolloutSeen): StrategyStep {
  const kept = keepAsItIs(at, state, seen)?.actions ?? [];
  const step = stay(state, `watched by the rollback policy; whether it has all traffic is not known: ${why}`, seen.now + watchPollMs);
  return { ...step, actions: kept.filter(({ kind }) => kind !== "ensure-weights") };
}

/** Time without traffic is no watch: who took it away, such as a run that could not record it, does not matter. */
function whenUnseen({ rollout, candidate }: Settling, state: In<"watching">): StrategyStep {
  const why = "it lost its traffic while it was watched: giving it back";
  return enter({ ...state, hasLostTraffic: true }, why, giveTraffic(rollout.process, candidate));
}

function watchAnew({ hasLostTraffic: _, ...state }: In<"watching">, seen: RolloutSeen): StrategyStep {
  const until = seen.now + seen.watchMs;
  return enter({ ...state, since: seen.now, until }, `${watching}, from the beginning: it had lost its traffic`, [], until);
}

/** The watch is over, and nothing says whether it is good. */
function whenUnjudged(at: Settling, state: In<"watching">, seen: RolloutSeen, verdict: Unjudged): StrategyStep {
  const { why } = verdict;
  const { stable } = at.rollout;
  const isOver = needsNoVerdictAtEnd(at.rollout) || seen.onInconclusive === "proceed" || state.isAccepted === true;
  if (isOver) {
    const lacking = state.isAccepted ? `${why}; taken as good by a person` : why;
    return finish(at, state, seen, { why: `has all traffic; ${describeUnjudged(lacking)}`, unjudged: lacking });
  }
  if (seen.onInconclusive === "abort" && stable)
    return reject(at.rollout, { trigger: inconclusive, why: describeAbort(why, stable) }, seen.now);
  return { ...unjudged(stay(state, `has all traffic; ${describeUnjudged(why)}. ${personMustDecide}`), verdict), code: "PersonMustDecide" };
}

function whenRemoving({ rollout }: Settling, state: In<"removing">, seen: RolloutSeen): StrategyStep {
  const { stable } = rollout;
  const { kind: _, ...without } = state;
  const end = (how: string): StrategyStep => {
    const said = without.unjudged === undefined ? "" : `; ${describeUnjudged(without.unjudged)}`;
    return { ...succeed(state, `has all traffic${said}; ${how}`), ...without };
  };
  if (!stable || isNotSo(seen.stableInstalled)) return end("the old version is removed");
  if (isHopeless(seen)) return end(`${stable.version} could not be removed: ${seen.stuck?.detail ?? "refused"}`);
  return insist(state, `removing ${stable.version}`, [{ kind: "ensure-removed", unit: stable }]);
}

function drain(rollout: Rollout, seen: RolloutSeen, why: string): StrategyStep {
  return enter(
    { kind: "draining", since: seen.now },
    rollout.stable ? `${why}; ${rollout.stable.version} finishes what it has in flight` : why,
  );
}

interface Finish {
  readonly why: string;
  /** Why there was no verdict; absent: there was one. */
  readonly unjudged?: string;
}

function finish({ rollout, old }: Settling, state: RolloutState, seen: RolloutSeen, { why, unjudged: lacking }: Finish): StrategyStep {
  const { stable } = rollout;
  const without = lacking === undefined ? {} : { unjudged: lacking };
  if (!stable || old === "gone" || isNotSo(seen.stableInstalled)) return { ...succeed(state, why), ...without };
  if (old === "kept") return { ...succeed(state, `${why}; ${stable.version} is kept warm`), ...without };
  return enter({ kind: "removing", ...without }, `removing ${stable.version}`, [{ kind: "ensure-removed", unit: stable }]);
}
