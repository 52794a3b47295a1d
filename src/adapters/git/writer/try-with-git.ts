/** One try with the git program, which speaks every transport and says what is wrong. */

import { PinionError } from "../../../domain/errors.ts";
import type { CommitId } from "../../../domain/names.ts";
import type { RevertOutcome } from "../../../domain/journal/revert.ts";
import type { CommitObject } from "../mirror/read-object.ts";
import type { TryGit } from "../transport/run-git.ts";
import type { LocalGit } from "../transport/run-local-git.ts";
import { buildCommit } from "./build-commit.ts";
import type { BuildOptions } from "./build-commit.ts";
import { consider, on, over, proposedAs, turnedAway } from "./attempt.ts";
import type { Attempt, AttemptTools, AttemptStep } from "./attempt.ts";
import { createObjectStore, type ObjectStore } from "./object-store.ts";
import { watchForOthers } from "./overtaken.ts";
import { pushCommit } from "./push-commit.ts";
import type { PushResult } from "./push-commit.ts";
import { findRollback } from "./rollback-log.ts";

export interface OrdinaryTools extends AttemptTools, Omit<BuildOptions, "store"> {
  readonly branch: string;
  /** Free of secrets. */
  readonly url: string;
  /** The mirror. */
  readonly directory: string;
  /** Where objects are put; default: into the mirror. */
  readonly openStore?: (directory: string, idDigits: number) => ObjectStore;
  readonly local: LocalGit;
  readonly talk: TryGit;
  /** Whether `find` costs next to nothing. */
  readonly isLookCheap: boolean;
  /** Fetches, and says where the branch is. */
  readonly look: () => Promise<CommitObject>;
}

/** @throws as `PinWriter.revert`. */
export async function ordinaryTurn(tools: OrdinaryTools, attempt: Attempt): Promise<AttemptStep> {
  const head = await tools.look();
  const written = await findRollback({ ...tools, ...attempt }, head, attempt.searched);
  const turn = await consider(tools, attempt, head, written);
  return turn.kind === "over" ? turn : write(tools, turn.attempt, head);
}

async function write(tools: OrdinaryTools, attempt: Attempt, head: CommitObject): Promise<AttemptStep> {
  const { request, places, along, rollbackOf } = attempt;
  const { directory, openStore = createObjectStore } = tools;
  const store = openStore(directory, head.commit.length);
  const commit = await buildCommit({ ...tools, store }, request, { head, places, along, rollbackOf });
  if (request.mode === "propose") return propose(tools, attempt, commit, "rollbackPolicy.manual.approvalRequired is set");
  const isContested = attempt.turnedAway.count > 0;
  const pushed = await race({ ...tools, isWatched: isContested && tools.isLookCheap }, commit, head);
  switch (pushed.kind) {
    case "accepted":
      return confirm(tools, attempt, commit);
    case "moved":
      return on(turnedAway(attempt, head));
    case "declined":
      return propose(tools, attempt, commit, pushed.why);
  }
}

/**
 * Where a push was lost before and looking is cheap, others are watched meanwhile: one that has lost again is ended. Should it have arrived all
 * the same, the next turn finds it.
 */
async function race(tools: OrdinaryTools & { readonly isWatched: boolean }, commit: CommitId, head: CommitObject): Promise<PushResult> {
  const push = { url: tools.url, commit, branch: tools.branch, seen: head.commit };
  if (!tools.isWatched) return pushCommit(tools.talk, push);
  const [lost, ended] = [new AbortController(), new AbortController()];
  const watching = watchForOthers(tools, [head.commit, commit], { lost, over: ended.signal });
  try {
    return await pushCommit(tools.talk, push, lost.signal);
  } catch (error) {
    if (lost.signal.aborted) return { kind: "moved" };
    throw error;
  } finally {
    ended.abort();
    await watching;
  }
}

/** Read back from the remote: on top of the branch, or below what came since. Else the next turn finds out what happened. */
async function confirm(tools: OrdinaryTools, attempt: Attempt, commit: CommitId): Promise<AttemptStep> {
  const outcome: RevertOutcome = { kind: "committed", commit };
  if ((await tools.find(tools.branch)) === commit) return over(outcome);
  const head = await tools.look();
  const isThere = await tools.local.ask(["merge-base", "--is-ancestor", commit, head.commit]);
  return isThere ? over(outcome) : on(attempt);
}

async function propose(tools: OrdinaryTools, attempt: Attempt, commit: CommitId, why: string): Promise<AttemptStep> {
  const { proposal } = attempt;
  const pushed = await pushCommit(tools.talk, { url: tools.url, commit, branch: proposal, seen: null });
  switch (pushed.kind) {
    case "accepted":
      return over(proposedAs(attempt, commit, why));
    case "declined":
      throw new PinionError("git/refused", `neither ${tools.branch} nor ${proposal} takes a push from Pinion: ${pushed.why}`);
    case "moved":
      return proposedMeanwhile(tools, attempt, why);
  }
}

/** The branch is there already: by a push of our own whose answer was lost. */
async function proposedMeanwhile(tools: OrdinaryTools, attempt: Attempt, why: string): Promise<AttemptStep> {
  const there = await tools.find(attempt.proposal);
  return there === null ? on({ ...attempt, searched: null }) : over(proposedAs(attempt, there, why));
}
