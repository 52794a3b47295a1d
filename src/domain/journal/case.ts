/** What deciding about one process takes in and gives out. */

import type { Action } from "./actions.ts";
import type { Desired } from "../desired/resolve.ts";
import type { Instant, ProcessId } from "../names.ts";
import type { Freeze } from "./commands.ts";
import type { RevertRequest } from "./revert.ts";
import type { Rollout } from "./rollout.ts";
import type { Observation } from "../observed/observation.ts";
import type { DeploymentUpdate, EnvironmentState, OwedAction, ProcessState } from "./state.ts";
import type { Handovers } from "./handover.ts";

/** What decisions about other processes of the same pass must know. */
export interface Pass {
  readonly state: EnvironmentState;
  readonly observation: Observation;
  /** Frozen as of this pass, with the commands that came in it. */
  readonly freeze: Freeze | null;
  /** Processes with a place among those that may be deployed at once: each takes or leaves its own when it is decided about. */
  readonly places: Set<ProcessId>;
  /** Whose paths change owner now, or will; null: that could not be asked. */
  readonly handovers: Handovers | null;
  /** Who serves which requests; worked out when somebody asks. */
  owners?: ReadonlyMap<string, ProcessId>;
}

/** One process in one pass. */
export interface Case {
  readonly before: ProcessState;
  readonly owed: readonly OwedAction[];
  /** Null: not pinned. */
  readonly desired: Desired | null;
  /** The rollout that this decision puts an end to, for another version, and whether its version was found good; null: none. */
  readonly superseded: { readonly rollout: Rollout; readonly isGood: boolean } | null;
  /** The revert that the pin has just followed; null: none. */
  readonly reverted: RevertRequest | null;
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
