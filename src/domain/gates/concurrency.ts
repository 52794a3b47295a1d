/** At most so many deployments at once in one environment (`restrictions.maxConcurrentDeployments`). */

import type { Rollout } from "../journal/rollout.ts";
import { isHandingOver } from "../strategies/rollout-states.ts";
import { isOnItsWay } from "../strategies/steps.ts";
import type { Held } from "./gate.ts";
import type { Handovers } from "../journal/handover.ts";

/**
 * What only waits for others to hand paths over takes nobody's place: those others need one. Where no path changes its owner
 * any more it goes on by itself in this very pass.
 */
export function isRunning(rollout: Rollout, handovers: Handovers | null): boolean {
  if (isHandingOver(rollout.state)) return handovers !== null && !handovers.has(rollout.process);
  return isOnItsWay(rollout);
}

export function holdForConcurrency(running: number, limit: number | null): Held | null {
  if (limit === null || running < limit) return null;
  return {
    reason: { code: "WaitsForTurn", text: `${running} of at most ${limit} deployments are running in this environment` },
    until: null,
  };
}
