/** What others are told about a decision: derived from the decision itself, so that nothing is told that was not recorded. */

import type { PinionEvent } from "../journal/events.ts";
import type { EnvironmentState, ProcessState, Decision } from "../journal/state.ts";
import { deploymentEvents } from "./deployments.ts";
import { holdEvents } from "./holds.ts";
import { lagEvents, noteLags } from "./lags.ts";
import { freezeEvents } from "./freeze.ts";
import { unusableEvents } from "./unusable.ts";

type Undispatched = Omit<Decision, "events">;

/**
 * The step with what is to be told about it: the last thing that happens to a decision. It also notes with the processes that
 * git lags behind, so that this is told once and not in every pass.
 */
export function withEvents(before: EnvironmentState, decision: Undispatched): Decision {
  const noted = { ...decision, processes: noteLags(before, decision) };
  return { ...noted, events: mayTell(noted) ? eventsOf(before, noted) : [] };
}

/** Most passes find nothing new. */
function mayTell({ processes, deployments, freezing }: Undispatched): boolean {
  return processes.length > 0 || deployments.length > 0 || freezing !== undefined;
}

/** The events of one decision. The same decision gives the same events with the same ids. */
export function eventsOf(before: EnvironmentState, decision: Undispatched): readonly PinionEvent[] {
  const after = new Map(decision.processes.map((process): [string, ProcessState] => [process.process, process]));
  const context = { before, decision, after };
  return [
    ...freezeEvents(before, decision),
    ...deploymentEvents(context),
    ...holdEvents(context),
    ...unusableEvents(context),
    ...lagEvents(context),
  ];
}
