/** Which reason a deployment is as it is for: while it is under way, and when it ends. */

import { engineDeath } from "../observed/engine-deaths.ts";
import { inconclusive } from "../strategies/inconclusive.ts";
import type { Reason, ReasonCode } from "../journal/reason.ts";
import type { DeploymentKind, Rollout, RolloutView, RolloutState, StrategyStep, Stuck } from "../journal/rollout.ts";
import { rolloutStates } from "../strategies/rollout-states.ts";
import type { DeploymentPhase } from "../journal/status.ts";
import { isBeforeInstalling } from "../strategies/steps.ts";
import { isWaitingForPerson } from "../strategies/traits.ts";

/** Undisturbed, by its state. */
export function codeUnderWay(rollout: Rollout): ReasonCode {
  const { state, kind } = rollout;
  if (kind === "self-heal") return "Healing";
  if (kind === "prune" || isBeforeInstalling(rollout)) return "TakingOut";
  if (isWaitingForPerson(rollout)) return "AwaitsPromotion";
  return rolloutStates[state.kind].code;
}

/** What a step was decided under. */
interface Circumstances {
  readonly rolloutView: Pick<RolloutView, "stuck">;
  /** Why it stands still; null: it goes on. */
  readonly stopped: Pick<Reason, "code"> | null;
  /** It is in the state that it was in. */
  readonly isSame: boolean;
}

/** `rollout`: as it goes on after the step. */
export function codeOf({ code }: StrategyStep, rollout: Rollout, { rolloutView, stopped, isSame }: Circumstances): ReasonCode {
  if (code !== undefined) return code;
  if (rollout.state.kind === "rejected") return "GoingBack";
  if (stopped !== null) return stopped.code;
  return isSame && rolloutView.stuck !== null ? codeOfRefusal(rollout, rolloutView.stuck) : codeUnderWay(rollout);
}

/** A rejected candidate that ever had traffic was rolled back; one that never had it just failed. */
export function rejectedPhase(state: RolloutState): DeploymentPhase {
  if (state.kind !== "rejected") return "Failed";
  if (state.trigger === "abort" || state.trigger === inconclusive) return "Aborted";
  return state.hadTraffic ? "RolledBack" : "Failed";
}

/** What has all the traffic and can never be installed again is not on its way any more: it lacks something until a commit comes. */
function codeOfRefusal({ switchedAt }: Rollout, { action, retry }: Stuck): ReasonCode {
  return switchedAt !== null && action.kind === "ensure-installed" && retry === "never" ? "NotRestored" : "ActionRefused";
}

/** What each kind of deployment has done when it has succeeded, and has not when it has failed. */
const endings: Readonly<Record<DeploymentKind, { readonly succeeded: ReasonCode; readonly failed: ReasonCode | null }>> = {
  deploy: { succeeded: "AsPinned", failed: null },
  rollback: { succeeded: "AsPinned", failed: null },
  "self-heal": { succeeded: "AsPinned", failed: "NotRestored" },
  prune: { succeeded: "TakenOut", failed: null },
};

/** `phase`: as which it ended. */
export function codeAtEnd({ kind, state }: Rollout, phase: DeploymentPhase): ReasonCode {
  const { succeeded, failed } = endings[kind];
  if (phase === "Succeeded") return succeeded;
  if (phase === "Superseded") return "Superseded";
  if (failed !== null) return failed;
  if (phase === "Aborted") return state.kind === "rejected" && state.trigger === inconclusive ? "NotJudged" : "Aborted";
  if (phase === "RolledBack") return state.kind === "rejected" && state.trigger === engineDeath ? "KillsEngine" : "RolledBack";
  return "DeploymentFailed";
}
