/** At most so many deployments at once in one environment (`restrictions.maxConcurrentDeployments`). */

import type { Rollout } from "../journal/rollout.ts";
import { isHandingOver } from "../strategies/rollout-states.ts";
import { isOnItsWay } from "../strategies/steps.ts";
import type { Pass } from "../journal/case.ts";
import { findInstalled, isReady, type Seen } from "../observed/observation.ts";
import { blocked, type GateAnswer, open, type ProposedChange } from "./gate.ts";

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

/** What goes back to a version that was good here, and what is taken out, does not wait for its turn. */
export function concurrency({ pinned, record, running, spec }: Pick<ProposedChange, "pinned" | "record" | "running" | "spec">): GateAnswer {
  const limit = spec?.maxConcurrentDeployments ?? null;
  if (limit === null) return open("there is no limit");
  if (!pinned) return open("what is taken out does not wait for its turn");
  if (record === "way-back") return open("going back does not wait for its turn");
  if (running < limit) return open(`${running} of at most ${limit} deployments are running`);
  const text = `${running} of at most ${limit} deployments are running in this environment`;
  return blocked({ code: "WaitsForTurn", text }, "It opens by itself when one of them ends.");
}
