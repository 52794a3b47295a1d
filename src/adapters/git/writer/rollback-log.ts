/**
 * Finds the commit of a revert request in the branch's history, however it came there: pushed, merged, or squashed by a forge. The Rollback-Id only says where
 * to look: anybody can write one. What counts is that the commit moved the pin from the bad version to the good one.
 */

import type { CommitId } from "../../../domain/names.ts";
import type { RevertRequest } from "../../../domain/journal/revert.ts";
import type { GitObjects } from "../mirror/git-objects.ts";
import type { CommitObject } from "../mirror/read-object.ts";
import type { LocalGit } from "../transport/run-local-git.ts";
import { idTrailer } from "./commit-message.ts";
import type { PinPlaces } from "./pin-places.ts";

export interface RollbackSearch {
  readonly objects: GitObjects;
  readonly local: LocalGit;
  readonly places: PinPlaces;
  readonly request: RevertRequest;
}

/** A step back is searched without a child process when it is no longer than this. */
const maxSteps = 50;

/**
 * The oldest commit that carried out the request. All of the history since the request is looked at, whatever its dates: dates of commits are their authors'
 * claims, and a wrong one must not hide a commit. `searched`: a head whose history was searched before; null: none yet.
 */
export async function findRollback(search: RollbackSearch, head: CommitObject, searched: CommitId | null): Promise<CommitId | null> {
  const claimed = (searched === null ? null : await claimsSince(search, head, searched)) ?? (await claimsInLog(search, head, searched));
  for (const commit of claimed) if (await hasMovedPin(search, commit)) return commit;
  return null;
}

/** Only the value of the pin, before and after, is proof. */
async function hasMovedPin({ objects, places, request }: RollbackSearch, id: CommitId): Promise<boolean> {
  const commit = await objects.commit(id);
  const [parent] = commit.parents;
  if (parent === undefined) return false;
  const before = await places.at(await objects.commit(parent));
  const after = await places.at(commit);
  const has = (pins: typeof before, wanted: string): boolean => pins.some(({ version }) => version === wanted);
  return has(before, request.from) && !has(after, request.from) && has(after, request.to);
}

/** Commits with the request's Rollback-Id on a line of its own, oldest first; null: `searched` is too far back to be reached step by step. */
async function claimsSince(
  { objects, request }: RollbackSearch,
  head: CommitObject,
  searched: CommitId,
): Promise<readonly CommitId[] | null> {
  const seen = new Set<CommitId>([searched]);
  const claimed: CommitId[] = [];
  const next = [head];
  for (let commit = next.shift(); commit !== undefined; commit = next.shift()) {
    if (seen.has(commit.commit)) continue;
    seen.add(commit.commit);
    if (seen.size > maxSteps) return null;
    if (claims(commit.message, request)) claimed.unshift(commit.commit);
    next.push(...(await Promise.all(commit.parents.filter((parent) => !seen.has(parent)).map((parent) => objects.commit(parent)))));
  }
  return claimed;
}

/** What the mirror does not know is passed over. */
async function claimsInLog(
  { local, request }: RollbackSearch,
  head: CommitObject,
  searched: CommitId | null,
): Promise<readonly CommitId[]> {
  const without = [request.commit, ...(searched === null ? [] : [searched])];
  const output = await local.run([
    "log",
    "-z",
    "--no-color",
    "--encoding=UTF-8",
    "--format=%H%n%B",
    "--ignore-missing",
    "--fixed-strings",
    `--grep=${idTrailer(request)}`,
    "--end-of-options",
    head.commit,
    ...without.filter((commit) => /^[0-9a-f]{40,64}$/.test(commit)).map((commit) => `^${commit}`),
  ]);
  const records = output.split("\0").filter((record) => claims(record, request));
  return records.map((record) => record.slice(0, head.commit.length)).toReversed();
}

function claims(message: string, request: RevertRequest): boolean {
  const wanted = idTrailer(request);
  return message.split("\n").some((line) => line.trimEnd() === wanted);
}
