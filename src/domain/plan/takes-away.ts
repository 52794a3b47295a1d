/** Whether what was owed before goes against what `main` says now. */

import type { Action } from "../journal/actions.ts";
import type { Desired } from "../desired/resolve.ts";
import { assertNever } from "../names.ts";

/** True when it takes from what is pinned its traffic, its triggers, or the version itself. Null: not pinned. */
export function takesAway(action: Action, desired: Desired | null): boolean {
  if (desired?.kind !== "run") return false;
  switch (action.kind) {
    case "ensure-weights":
      return action.weights.length === 0;
    case "ensure-armed":
      return action.digest === null;
    case "ensure-removed":
      return action.unit.digest === desired.unit.digest;
    case "ensure-installed":
    case "ensure-validated":
    case "ensure-reverted":
      return false;
    default:
      return assertNever(action);
  }
}
