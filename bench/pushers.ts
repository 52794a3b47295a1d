/** How often a rollback has to push until it gets through between people who push all the time, beside how often they have to. */

import { rollbacksUnderPushers } from "../test/adapters/git/writer/pushers.ts";
import type { BenchResult } from "./result.ts";

const crowd = { rollbacks: 6, pushers: 3, most: 1_000 };

/** Takes about a minute. */
export async function pushersSlowBench(): Promise<readonly BenchResult[]> {
  const { tries, elapsedMs, peopleTries, peopleTaken } = await rollbacksUnderPushers(crowd);
  const against = `${crowd.rollbacks} rollbacks against ${crowd.pushers} hammering pushers`;
  return [
    result(`pushes until one is taken, ${against}`, "pushes", tries / crowd.rollbacks, peopleTries / peopleTaken),
    result(`one try, from the look to the answer, ${against}`, "ms", elapsedMs / tries, (elapsedMs * crowd.pushers) / peopleTries),
  ];
}

function result(name: string, unit: string, ours: number, baseline: number): BenchResult {
  return {
    name,
    unit,
    ours,
    baseline,
    baselineName: "the people: git fetch, commit-tree, git push",
    ratio: ours / baseline,
    budget: "",
    ok: true,
  };
}
