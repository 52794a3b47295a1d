/** One revert request on its way to the branch: what is known of it so far, and what is looked at before anything is written. */

import { PinionError } from "../../../domain/errors.ts";
import type { CommitId, ProcessId } from "../../../domain/names.ts";
import type { PinBack, RevertRequest, RevertOutcome } from "../../../domain/journal/revert.ts";
import { branchRefs } from "../transport/branch.ts";
import type { GitObjects } from "../mirror/git-objects.ts";
import type { CommitObject } from "../mirror/read-object.ts";
import { oneLine } from "./commit-message.ts";
import { originOf } from "./pin-origin.ts";
import { createPinPlaces } from "./pin-places.ts";
import type { PinPlaces } from "./pin-places.ts";

export interface Attempt {
  readonly request: RevertRequest;
  readonly places: PinPlaces;
  /** Pins that go back by the same commit. */
  readonly along: readonly Companion[];
  /** The branch for a proposal. */
  readonly proposal: string;
  /** The head whose history was searched last; null: none yet. */
  readonly searched: CommitId | null;
  /** Who pinned the bad version; null: not known. */
  readonly rollbackOf: CommitId | null;
  /** The head that a push was turned away at last, and how often in a row. */
  readonly turnedAway: { readonly at: CommitId | null; readonly count: number };
}

export interface Companion {
  readonly pin: PinBack;
  readonly places: PinPlaces;
}

export type AttemptStep =
  | { readonly kind: "over"; readonly outcome: RevertOutcome }
  /** There is more to do. */
  | { readonly kind: "on"; readonly attempt: Attempt };

export interface AttemptTools {
  readonly objects: GitObjects;
  /** The folder within the repository; "" for its root. */
  readonly path: string;
  /** Where a branch is at the remote; null when there is none. */
  readonly find: (branch: string) => Promise<CommitId | null>;
}

const maxTurnedAway = 10;

export function startAttempt({ objects, path }: AttemptTools, request: RevertRequest): Attempt {
  const { environment, process, id, along: others = [] } = request;
  const proposal = `rollback/${environment}/${id}`;
  branchRefs(proposal);
  const placesOf = (which: ProcessId): PinPlaces => createPinPlaces({ objects, path, environment, process: which });
  const [places, along] = [placesOf(process), others.map((pin) => ({ pin, places: placesOf(pin.process) }))];
  return { request, places, along, proposal, searched: null, rollbackOf: null, turnedAway: { at: null, count: 0 } };
}

/** Whether there is still something to write on top of a head. `written` is the request's commit in its history. */
export async function consider(tools: AttemptTools, attempt: Attempt, head: CommitObject, written: CommitId | null): Promise<AttemptStep> {
  const { request, places, searched } = attempt;
  if (written !== null) return over({ kind: "committed", commit: written });
  const pins = await places.at(head);
  if (!pins.some(({ version }) => version === request.from)) return over(await superseded(tools.objects, attempt, head));
  if (searched !== null) return on({ ...attempt, searched: head.commit });
  const proposed = await tools.find(attempt.proposal);
  if (proposed !== null) return over(proposedAs(attempt, proposed, "an earlier try has proposed it"));
  const origin = await originOf(tools.objects, places, head);
  return on({ ...attempt, searched: head.commit, rollbackOf: origin?.commit ?? null });
}

/** A lost race is run again without limit, but a branch that turns pushes away without moving is no race. @throws `git/unreachable`. */
export function turnedAway(attempt: Attempt, head: CommitObject): Attempt {
  const { at, count } = attempt.turnedAway;
  const next = { at: head.commit, count: at === head.commit ? count + 1 : 1 };
  if (next.count <= maxTurnedAway) return { ...attempt, turnedAway: next };
  throw new PinionError("git/unreachable", "the server turns every push away as out of date, though the branch has not moved");
}

/** Says who moved the pin, where that can be found out. */
async function superseded(objects: GitObjects, { request, places }: Attempt, head: CommitObject): Promise<RevertOutcome> {
  const pins = await places.at(head);
  const mover = await originOf(objects, places, head);
  const by = mover === null ? "" : ` by ${oneLine(mover.author) || "somebody"} in ${mover.commit.slice(0, 12)}`;
  const now = pins.map(({ version }) => oneLine(version)).join(" and ");
  const what = pins.length === 0 ? `${request.process} was removed from the pins` : `the pin of ${request.process} was moved to ${now}`;
  return { kind: "superseded", why: `${what}${by}` };
}

export function proposedAs({ proposal }: Attempt, commit: CommitId, why: string): RevertOutcome {
  return { kind: "proposed", branch: proposal, commit, why };
}

export function over(outcome: RevertOutcome): AttemptStep {
  return { kind: "over", outcome };
}

export function on(attempt: Attempt): AttemptStep {
  return { kind: "on", attempt };
}
