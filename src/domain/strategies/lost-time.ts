/** Time in which no controller ran counts for no deadline, no step and no bake time: a controller that was down has measured nothing. */

import type { Instant } from "../names.ts";
import type { Rollout, RolloutState } from "../journal/rollout.ts";
import type { Observation } from "../observed/observation.ts";
import type { ProcessState } from "../journal/state.ts";

/** What is under way, moved on by all that was lost since it was looked at last; the very same object when nothing was. */
export function withoutLostTime(process: ProcessState, { lostMs, now }: Pick<Observation, "lostMs" | "now">): ProcessState {
  const { rollout } = process;
  const moreMs = rollout ? lostMs - (rollout.lostMs ?? lostMs) : 0;
  return rollout && moreMs > 0 ? { ...process, rollout: movedOn(rollout, { moreMs, lostMs, now }) } : process;
}

interface Lost {
  readonly moreMs: number;
  readonly lostMs: number;
  readonly now: Instant;
}

function movedOn(rollout: Rollout, { moreMs, lostMs, now }: Lost): Rollout {
  const { paused } = rollout;
  return {
    ...rollout,
    lostMs,
    deadline: rollout.deadline + moreMs,
    paused: paused && { ...paused, at: Math.min(now, paused.at + moreMs) },
    state: stateMovedOn(rollout.state, moreMs, now),
  };
}

/** A controller that was killed has remembered its last seconds as lost: nothing begins later than now. */
function stateMovedOn(state: RolloutState, moreMs: number, now: Instant): RolloutState {
  if (!("since" in state)) return state;
  const since = Math.min(now, state.since + moreMs);
  return state.kind === "baking" ? { ...state, since, until: state.until + (since - state.since) } : { ...state, since };
}
