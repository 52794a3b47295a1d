/**
 * Puts pins back by commits on the remote's branch, never by force. Each try starts from where the branch is now; what was
 * written by an earlier try, or by a process that has died since, is found by its Rollback-Id.
 */

import { PinionError } from "../../../domain/errors.ts";
import type { CommitId } from "../../../domain/names.ts";
import type { RevertOrder, RevertOutcome } from "../../../domain/revert.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { PinWriter } from "../../../ports/pin-writer.ts";
import { branchRefs } from "../branch.ts";
import type { GitEnvironment } from "../git-environment.ts";
import type { GitObjects } from "../git-objects.ts";
import type { Queue } from "../queue.ts";
import type { CommitObject } from "../read-object.ts";
import type { TryGit } from "../run-git.ts";
import type { LocalGit } from "../run-local-git.ts";
import { buildCommit } from "./build-commit.ts";
import { oneLine } from "./commit-message.ts";
import type { Identity } from "./commit-object.ts";
import { originOf } from "./pin-origin.ts";
import { createPinPlaces } from "./pin-places.ts";
import type { PinPlace, PinPlaces } from "./pin-places.ts";
import { pushCommit } from "./push-commit.ts";
import { findRollback } from "./rollback-log.ts";
import { createSign } from "./sign-commit.ts";
import type { SigningKey } from "./sign-commit.ts";

export interface PinWriterOptions {
  /** Commits in this name; what a person ordered has the person as its author. */
  readonly identity: Identity;
  /** Null: commits are not signed. */
  readonly signing: SigningKey | null;
  /** The folder within the repository that holds environments/; "" for its root. */
  readonly path: string;
  readonly clock: Clock;
  /** 0 to below 1, for the jitter between two tries; default `Math.random`. */
  readonly random?: () => number;
}

export interface PinWriterDependencies extends PinWriterOptions {
  readonly branch: string;
  /** Free of secrets. */
  readonly url: string;
  /** The mirror. */
  readonly directory: string;
  readonly environment: GitEnvironment;
  readonly objects: GitObjects;
  readonly local: LocalGit;
  readonly talk: TryGit;
  /** One order after the other: they would only get in each other's way. */
  readonly turns: Queue;
  readonly closing: AbortSignal;
  /** Fetches, and says where the branch is. */
  readonly look: () => Promise<CommitObject>;
  /** Where a branch is at the remote; null when there is none. */
  readonly find: (branch: string) => Promise<CommitId | null>;
}

/** One order under way. */
interface Errand {
  readonly order: RevertOrder;
  readonly places: PinPlaces;
  readonly proposal: string;
  /** The head whose history was searched last; null: none yet. */
  readonly searched: CommitObject | null;
  readonly rollbackOf: CommitId | null;
  /** How often in a row a push was turned away though the branch had not moved. */
  readonly stalls: number;
}

type Turn = { readonly kind: "over"; readonly outcome: RevertOutcome } | { readonly kind: "again"; readonly errand: Errand };

const maxJitterMs = 20;
const maxStalls = 10;

export function createPinWriter(dependencies: PinWriterDependencies): PinWriter {
  return { revert: (order, signal) => dependencies.turns.add(() => revert(dependencies, order, signal)) };
}

async function revert(writer: PinWriterDependencies, order: RevertOrder, signal?: AbortSignal): Promise<RevertOutcome> {
  let errand = startErrand(writer, order);
  for (;;) {
    if (signal?.aborted === true || writer.closing.aborted) throw new PinionError("git/failed", `rollback ${order.id} was interrupted`);
    const turn = await takeTurn(writer, errand);
    if (turn.kind === "over") return turn.outcome;
    errand = turn.errand;
    await writer.clock.sleep((writer.random ?? Math.random)() * maxJitterMs, signal);
  }
}

function startErrand({ objects, path }: PinWriterDependencies, order: RevertOrder): Errand {
  const { environment, process, id } = order;
  const proposal = `rollback/${environment}/${id}`;
  branchRefs(proposal);
  const places = createPinPlaces({ objects, path, environment, process });
  return { order, places, proposal, searched: null, rollbackOf: null, stalls: 0 };
}

async function takeTurn(writer: PinWriterDependencies, errand: Errand): Promise<Turn> {
  const { order, places, searched } = errand;
  const head = await writer.look();
  const done = await findRollback(writer.local, order, { head: head.commit, after: searched?.commit ?? null });
  if (done !== null) return over({ kind: "committed", commit: done });
  const pins = await places.at(head);
  if (!pins.some(({ version }) => version === order.from)) return over(await superseded(writer.objects, errand, head));
  if (searched !== null) return write(writer, { ...errand, searched: head, stalls: stalled(errand, head) }, pins);
  const proposed = await writer.find(errand.proposal);
  if (proposed !== null) return over(proposedAs(errand, proposed, "an earlier try has proposed it"));
  const origin = await originOf(writer.objects, places, head);
  return write(writer, { ...errand, searched: head, rollbackOf: origin?.commit ?? null }, pins);
}

async function write(writer: PinWriterDependencies, errand: Errand, pins: readonly PinPlace[]): Promise<Turn> {
  const { order, places, rollbackOf, searched: head } = errand;
  if (head === null) throw new Error("nothing is written before the history was searched");
  const options = { ...writer, sign: createSign(writer.signing, writer) };
  const commit = await buildCommit(options, order, { head, places, pins, rollbackOf });
  if (order.mode === "propose") return propose(writer, errand, commit, "proposals were asked for");
  const pushed = await pushCommit(writer.talk, { url: writer.url, commit, branch: writer.branch, seen: head.commit });
  switch (pushed.kind) {
    case "accepted":
      return confirm(writer, errand, commit);
    case "moved":
      return again(errand);
    case "declined":
      return propose(writer, errand, commit, pushed.why);
  }
}

/** Read back from the remote: on top of the branch, or below what came since. Else the next turn finds out what happened. */
async function confirm(writer: PinWriterDependencies, errand: Errand, commit: CommitId): Promise<Turn> {
  const outcome: RevertOutcome = { kind: "committed", commit };
  if ((await writer.find(writer.branch)) === commit) return over(outcome);
  const head = await writer.look();
  const isThere = await writer.local.ask(["merge-base", "--is-ancestor", commit, head.commit]);
  return isThere ? over(outcome) : again(errand);
}

/** A lost race is tried again without limit, but a branch that turns pushes away without moving is no race. */
function stalled({ stalls, searched }: Errand, head: CommitObject): number {
  if (head.commit !== searched?.commit) return 0;
  if (stalls < maxStalls) return stalls + 1;
  throw new PinionError("git/unreachable", "the server turns every push away as out of date, though the branch has not moved");
}

async function propose(writer: PinWriterDependencies, errand: Errand, commit: CommitId, why: string): Promise<Turn> {
  const { proposal } = errand;
  const pushed = await pushCommit(writer.talk, { url: writer.url, commit, branch: proposal, seen: null });
  switch (pushed.kind) {
    case "accepted":
      return over(proposedAs(errand, commit, why));
    case "declined":
      throw new PinionError("git/refused", `neither ${writer.branch} nor ${proposal} takes a push from Pinion: ${pushed.why}`);
    case "moved":
      return proposedMeanwhile(writer, errand, why);
  }
}

/** The branch is there already: by a push of our own whose answer was lost. */
async function proposedMeanwhile(writer: PinWriterDependencies, errand: Errand, why: string): Promise<Turn> {
  const there = await writer.find(errand.proposal);
  return there === null ? again({ ...errand, searched: null }) : over(proposedAs(errand, there, why));
}

function proposedAs({ proposal }: Errand, commit: CommitId, why: string): RevertOutcome {
  return { kind: "proposed", branch: proposal, commit, why };
}

/** Says who moved the pin, where that can be found out. */
async function superseded(objects: GitObjects, { order, places }: Errand, head: CommitObject): Promise<RevertOutcome> {
  const pins = await places.at(head);
  const mover = await originOf(objects, places, head);
  const by = mover === null ? "" : ` by ${oneLine(mover.author) || "somebody"} in ${mover.commit.slice(0, 12)}`;
  const now = pins.map(({ version }) => oneLine(version)).join(" and ");
  const what = pins.length === 0 ? `${order.process} was taken out of the pins` : `the pin of ${order.process} was moved to ${now}`;
  return { kind: "superseded", why: `${what}${by}` };
}

function over(outcome: RevertOutcome): Turn {
  return { kind: "over", outcome };
}

function again(errand: Errand): Turn {
  return { kind: "again", errand };
}
