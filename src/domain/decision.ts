/** What deciding about one process takes in and gives out. */

import type { Action } from "./actions.ts";
import type { Desired } from "./desired.ts";
import type { Instant } from "./names.ts";
import type { Rollout } from "./rollout.ts";
import type { Seen } from "./seen.ts";
import type { DeploymentUpdate, EnvironmentState, OwedAction, ProcessState } from "./state.ts";

/** What decisions about other processes of the same pass must know. */
export interface Pass {
  readonly state: EnvironmentState;
  readonly seen: Seen;
  /** Deployments running now, with those that began in this pass. */
  running: number;
}

/** One process in one pass. */
export interface Case {
  readonly before: ProcessState;
  readonly owed: readonly OwedAction[];
  /** Null: not pinned. */
  readonly desired: Desired | null;
  /** The rollout that this decision puts an end to, for another version; null: none. */
  readonly superseded: Rollout | null;
  readonly pass: Pass;
}

export interface ProcessDecision {
  /** Null: nothing of it is left anywhere, it can be forgotten. */
  readonly after: ProcessState | null;
  readonly actions: readonly Action[];
  /** The actions are all that is owed from now on; else they are added. */
  readonly replacesOwed: boolean;
  readonly deployments: readonly DeploymentUpdate[];
  readonly wakeAt: Instant | null;
}
