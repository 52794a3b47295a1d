/** Until when a rollout may take: what decides about its timeout, and what is shown of it. */

import type { Instant } from "../names.ts";
import type { Rollout } from "../journal/rollout.ts";
import type { Observation } from "../observed/observation.ts";
import { isOnItsWay } from "./steps.ts";
import { isWaitingForPerson } from "./traits.ts";

/** When its time will be over, so that this is noticed then and not by chance; null: nothing ends by time, or it has ended. */
export function timeIsOver({ candidate, state, deadline, startedAt }: Rollout, observation: Held): Instant | null {
  const over = deadline + heldUpMs(startedAt, observation);
  return candidate && state.kind !== "rejected" && over > observation.now ? over : null;
}

type Held = Pick<Observation, "now" | "unrecordable">;

/** How long nothing could be recorded since then, as on a full disk, in milliseconds: no deployment could go on, and no version is at fault. */
export function heldUpMs(since: Instant, { now, unrecordable = [] }: Held): number {
  return unrecordable.reduce((sum, { from, to }) => sum + Math.max(0, (to ?? now) - Math.max(from, since)), 0);
}

/** Whether nothing can be recorded, as on a full disk. */
export function isUnrecordable({ unrecordable = [] }: Pick<Observation, "unrecordable">): boolean {
  return unrecordable.at(-1)?.to === null;
}

/** When the time of a rollout as it was recorded is over, with all the time since then that does not count. */
export function overAt(
  rollout: Pick<Rollout, "deadline" | "startedAt" | "lostMs">,
  observation: Held & Pick<Observation, "lostMs">,
): Instant {
  const lostSince = Math.max(0, observation.lostMs - (rollout.lostMs ?? observation.lostMs));
  return rollout.deadline + lostSince + heldUpMs(rollout.startedAt, observation);
}

/** The first of two times, either of which may be none. */
export function earlier(one: Instant | null, other: Instant | null): Instant | null {
  if (one === null || other === null) return one ?? other;
  return Math.min(one, other);
}

/** How long its state has waited for a person's promotion, in milliseconds: that time does not count. */
export function waitedForPersonMs(rollout: Pick<Rollout, "strategy" | "state">, now: Instant): number {
  return isWaitingForPerson(rollout) && "since" in rollout.state ? Math.max(0, now - rollout.state.since) : 0;
}

/** When it times out; null: it has all the traffic for good or is going back, so a timeout would help no caller. */
export function deadlineOf(rollout: Rollout): Instant | null {
  const { state, kind, candidate, deadline } = rollout;
  if (!candidate || kind === "self-heal" || state.kind === "rejected" || !isOnItsWay(rollout)) return null;
  // There is no rollback of a rollback: where it only waits for a proof, it has arrived.
  if (rollout.fast && state.kind === "post-deployment") return null;
  return isWaitingForPerson(rollout) ? null : deadline;
}
