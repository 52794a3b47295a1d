/** Events of an environment as a whole: somebody froze it, or let it go on. */

import type { PinionEvent } from "../journal/events.ts";
import { type Freeze, type Command, signature } from "../journal/commands.ts";
import type { EnvironmentState, Decision } from "../journal/state.ts";
import { eventOf } from "./decision-events.ts";

/** Frozen, or no longer so. */
export function freezeEvents(before: EnvironmentState, decision: Omit<Decision, "events">): readonly PinionEvent[] {
  if (decision.freezing === undefined) return [];
  const { freeze } = decision.freezing;
  if (freeze)
    return isSame(before.freeze, freeze) ? [] : [eventOf(decision, before.environment, { kind: "frozen", why: `by ${signature(freeze)}` })];
  if (before.freeze === null) return [];
  const command = unfreezing(before, decision);
  return [eventOf(decision, before.environment, { kind: "unfrozen", why: command ? `by ${signature(command)}` : "no longer frozen" })];
}

function isSame(one: Freeze | null, other: Freeze): boolean {
  return one !== null && one.at === other.at && one.why === other.why;
}

function unfreezing(before: EnvironmentState, decision: Omit<Decision, "events">): Command | undefined {
  const done = new Set(decision.results.filter(({ kind }) => kind === "done").map(({ id }) => id));
  return before.commands.findLast(({ id, spec }) => spec.kind === "unfreeze" && done.has(id));
}
