/** Whether what was owed before may go against what `main` says now, or against what has the traffic by now. */

import type { Action } from "../journal/actions.ts";
import type { Desired } from "../desired/resolve.ts";
import { assertNever } from "../names.ts";

/**
 * True when it takes from what is pinned its traffic or its triggers, or removes any version: that may have been given its traffic back
 * by a decision that could not be recorded. Null: not pinned.
 */
export function takesAway(action: Action, desired: Desired | null): boolean {
  const isPinned = desired?.kind === "run";
  switch (action.kind) {
    case "ensure-weights":
      return isPinned && action.weights.length === 0;
    case "ensure-armed":
      return isPinned && action.digest === null;
    case "ensure-removed":
      return true;
    case "ensure-installed":
    case "ensure-validated":
    case "ensure-reverted":
      return false;
    default:
      return assertNever(action);
  }
}
