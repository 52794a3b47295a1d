/** What the events of a decision are derived from, and what all of them have in common. */

import type { EventKind, PinionEvent } from "../journal/events.ts";
import type { Instant, ProcessId } from "../names.ts";
import type { EnvironmentState, ProcessState, Decision } from "../journal/state.ts";

/** One decision with what was remembered before it. */
export interface EventContext {
  readonly before: EnvironmentState;
  readonly decision: Omit<Decision, "events">;
  /** The new rows of the step. */
  readonly after: ReadonlyMap<ProcessId, ProcessState>;
}

type Optional = "process" | "deployment" | "version" | "from" | "commit" | "trigger" | "code";
type Given = Pick<PinionEvent, "kind" | "why"> & Partial<Pick<PinionEvent, Optional>>;

/** An event of this decision; what it does not name is null. `about` makes its id unique among those of its kind and time. */
export function eventOf({ environment, at }: Omit<Decision, "events">, about: string, given: Given): PinionEvent {
  const nothing = { process: null, deployment: null, version: null, from: null, commit: null, trigger: null, code: null };
  return { id: eventId(about, given.kind, at), at, environment, ...nothing, ...given };
}

function eventId(about: string, kind: EventKind, at: Instant): string {
  return `${about}.${kind}.${at.toString(36)}`;
}
