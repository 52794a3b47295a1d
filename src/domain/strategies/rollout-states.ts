/** What is true of a rollout in each of its states, whatever its strategy. A state that is added does not compile before it is described here. */

import type { ReasonCode } from "../journal/reason.ts";
import type { DeploymentKind, Rollout, RolloutState } from "../journal/rollout.ts";

interface StateTraits {
  /** While nothing disturbs it. */
  readonly code: ReasonCode;
  /** The version before it serves as if nothing were under way. */
  readonly isBeforeSwitch: boolean;
  /** Nothing is half done, so it can stay for as long as a person wants. */
  readonly canStandStill: boolean;
  /** A person may pause or abort it; later only a rollback takes it back. */
  readonly isStoppable: boolean;
  /** It is validated and has the traffic for good; only the old version is left to be let go, or it is watched. */
  readonly hasArrived: boolean;
  /** The candidate's share of the traffic: none, as its step says, as its instances have it, or all. */
  readonly share: "none" | "step" | "instances" | "all";
  /** Metrics of its candidate are asked for, so that counting begins before its first request. */
  readonly isMeasured: boolean;
}

const before = {
  isBeforeSwitch: true,
  canStandStill: true,
  isStoppable: true,
  hasArrived: false,
  share: "none",
  isMeasured: true,
} as const;
const underWay = { ...before, isBeforeSwitch: false, canStandStill: false } as const;
const rolling = { ...underWay, code: "Rolling", share: "instances" } as const;
const arrived = { ...underWay, isStoppable: false, hasArrived: true, share: "all" } as const;

export const rolloutStates: Readonly<Record<RolloutState["kind"], StateTraits>> = {
  validating: { ...before, code: "Validating", isMeasured: false },
  installing: { ...before, code: "Installing" },
  checking: { ...before, code: "Checking" },
  waiting: { ...before, code: "SwitchDelayed" },
  "handing-over": { ...before, code: "HandingOver" },
  switching: { ...underWay, code: "Switching", share: "all" },
  shifting: { ...underWay, code: "Shifting", canStandStill: true, share: "step" },
  "draining-batch": rolling,
  updating: rolling,
  verifying: rolling,
  restoring: rolling,
  pausing: { ...rolling, canStandStill: true },
  "post-deployment": { ...underWay, code: "PostDeploymentChecks", isStoppable: false, share: "all" },
  draining: { ...arrived, code: "Draining" },
  clearing: { ...underWay, code: "TakingOut" },
  /** Of the old version. Where it is taken out before the new one comes in, nothing of this holds yet (`isBeforeInstalling`). */
  removing: { ...arrived, code: "Removing" },
  baking: { ...arrived, code: "Baking" },
  rejected: { ...underWay, code: "GoingBack", isMeasured: false },
};

/** It is ready for all the traffic, and waits for those with whom its paths change owner; with a share of it already, or without. */
export function isHandingOver(state: RolloutState): boolean {
  if (state.kind === "shifting") return state.hasPassed === true;
  return state.kind === "handing-over" || (state.kind === "restoring" && state.isKeptIn === true);
}

/** Whether it goes by the strategy of its process; else by rules of its own, and keeps the environment in order. */
export const isByStrategy: Readonly<Record<DeploymentKind, boolean>> = { deploy: true, rollback: true, "self-heal": false, prune: false };

/** By which rules it goes, for people and for history. */
export function rulesOf({ kind, strategy }: Pick<Rollout, "kind" | "strategy">): string {
  return isByStrategy[kind] ? strategy.kind : kind;
}
