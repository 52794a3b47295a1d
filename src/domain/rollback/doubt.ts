/**
 * A version that is rejected while a process that it calls is being judged too may only have met with that one's fault. Its traffic
 * goes back at once; the commit that puts its pin back waits for the other verdict, so that nothing has to be undone in git.
 */

import { forgetting, isGoingBack, whomItCalls } from "./by-catch.ts";
import type { Case, Pass, ProcessDecision } from "../journal/case.ts";
import { earlier } from "../strategies/deadline.ts";
import type { ProcessId } from "../names.ts";
import { mayBeTakenBack } from "./policy.ts";
import type { Doubt } from "../journal/revert.ts";
import type { Rollout } from "../journal/rollout.ts";
import type { ProcessState } from "../journal/state.ts";
import { mayHaveTraffic } from "../strategies/steps.ts";

/** How long the commit waits at most, in milliseconds. */
const doubtMs = 60_000;

/** What is remembered of a version that was rejected just now, in doubt while somebody that it calls is judged. */
export function inDoubt(one: Case, rollout: Rollout, after: ProcessState): ProcessState {
  const { before, pass } = one;
  const { revert } = after;
  if (!revert || revert.request.id === before.revert?.request.id || rollout.exchanged) return after;
  if (isTakenBackByPerson(before)) return after;
  const about = whomItCalls(one, rollout).filter((process) => isJudged(process, pass));
  if (about.length === 0) return after;
  const doubt: Doubt = { about, until: pass.observation.now + doubtMs, rolledBackAt: before.rolledBackAt };
  return { ...after, revert: { ...revert, doubt } };
}

/** A person's rollback waits for git: whosever fault it was, it goes back. */
function isTakenBackByPerson({ revert }: ProcessState): boolean {
  return revert !== null && revert.request.by !== null && revert.outcome?.kind !== "proposed";
}

/** Its new version has traffic, may turn out to be bad, and would be taken back then. */
function isJudged(process: ProcessId, { state, observation }: Pass): boolean {
  const known = state.processes.get(process);
  if (known?.rollout?.kind !== "deploy") return false;
  const { rollout } = known;
  return rollout.state.kind !== "rejected" && mayHaveTraffic(rollout) && mayBeTakenBack(rollout, known, observation);
}

/** The doubt ends when it is known which process was at fault, or when the time for it is over. */
export function resolveDoubt(before: ProcessState, pass: Pass): ProcessState {
  const { revert } = before;
  if (!revert?.doubt) return before;
  const { doubt, ...certain } = revert;
  const { request } = certain;
  const culprit = request.along
    ? undefined
    : doubt.about.find((each) => isGoingBack(pass.state.processes.get(each), request.at, pass.observation));
  if (culprit !== undefined) return forgetting(before, request, { awaits: culprit, rolledBackAt: doubt.rolledBackAt });
  const isWaiting = !request.along && pass.observation.now < doubt.until && doubt.about.some((each) => isJudged(each, pass));
  return isWaiting ? before : { ...before, revert: certain };
}

/** Looked at again when the time for it is over. */
export function awaitingDoubt(decision: ProcessDecision): ProcessDecision {
  const doubt = decision.after?.revert?.doubt;
  return doubt ? { ...decision, wakeAt: earlier(decision.wakeAt, doubt.until) } : decision;
}
