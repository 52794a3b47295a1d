/** Until when a rollout may take: what decides about its timeout, and what is shown of it. */

import type { Instant } from "./names.ts";
import { isOnItsWay } from "./rollback.ts";
import type { Rollout } from "./rollout.ts";
import { isWaitingForPerson } from "./strategies/canary.ts";

/** When it fails; null: once it has the traffic for good, or is on its way out, there is nothing left that a timeout could save. */
export function deadlineOf(rollout: Rollout): Instant | null {
  const { state, strategy, kind, candidate, deadline } = rollout;
  if (!candidate || kind === "heal" || state.kind === "rejected" || !isOnItsWay(rollout)) return null;
  // There is no rollback of a rollback: where it only waits for a proof, it has arrived.
  if (rollout.fast && state.kind === "confirming") return null;
  return state.kind === "shifting" && strategy.kind === "canary" && isWaitingForPerson(strategy, state) ? null : deadline;
}
