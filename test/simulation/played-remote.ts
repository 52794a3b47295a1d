/** The git server and the git program, as far as the pin writer talks to them. */

import type { TryGit } from "../../src/adapters/git/transport/run-git.ts";
import type { LocalGit } from "../../src/adapters/git/transport/run-local-git.ts";
import { PinionError } from "../../src/domain/errors.ts";
import type { CommitId } from "../../src/domain/names.ts";
import type { RevertRequest } from "../../src/domain/journal/revert.ts";
import type { Forge } from "./forge.ts";
import type { StoredObject } from "./git.ts";
import {
  type CommitOf,
  historyOf,
  type Load,
  objectsOver,
  type Pushed,
  readPush,
  receivePush,
  searchLog,
  takeCommit,
} from "./played-git.ts";
import { type Answered, answerOfGit } from "./push-answers.ts";
import type { RacingPeople } from "./racing-people.ts";
import type { Random } from "./random.ts";
import type { SimWorld } from "./sim-world.ts";

/** Does something: on the spot, at the server, or by a push, which arrives even if its sender has died by then. */
export type Reach = <T>(work: () => Promise<T> | T, how: "here" | "there" | "push") => Promise<T>;

export interface RemoteParts {
  readonly world: SimWorld;
  readonly forge: Forge;
  readonly people: RacingPeople;
  readonly random: Random;
  readonly reach: Reach;
  /** The objects that writers have put on the disk, by id. */
  readonly written: ReadonlyMap<string, StoredObject>;
  /** What the writer is asked for at the moment. */
  readonly orders: ReadonlySet<RevertRequest>;
}

export function createPlayedRemote(parts: RemoteParts) {
  const { world, reach, people, orders, written } = parts;
  const { git } = world;
  const load: Load = (id) => git.objects.get(id) ?? written.get(id) ?? missing(id);
  const commitOf: CommitOf = (id) => git.find(id) ?? takeCommit(world, id, load);
  const objects = objectsOver(load);
  const receive = receiver(parts);

  const remotely = <T>(work: () => Promise<T> | T, how: "there" | "push" = "there"): Promise<T> =>
    reach(() => {
      if (git.isDown) throw new PinionError("git/unreachable", "the git server is down (simulated)");
      return work();
    }, how);
  /** Somebody may push as soon as it was looked at. */
  const raced = <T>(seen: T): T => {
    people.afterLook(orders);
    return seen;
  };
  const find = (branch: string): Promise<CommitId | null> =>
    remotely(() => (branch === "main" ? raced(git.head.id) : (git.branches.get(branch) ?? null)));
  const talk: TryGit = (args) =>
    remotely(() => {
      const push = readPush(args, commitOf);
      return answerOfGit(receive(push), push, parts.random);
    }, "push");
  const local: LocalGit = {
    run: (args) => reach(() => searchLog(args, commitOf), "here"),
    ask: ([, , ancestor = "", of = ""]) => reach(() => historyOf(of, commitOf).some(({ id }) => id === ancestor), "here"),
  };
  return { objects, find, talk, local, look: () => remotely(() => raced(objects.commit(git.head.id))) };
}

function missing(id: string): never {
  throw new Error(`there is no object ${id}`);
}

/** What becomes of a push, and what is said to have become of it. */
function receiver({ world, forge, people, random, orders }: RemoteParts): (push: Pushed) => Answered {
  const faults = world.plan.faults;
  return (push) => {
    if (!forge.isKind && random.chance(faults.lost)) throw new PinionError("git/unreachable", "the push was lost (simulated)");
    if (push.branch === "main" && forge.isForgotten()) return "taken";
    const verdict = receivePush(world, push);
    if (verdict !== "taken" || !forge.isDenied()) return verdict;
    if (push.branch === "main") people.afterSilence([...orders].find(({ id }) => id === push.commit.rollbackId) ?? null);
    return "taken, but denied";
  };
}
