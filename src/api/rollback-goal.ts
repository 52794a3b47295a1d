/** How a rollback goes: whether git has it, and whether callers have it. Pure. */

import type { ProcessView } from "./views.ts";
import type { Version } from "../domain/names.ts";
import type { RevertView } from "../domain/journal/revert-view.ts";
import type { DeploymentPhase } from "../domain/journal/status.ts";
import { describeRevert } from "./describe-revert.ts";
import { type Fact, sharesOf } from "./recovery.ts";

/** A rollback is done when both are. */
export interface RollbackState {
  /** Whether the commit is on the branch. `waiting`: it is proposed, and people merge it. */
  readonly git: Fact;
  /** Whether all callers get the version that was good. */
  readonly traffic: Fact;
}

/** What is known beside the view. */
export interface RollbackStart {
  /** The version to go back to; null: the controller chooses, and the pin tells. */
  readonly to: Version | null;
  /** The revert as it was seen last; null: never. */
  readonly revert: RevertView | null;
}

const lost: ReadonlySet<DeploymentPhase | null> = new Set<DeploymentPhase | null>(["Failed", "RolledBack", "Aborted"]);

export function judgeRollback(view: ProcessView, start: RollbackStart): RollbackState {
  const git = judgeGit(view, start);
  const to = start.to ?? start.revert?.request.to ?? view.desired;
  return { git, traffic: judgeTraffic(view, to, git) };
}

/** Nothing more is to be expected without somebody doing something. */
export function isOver({ git, traffic }: RollbackState): boolean {
  return git.state === "waiting" || git.state === "failed" || traffic.state === "failed" || isDone({ git, traffic });
}

export function isDone({ git, traffic }: RollbackState): boolean {
  return git.state === "done" && traffic.state === "done";
}

/** A revert that is not to be seen any more is in the commit that is in force. */
function judgeGit({ revert, desired }: ProcessView, start: RollbackStart): Fact {
  if (!revert) {
    const isPinned = start.to === null ? start.revert !== null : desired === start.to;
    return { state: isPinned ? "done" : "open", why: `git: ${desired ?? "nothing"} is pinned` };
  }
  const why = describeRevert(revert);
  switch (revert.outcome?.kind) {
    case "committed":
      return { state: "done", why };
    case "proposed":
      return { state: "waiting", why };
    case "superseded":
      return { state: "failed", why };
    case undefined:
      return { state: "open", why };
  }
}

function judgeTraffic({ actual, progress, phase, reason }: ProcessView, to: Version | null, git: Fact): Fact {
  if (to !== null && actual.some(({ version, weight }) => version === to && weight === 100))
    return { state: "done", why: `traffic: all on ${to}` };
  const why = `traffic: ${sharesOf(actual)}; ${reason.text}`;
  return { state: git.state === "done" && progress === null && lost.has(phase) ? "failed" : "open", why };
}
