/** Which events a receiver wants. */

import type { EventKind, PinionEvent } from "../../../domain/journal/events.ts";
import type { EnvironmentName } from "../../../domain/names.ts";

export interface Subscription {
  /** Null: all kinds. */
  readonly events: readonly EventKind[] | null;
  /** Null: all environments. */
  readonly environments: readonly EnvironmentName[] | null;
}

/** Whether the event is among those that are wanted. */
export function isWanted({ events, environments }: Subscription, event: PinionEvent): boolean {
  return (events?.includes(event.kind) ?? true) && (environments?.includes(event.environment) ?? true);
}
