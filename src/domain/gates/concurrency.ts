/** At most so many deployments at once in one environment (`restrictions.maxConcurrentDeployments`). */

import type { Rollout } from "../journal/rollout.ts";
import { isHandingOver } from "../strategies/rollout-states.ts";
import { isOnItsWay } from "../strategies/steps.ts";
import type { Held } from "./gate.ts";
import type { Pass } from "../journal/case.ts";
import { findInstalled, isReady, type Seen } from "../observed/observation.ts";

/**
 * What only waits for others to hand paths over takes nobody's place: those others need one. Where no path changes its owner
 * any more, or it does not answer any more, it goes on by itself in this very pass.
 */
export function isRunning(rollout: Rollout, { handovers, seen }: Pick<Pass, "handovers" | "seen">): boolean {
  if (!isHandingOver(rollout.state)) return isOnItsWay(rollout);
  return (handovers !== null && !handovers.has(rollout.process)) || isToInstallAgain(rollout, seen);
}

function isToInstallAgain({ process, candidate, state, paused }: Rollout, { engine }: Seen): boolean {
  if (state.kind !== "handing-over" || !candidate || paused || engine.kind === "unknown") return false;
  return !isReady(findInstalled(engine.value.installed.get(process) ?? [], candidate.digest), engine.value.instances);
}

export function holdForConcurrency(running: number, limit: number | null): Held | null {
  if (limit === null || running < limit) return null;
  return {
    reason: { code: "WaitsForTurn", text: `${running} of at most ${limit} deployments are running in this environment` },
    until: null,
  };
}
