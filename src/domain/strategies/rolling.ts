/**
 * Rolling: the version goes from instance to instance. A batch is taken out of rotation, finishes its requests in flight, gets
 * the new version beside the old one, is checked, and comes back with the new one. The old version stays installed everywhere
 * until all is over, so that going back is a matter of the router alone; schedules and subscriptions stay with it until the end.
 */

import type { Action } from "../journal/actions.ts";
import type { RollingSpec } from "../desired/environment.ts";
import { assertNever, type UnitRef } from "../names.ts";
import type { InstanceView, Rollout, RolloutView, StrategyStep } from "../journal/rollout.ts";
import { countDown, idsOf, isRotated, type BatchPosition, rotate, rotationFor, without } from "./rotation.ts";
import { isAfterSwitch, nextAfterSwitch } from "./after-switch.ts";
import {
  check,
  drainPollMs,
  enter,
  type In,
  insist,
  install,
  isDrained,
  isHopeless,
  isNever,
  isNotSo,
  reject,
  rejectRefused,
  stay,
  switchTo,
  unjudged,
  whenRejected,
  whileChecking,
  whileInstalling,
  whileValidating,
} from "./steps.ts";

type BatchState = In<"draining-batch" | "updating" | "verifying" | "restoring">;
/** Between its validation and all the traffic. */
export type Underway = BatchState | In<"pausing">;

/** A deployment that goes from instance to instance, with the instances as they are now. */
interface Rolling {
  readonly rollout: Rollout;
  readonly candidate: UnitRef;
  readonly stable: UnitRef;
  readonly spec: RollingSpec;
  readonly view: RolloutView;
  readonly instances: readonly InstanceView[];
}

export function nextRolling(rollout: Rollout, candidate: UnitRef, spec: RollingSpec, view: RolloutView): StrategyStep {
  const { state } = rollout;
  if (isAfterSwitch(state)) return nextAfterSwitch({ rollout, candidate, old: "removed" }, state, view);
  switch (state.kind) {
    case "validating":
      return whileValidating(rollout, candidate, view) ?? whenValid(rollout, candidate, view);
    case "installing":
      return whenInstalling(rollout, candidate, view);
    case "checking":
      return (
        whileChecking(rollout, candidate, view) ?? switchTo(candidate, "checks passed, and no other version runs: switching all traffic")
      );
    case "draining-batch":
    case "updating":
    case "verifying":
    case "restoring":
    case "pausing":
      return whenUnderway({ rollout, candidate, spec, view }, state);
    case "rejected":
      return whenRejected(rollout, state, view);
    default:
      return isNever("rolling", state satisfies In<"waiting" | "handing-over" | "shifting" | "clearing">);
  }
}

/** Without a version before it, no version can serve meanwhile: it is installed everywhere at once. */
function whenValid({ stable }: Rollout, candidate: UnitRef, { now }: RolloutView): StrategyStep {
  if (!stable) return install(candidate, "valid; nothing runs yet: installing on every instance");
  return enter({ kind: "pausing", done: [], since: now }, "valid; going from instance to instance");
}

function whenInstalling(rollout: Rollout, candidate: UnitRef, view: RolloutView): StrategyStep {
  const unfinished = whileInstalling(rollout, candidate, view);
  if (unfinished) return unfinished;
  if (rollout.fast) return switchTo(candidate, "installed and known good: switching without delay");
  return check(rollout, candidate);
}

function whenUnderway({ rollout, candidate, spec, view }: Omit<Rolling, "stable" | "instances">, state: Underway): StrategyStep {
  const { stable } = rollout;
  if (!stable) throw new Error(`${rollout.process} has no version to start from`);
  if (isHopeless(view)) return rejectRefused(rollout, view);
  if (view.instances.kind === "unknown") return stay(state, `its instances are not known: ${view.instances.why}`);
  const at: Rolling = { rollout, candidate, stable, spec, view, instances: view.instances.value };
  if (isStableGone(at, state)) return install(candidate, `${stable.version} answers on no instance: installing on every instance at once`);
  return withoutDead(at, state) ?? restore(at, state) ?? share(at, state) ?? nextIn(at, state);
}

/** No other instance could serve meanwhile: waiting for the old version would only delay the new one. */
function isStableGone({ instances }: Rolling, state: Underway): boolean {
  const up = instances.filter((each) => each.isUp);
  return state.kind === "pausing" && state.done.length === 0 && up.length > 0 && up.every((each) => !each.stableReady);
}

function nextIn(at: Rolling, state: Underway): StrategyStep {
  switch (state.kind) {
    case "draining-batch":
      return whenDrainingBatch(at, state);
    case "updating":
      return whenUpdating(at, state);
    case "verifying":
      return whenVerifying(at, state);
    case "restoring":
      return comeBack(at, [...state.done, ...state.batch]);
    case "pausing":
      return whenPausing(at, state);
    default:
      return assertNever(state);
  }
}

/**
 * An instance that dies leaves its batch, and is taken again once it is back; the others go on. One that may have had callers
 * already is among those that have the new version: it is put back there, so that it stays known that the version had traffic.
 */
function withoutDead({ instances, view }: Rolling, state: Underway): StrategyStep | null {
  if (state.kind === "pausing" || state.kind === "restoring" || state.isKeptIn) return null;
  const alive = state.batch.filter((id) => instances.some((each) => each.id === id && each.isUp));
  if (alive.length === state.batch.length) return null;
  const why = `${without(state.batch, alive).join(", ")} went down`;
  if (alive.length > 0) return enter({ ...state, batch: alive }, `${why}; continuing with ${alive.join(", ")}`);
  return enter({ kind: "pausing", done: state.done, since: view.now }, why);
}

/** What got lost on an instance, in a crash or by hand, is put back before it goes on; meanwhile adjusting the traffic to the instances. */
function restore(at: Rolling, state: Underway): StrategyStep | null {
  const { moved } = batchIn(state, at.instances);
  const up = at.instances.filter((each) => each.isUp);
  const lacksCandidate = idsOf(up.filter((each) => moved.includes(each.id) && !each.candidateReady));
  const lacksStable = idsOf(up.filter((each) => !moved.includes(each.id) && !each.stableReady));
  if (lacksCandidate.length + lacksStable.length === 0) return null;
  const lacking = [...installOn(at.candidate, lacksCandidate), ...installOn(at.stable, lacksStable)];
  const where = [...lacksCandidate, ...lacksStable].join(", ");
  return insist(state, at.view.stuck?.detail ?? `installing what is missing on ${where}`, [
    ...lacking,
    ...(share(at, state)?.actions ?? []),
  ]);
}

/** The traffic follows the instances. */
function share(at: Rolling, state: Underway): StrategyStep | null {
  const { rollout, instances, view } = at;
  const rotation = rotationFor(batchIn(state, instances), instances, at.spec);
  const weights = isRotated(rotation, instances, view) ? [] : rotate(rollout, at, rotation);
  const lacking = [...weights, ...armStable(at)];
  return lacking.length === 0 ? null : insist(state, view.stuck?.detail ?? describe(at, state), lacking);
}

function armStable({ rollout, stable, view }: Rolling): readonly Action[] {
  return isNotSo(view.stableArmed) ? [{ kind: "ensure-armed", process: rollout.process, digest: stable.digest }] : [];
}

function whenDrainingBatch(at: Rolling, state: In<"draining-batch">): StrategyStep {
  const { view, instances, spec } = at;
  const { isBatchOut, others } = rotationFor(batchIn(state, instances), instances, spec);
  if (!isBatchOut && others > 0) return enter({ kind: "pausing", done: state.done, since: view.now }, "too many instances are down now");
  const batch = instances.filter((each) => state.batch.includes(each.id));
  if (isBatchOut && !batch.every((each) => isDrained(each.stableInFlight, state.since, view)))
    return stay(state, `${at.stable.version} finishes its requests in flight on ${state.batch.join(", ")}`, view.now + drainPollMs);
  return replace(at, state);
}

function whenUpdating(at: Rolling, state: In<"updating">): StrategyStep {
  const { candidate, view } = at;
  const { batch } = state;
  if (!isCandidateReady(at, batch)) return insist(state, view.stuck?.detail ?? describe(at, state), installOn(candidate, batch));
  return enter({ ...state, kind: "verifying", since: view.now }, `installed; checking it on ${batch.join(", ")}`, [checkOn(at, batch)]);
}

function whenVerifying(at: Rolling, state: In<"verifying">): StrategyStep {
  const { rollout, view, spec } = at;
  const { batch, done } = state;
  if (view.during.kind === "unhealthy")
    return reject(rollout, { trigger: "validation", why: `on ${batch.join(", ")}: ${view.during.why}` }, view.now);
  if (!isCandidateReady(at, batch)) return replace(at, state);
  if (view.during.kind === "unknown") {
    const asking = insist(state, view.stuck?.detail ?? describe(at, state), [checkOn(at, batch)]);
    return { ...asking, wakeAt: view.now + spec.healthCheckIntervalMs };
  }
  const moved = [...done, ...batch];
  if (pendingOf(at, moved).length === 0 && !state.isKeptIn) return comeBack(at, moved);
  const returning = { ...state, kind: "restoring", since: view.now } as const;
  const rotation = rotationFor(batchIn(returning, at.instances), at.instances, spec);
  return enter(returning, `checked; ${describe(at, returning)}`, rotate(rollout, at, rotation));
}

/** With the last batch all traffic and all triggers go to the new version. */
function comeBack(at: Rolling, done: readonly string[]): StrategyStep {
  const { candidate, view, spec } = at;
  if (pendingOf(at, done).length === 0) return switchTo(candidate, "checked on every instance: switching all traffic");
  return enter({ kind: "pausing", done, since: view.now }, progress(at, done), [], view.now + spec.batchDelayMs);
}

function whenPausing(at: Rolling, state: In<"pausing">): StrategyStep {
  const { view, spec, rollout } = at;
  const { done } = state;
  if (state.isAccepted) return goOn(at, state);
  const until = state.since + spec.batchDelayMs;
  if (done.length > 0 && view.now < until) return stay(state, `${progress(at, done)}; waiting for batchDelay`, until);
  if (done.length === 0 || view.analysis.kind === "healthy") return goOn(at, state);
  const why = view.analysis.why;
  const isWaiting = view.onInconclusive !== "proceed";
  const judgeUntil = isWaiting ? rollout.deadline : state.since + timeToJudge(at, state);
  if (isWaiting || view.now < judgeUntil)
    return unjudged(stay(state, `${progress(at, done)}; no verdict yet: ${why}`, judgeUntil), view.analysis);
  const step = goOn(at, state);
  return { ...step, why: `${step.why}; ${progress(at, done)}, not judged: ${why}` };
}

/** The longest window of the metrics, but never more than half of the time that is left: the other instances need some too. */
function timeToJudge({ rollout, view }: Rolling, { since }: In<"pausing">): number {
  return Math.min(view.judgeMs, Math.max(0, (rollout.deadline - since) / 2));
}

function goOn(at: Rolling, state: In<"pausing">): StrategyStep {
  return pendingOf(at, state.done).length === 0 ? whenNobodyIsLeft(at, state) : takeBatch(at, state);
}

function whenNobodyIsLeft(at: Rolling, state: In<"pausing">): StrategyStep {
  const isAnybodyUp = at.instances.some((each) => each.isUp);
  if (isAnybodyUp) return comeBack(at, state.done);
  return stay(state, "no instance is up", at.rollout.deadline);
}

/** Never more than may be unavailable, and never the last one in rotation: that one stays in while it gets the new version. */
function takeBatch(at: Rolling, state: In<"pausing">): StrategyStep {
  const { instances, spec, view, rollout } = at;
  const down = countDown(instances);
  const serving = instances.length - down;
  const pending = pendingOf(at, state.done);
  const room = spec.maxUnavailable - down;
  if (serving === 1) return replace(at, { done: state.done, batch: pending.slice(0, 1) });
  if (room <= 0) {
    const why = `${down} of ${instances.length} instances are down, and maxUnavailable is ${spec.maxUnavailable}: waiting until they are back`;
    return stay(state, why, rollout.deadline);
  }
  const batch = pending.slice(0, Math.min(spec.batchSize, room, serving - 1));
  const rotating = { kind: "draining-batch", done: state.done, batch, since: view.now } as const;
  return enter(rotating, describe(at, rotating), rotate(rollout, at, rotationFor(batchIn(rotating, instances), instances, spec)));
}

function replace(at: Rolling, { done, batch, isKeptIn }: Pick<BatchState, "done" | "batch" | "isKeptIn">): StrategyStep {
  const replacing = { kind: "updating", done, batch, since: at.view.now, ...(isKeptIn && { isKeptIn }) } as const;
  return enter(replacing, describe(at, replacing), installOn(at.candidate, batch));
}

function installOn(unit: UnitRef, on: readonly string[]): readonly Action[] {
  return on.length > 0 ? [{ kind: "ensure-installed", unit, on }] : [];
}

function checkOn({ rollout, candidate }: Rolling, batch: readonly string[]): Action {
  return { kind: "ensure-validated", unit: candidate, phase: "during", deployment: rollout.deployment, on: batch };
}

/** Where the versions are in this state. The old one, which alone answers what others take over, keeps its callers also while its last instances are down. */
export function batchIn(state: Underway, instances: readonly InstanceView[]): BatchPosition {
  if (state.kind === "pausing") return { moved: state.done, batch: [] };
  if (state.isKeptIn) return { moved: instances.some(({ id, isUp }) => isUp && !state.done.includes(id)) ? state.done : [], batch: [] };
  if (state.kind === "restoring") return { moved: [...state.done, ...state.batch], batch: [] };
  return { moved: state.done, batch: state.batch };
}

/** Instances that are up and have not got the new version yet. */
function pendingOf({ instances }: Rolling, done: readonly string[]): readonly string[] {
  return idsOf(instances.filter((each) => each.isUp && !done.includes(each.id)));
}

function isCandidateReady({ instances }: Rolling, batch: readonly string[]): boolean {
  return instances.every((each) => !batch.includes(each.id) || each.candidateReady);
}

function progress({ instances, candidate }: Rolling, done: readonly string[]): string {
  return `${candidate.version} is on ${done.length} of ${instances.length} instances`;
}

function describe({ candidate }: Rolling, state: Underway): string {
  switch (state.kind) {
    case "draining-batch":
      return `taking ${state.batch.join(", ")} out of rotation`;
    case "updating":
      return `installing ${candidate.version} on ${state.batch.join(", ")}, beside the running version`;
    case "verifying":
      return `checking it on ${state.batch.join(", ")}`;
    case "restoring":
      return `putting ${state.batch.join(", ")} back into rotation with ${candidate.version}`;
    case "pausing":
      return "adjusting the traffic to the instances";
    default:
      return assertNever(state);
  }
}
