/** What was taken out of an environment stays installed for a while, without traffic, so that a revert brings it back at once. */

import type { Action } from "../journal/actions.ts";
import type { Case, ProcessDecision } from "../journal/case.ts";
import { describeTakenOut, withStatus } from "../status/describe-status.ts";
import type { ProcessId } from "../names.ts";
import type { ProcessObservation, Observation } from "../observed/observation.ts";
import type { ProcessState } from "../journal/state.ts";
import type { Handover } from "../journal/handover.ts";

/** Says it plainly. */
export function whyTakenOut({ environment }: Observation): string {
  return `taken out of ${environment}: no longer pinned`;
}

/** It serves on until those that take its paths over are ready. */
export function describeStay(process: ProcessId, { why }: Pick<Handover, "why">): string {
  return `${why}; ${process} serves until then: to keep it, revert the commit that removed its pin`;
}

/** The process as remembered; a pinned process is not taken out. */
export function pinnedAgain({ before, desired }: Pick<Case, "before" | "desired">): ProcessState {
  return desired && before.takenOutAt !== null ? { ...before, takenOutAt: null } : before;
}

/** Without traffic already. `why`: what forbids to remove it; null: nothing does, once its time is over. */
export function keepWarm({ before, pass }: Case, view: ProcessObservation, why: string | null): ProcessDecision {
  const { observation } = pass;
  const takenOutAt = before.takenOutAt ?? observation.now;
  const until = takenOutAt + (observation.spec?.pruneDelayMs ?? 0);
  const isOver = why === null && observation.now >= until;
  const text = isOver ? whyTakenOut(observation) : `${whyTakenOut(observation)}; ${keptWarm(view, why)}`;
  const after = withStatus(
    before.takenOutAt === null ? { ...before, takenOutAt } : before,
    describeTakenOut(before, observation, view, { code: "TakenOut", text }),
  );
  return {
    after,
    actions: isOver ? removals(view) : disarmed(view),
    replacesOwed: false,
    deployments: [],
    wakeAt: observation.now < until ? until : null,
  };
}

function keptWarm({ installed }: ProcessObservation, why: string | null): string {
  const versions = installed.map(({ version }) => version).join(" and ");
  const [are, them] = installed.length === 1 ? ["is", "it"] : ["are", "them"];
  if (why !== null) return `${versions} ${are} kept warm and not removed: ${why}`;
  return `${versions} ${are} kept warm for a while, so that a revert brings ${them} back at once`;
}

function removals({ process, installed }: ProcessObservation): readonly Action[] {
  return installed.map(({ version, digest }): Action => ({ kind: "ensure-removed", unit: { process, version, digest } }));
}

/** Nothing of it fires by itself. */
function disarmed({ process, installed }: ProcessObservation): readonly Action[] {
  return installed.some(({ armed }) => armed === true) ? [{ kind: "ensure-armed", process, digest: null }] : [];
}
