/** Events of an environment as a whole: somebody froze it, or let it go on. */

import type { PinionEvent } from "../journal/events.ts";
import { type Freeze, type Order, signature } from "../journal/commands.ts";
import type { EnvironmentState, Step } from "../journal/state.ts";
import { eventOf } from "./decision-events.ts";

/** Frozen, or no longer so. */
export function lineEvents(before: EnvironmentState, step: Omit<Step, "events">): readonly PinionEvent[] {
  if (step.line === undefined) return [];
  const { freeze } = step.line;
  if (freeze)
    return isSame(before.freeze, freeze) ? [] : [eventOf(step, before.environment, { kind: "frozen", why: `by ${signature(freeze)}` })];
  if (before.freeze === null) return [];
  const order = unfreezing(before, step);
  return [eventOf(step, before.environment, { kind: "unfrozen", why: order ? `by ${signature(order)}` : "no longer frozen" })];
}

function isSame(one: Freeze | null, other: Freeze): boolean {
  return one !== null && one.at === other.at && one.why === other.why;
}

function unfreezing(before: EnvironmentState, step: Omit<Step, "events">): Order | undefined {
  const done = new Set(step.answers.filter(({ kind }) => kind === "done").map(({ id }) => id));
  return before.orders.findLast(({ id, wish }) => wish.kind === "unfreeze" && done.has(id));
}
