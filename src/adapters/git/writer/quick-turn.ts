/** One try by the quick way. Whatever is not plainly a success or a lost race is left to the git program. */

import type { CommitObject } from "../read-object.ts";
import type { GitObject } from "../quick/pack.ts";
import type { QuickLane } from "../quick/quick-lane.ts";
import type { LocalGit } from "../run-local-git.ts";
import { buildCommit } from "./build-commit.ts";
import type { BuildOptions } from "./build-commit.ts";
import { idTrailer } from "./commit-message.ts";
import { consider, on, over, turnedAway } from "./errand.ts";
import type { Errand, ErrandTools, Turn } from "./errand.ts";
import { createMemoryStore } from "./object-store.ts";
import { isRace } from "./push-commit.ts";
import { findRollback } from "./rollback-log.ts";

export interface QuickTools extends ErrandTools, Omit<BuildOptions, "store"> {
  readonly quick: QuickLane;
  readonly local: LocalGit;
}

/** `base` is where the mirror is. @throws Error whenever the ordinary way should be gone instead. */
export async function quickTurn(tools: QuickTools, errand: Errand, base: CommitObject): Promise<Turn> {
  const prepared = errand.searched === null ? await prepare(tools, errand, base) : on(errand);
  if (prepared.kind === "over") return prepared;
  const head = await tools.quick.look();
  const turn = await consider(tools, prepared.errand, head, tools.quick.commitSaying(idTrailer(errand.order)));
  return turn.kind === "over" ? turn : write(tools, turn.errand, head);
}

/** What takes its time comes before the look that the push depends on. */
async function prepare(tools: QuickTools, errand: Errand, base: CommitObject): Promise<Turn> {
  const { order } = errand;
  const before = await findRollback(tools.local, order, { head: base.commit, without: [order.commit] });
  const head = await tools.quick.look();
  return consider(tools, errand, head, before ?? tools.quick.commitSaying(idTrailer(order)));
}

async function write(tools: QuickTools, errand: Errand, head: CommitObject): Promise<Turn> {
  const { order, places, rollbackOf } = errand;
  const objects = new Map<string, GitObject>();
  const pins = await places.at(head);
  const commit = await buildCommit({ ...tools, store: createMemoryStore(objects) }, order, { head, places, pins, rollbackOf });
  const { refused } = await tools.quick.push(head.commit, commit, objects);
  if (refused === null) {
    await tools.quick.look();
    return over({ kind: "committed", commit });
  }
  const isLost = isRace(refused) && errand.turnedAway.at !== head.commit;
  return isLost ? on(turnedAway(errand, head)) : on({ ...errand, isQuick: false });
}
