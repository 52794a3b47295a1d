/** What others are told about a decision: derived from the decision itself, so that nothing is told that was not recorded. */

import type { PinionEvent } from "../journal/events.ts";
import type { EnvironmentState, ProcessState, Step } from "../journal/state.ts";
import { deploymentEvents } from "./deployments.ts";
import { holdEvents } from "./holds.ts";
import { lagEvents, noteLags } from "./lags.ts";
import { lineEvents } from "./freeze.ts";

type Untold = Omit<Step, "events">;

/**
 * The step with what is to be told about it: the last thing that happens to a decision. It also notes with the processes that
 * git lags behind, so that this is told once and not in every pass.
 */
export function tell(before: EnvironmentState, step: Untold): Step {
  const noted = { ...step, processes: noteLags(before, step) };
  return { ...noted, events: eventsOf(before, noted) };
}

/** The events of one decision. The same decision gives the same events with the same ids. */
export function eventsOf(before: EnvironmentState, step: Untold): readonly PinionEvent[] {
  const after = new Map(step.processes.map((process): [string, ProcessState] => [process.process, process]));
  const told = { before, step, after };
  return [...lineEvents(before, step), ...deploymentEvents(told), ...holdEvents(told), ...lagEvents(told)];
}
