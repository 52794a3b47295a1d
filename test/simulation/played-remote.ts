/** The git server and the git program, as far as the pin writer talks to them. */

import type { GitObject } from "../../src/adapters/git/quick/pack.ts";
import { objectId } from "../../src/adapters/git/quick/pack.ts";
import type { QuickRemote } from "../../src/adapters/git/quick/quick-remote.ts";
import type { TryGit } from "../../src/adapters/git/run-git.ts";
import type { LocalGit } from "../../src/adapters/git/run-local-git.ts";
import { PinionError } from "../../src/domain/errors.ts";
import type { CommitId } from "../../src/domain/names.ts";
import type { StoredObject } from "./git.ts";
import { type CommitOf, historyOf, type Load, missing, objectsOver, readStored, receivePush, searchLog, takeCommit } from "./played-git.ts";
import type { Random } from "./random.ts";
import type { SimWorld } from "./sim-world.ts";

/** Does something outside; a remote takes its time. */
export type Reach = <T>(work: () => Promise<T> | T, isRemote: boolean) => Promise<T>;

export interface RemoteParts {
  /** Where the writer keeps its objects. */
  readonly directory: string;
  /** What the server was sent in packs; it keeps them, whoever dies. */
  readonly packed: Map<string, StoredObject>;
  readonly random: Random;
  readonly reach: Reach;
}

export function createPlayedRemote(world: SimWorld, { directory, packed, random, reach }: RemoteParts) {
  const { git } = world;
  const load: Load = (id) => git.objects.get(id) ?? packed.get(id) ?? readStored(directory, id);
  const commitOf: CommitOf = (id) => git.find(id) ?? takeCommit(world, id, load);
  const objects = objectsOver(load);

  const remotely = <T>(work: () => Promise<T> | T): Promise<T> =>
    reach(() => {
      if (git.isDown) throw new PinionError("git/unreachable", "the git server is down (simulated)");
      return work();
    }, true);
  const loseAnswer = (): void => {
    if (random.chance(world.plan.faults.lostAnswer * 2)) throw new PinionError("git/unreachable", "the answer was lost (simulated)");
  };
  const find = (branch: string): Promise<CommitId | null> =>
    remotely(() => (branch === "main" ? git.head.id : (git.branches.get(branch) ?? null)));
  const talk: TryGit = (args) =>
    remotely(() => {
      const ended = receivePush(world, args, commitOf);
      loseAnswer();
      return ended;
    });
  const quick: QuickRemote = {
    find,
    fetch: (wanted, have) => remotely(() => missing(wanted, have, { commitOf, load })),
    push: ({ branch, from, to, objects: sent }) =>
      remotely(() => {
        keep(packed, sent);
        if (branch !== "main" || git.head.id !== from) return { refused: "failed to update ref" };
        git.move(commitOf(to));
        loseAnswer();
        return { refused: null };
      }),
    close: () => Promise.resolve(),
  };
  const local: LocalGit = {
    run: (args) => reach(() => searchLog(args, commitOf), false),
    ask: ([, , ancestor = "", of = ""]) => reach(() => historyOf(of, commitOf).some(({ id }) => id === ancestor), false),
  };
  return { objects, find, talk, quick, local, look: () => remotely(() => objects.commit(git.head.id)) };
}

function keep(packed: Map<string, StoredObject>, sent: Iterable<GitObject>): void {
  for (const { type, bytes } of sent) if (type !== "tag") packed.set(objectId({ type, bytes }), { type, bytes });
}
