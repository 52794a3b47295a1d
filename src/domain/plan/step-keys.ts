/** Which states of a rollout are a step for people, and which are one step together. */

import { assertNever } from "../names.ts";
import type { Rollout } from "../journal/rollout.ts";
import { traitsOf } from "../strategies/traits.ts";

/** Equal keys, one after the other, are one step; null: no step of its own, it belongs to the one before it. */
export function keyOf({ state, strategy }: Pick<Rollout, "state" | "strategy">): string | null {
  switch (state.kind) {
    case "shifting":
      return state.hasPassed ? null : `shifting ${state.step}`;
    case "draining-batch":
    case "updating":
    case "verifying":
    case "restoring":
      return `batch ${state.batch.join(" ")}`;
    case "pausing":
      return state.done.length > 0 && (traitsOf(strategy).lastsMs(strategy, state) ?? 0) > 0 ? `pausing ${state.done.length}` : null;
    case "rejected":
      return null;
    case "validating":
    case "installing":
    case "checking":
    case "waiting":
    case "handing-over":
    case "switching":
    case "post-deployment":
    case "draining":
    case "clearing":
    case "removing":
    case "baking":
      return state.kind;
    default:
      return assertNever(state);
  }
}
