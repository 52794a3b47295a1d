/** What becomes of a rollout whose time is over: it goes back, and whether that says anything about its version depends on the verdict. */

import { describeAbort, describeUnjudged, inconclusive } from "./inconclusive.ts";
import type { Instant } from "../names.ts";
import type { Person } from "../journal/people.ts";
import type { Rollout, RolloutView, StrategyStep } from "../journal/rollout.ts";
import { isHandingOver } from "./rollout-states.ts";
import { is, mayHaveTraffic, reject, rejectLate, stay } from "./steps.ts";
import { traitsOf } from "./traits.ts";

/** The rollout as it goes on, and its step. */
export interface Late {
  readonly rollout: Rollout;
  readonly step: StrategyStep;
}

const pinion: Person = { name: "Pinion", email: null };

/** Without a verdict no version is rejected: with `pause` it waits for a person, else it goes back without a revert and without quarantine. */
export function whenLate(rollout: Rollout, view: RolloutView): Late {
  const { stable } = rollout;
  if (isHandingOver(rollout.state) && mayHaveTraffic(rollout)) return { rollout, step: giveUpHandingOver(rollout, view.now) };
  const why = whyUnjudged(rollout, view);
  if (why === null || stable === null) return { rollout, step: rejectLate(rollout, view.now) };
  if (isWaitingForVerdict(rollout) && view.onInconclusive === "pause") return pauseFor(rollout, why, view.now);
  const limit = isWaitingForVerdict(rollout) ? why : `${why}; its time was over while ${rollout.state.kind}`;
  return { rollout, step: reject(rollout, { trigger: inconclusive, why: describeAbort(limit, stable) }, view.now) };
}

/** A rollback has all the traffic already, perhaps from a run that could not record it. */
export function isBack({ kind, state }: Rollout, { candidateWeight }: RolloutView): boolean {
  return kind === "rollback" && state.kind !== "rejected" && is(candidateWeight, 100);
}

/** No timeout takes the traffic from a rollback that has it, nor while the router cannot be asked. */
export function mayBeBack(rollout: Rollout, view: RolloutView): boolean {
  return isBack(rollout, view) || (rollout.kind === "rollback" && view.candidateWeight.kind === "unknown");
}

/** The process that was to take its paths over was not ready in time: no version is rejected for that. */
function giveUpHandingOver({ strategy, stable, ...rollout }: Rollout, now: Instant): StrategyStep {
  const limit = traitsOf(strategy).ownLimit?.option ?? "deployment timeout";
  const why = `its paths were not handed over within its ${limit}; back to ${stable?.version ?? "nothing"}, without a revert`;
  return reject({ ...rollout, strategy, stable }, { trigger: inconclusive, why }, now);
}

/** Null: it has a verdict, or never had anything to be judged by. */
function whyUnjudged(rollout: Rollout, { analysis, triggers }: RolloutView): string | null {
  if (rollout.kind !== "deploy" || !mayHaveTraffic(rollout)) return null;
  if (analysis.kind === "unknown") return analysis.why;
  return triggers.kind === "unknown" ? triggers.why : null;
}

/** Nothing else is left to be done in this state. */
function isWaitingForVerdict({ state, strategy }: Rollout): boolean {
  return traitsOf(strategy).waitsForVerdict(strategy, state);
}

/** When a person resumes it, it has as much time as it had at the start. */
function pauseFor(rollout: Rollout, why: string, now: Instant): Late {
  const paused = { by: pinion, why: `${describeUnjudged(why)} (onInconclusive: pause)`, at: now };
  const deadline = now + (rollout.deadline - rollout.startedAt);
  return { rollout: { ...rollout, paused, deadline }, step: stay(rollout.state, `paused by ${pinion.name}: ${paused.why}`) };
}
