/** At most so many deployments at once in one environment (`restrictions.maxConcurrentDeployments`). */

import type { Pass } from "../journal/case.ts";
import { rowsUnderWay } from "../journal/rows.ts";
import type { EnvironmentState } from "../journal/state.ts";
import type { Handovers } from "../journal/handover.ts";
import type { ProcessId } from "../names.ts";
import type { Rollout } from "../journal/rollout.ts";
import { isHandingOver } from "../strategies/rollout-states.ts";
import { isOnItsWay } from "../strategies/steps.ts";
import { blocked, type GateAnswer, open, type ProposedChange } from "./gate.ts";

/** What has all the traffic for good holds no place, nor does what only waits for others to hand paths over: those others need one. */
function holdsPlace(rollout: Rollout, handovers: Handovers | null): boolean {
  return isOnItsWay(rollout) && !waitsForOthers(rollout, handovers);
}

/** What is rejected may still have to stay, with those that it would go back with: it takes no turn that it did not have. */
export function takeTurn(rollout: Rollout, { places, handovers }: Pick<Pass, "places" | "handovers">): void {
  if (rollout.state.kind !== "rejected" && holdsPlace(rollout, handovers)) places.add(rollout.process);
}

/** A canary that has passed, or was promoted, waits only while there is somebody to wait for: else it goes on in this very pass. */
function waitsForOthers({ process, state }: Rollout, handovers: Handovers | null): boolean {
  return isHandingOver(state) && (state.kind === "handing-over" || handovers?.get(process)?.kind === "waits");
}

/** The processes that hold one. */
export function placesHeld({ processes }: EnvironmentState, handovers: Handovers | null): Set<ProcessId> {
  const places = new Set<ProcessId>();
  for (const { process, rollout } of rowsUnderWay(processes)) if (rollout && holdsPlace(rollout, handovers)) places.add(process);
  return places;
}

/** What goes back to a version that was good here, and what is taken out, does not wait for its turn. */
export function concurrency({ pinned, record, running, spec }: Pick<ProposedChange, "pinned" | "record" | "running" | "spec">): GateAnswer {
  const limit = spec?.maxConcurrentDeployments ?? null;
  if (limit === null) return open("there is no limit");
  if (!pinned) return open("a removal does not wait for other deployments");
  if (record === "way-back") return open("a rollback does not wait for other deployments");
  if (running < limit) return open(`${running} of at most ${limit} deployments are running`);
  const text = `${running} of at most ${limit} deployments are running in this environment`;
  return blocked({ code: "WaitsForTurn", text }, "It opens when one of them ends.");
}
