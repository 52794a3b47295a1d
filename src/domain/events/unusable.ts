/** Told once about an environment whose environment.yaml cannot be used, and not about each of its processes. */

import type { PinionEvent } from "../journal/events.ts";
import type { ProcessState } from "../journal/state.ts";
import { eventOf, type EventContext } from "./decision-events.ts";

const code = "EnvironmentUnusable";

export function unusableEvents({ before, decision }: EventContext): readonly PinionEvent[] {
  const first = decision.processes.find(isHeldByIt);
  if (!first?.status || [...before.processes.values()].some(isHeldByIt)) return [];
  return [eventOf(decision, before.environment, { kind: "held", code, why: first.status.reason.text })];
}

function isHeldByIt({ status }: ProcessState): boolean {
  return status?.reason.code === code;
}
