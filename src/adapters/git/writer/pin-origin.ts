/** Which commit made a pin what it is. */

import type { GitObjects } from "../mirror/git-objects.ts";
import type { CommitObject } from "../mirror/read-object.ts";
import type { PinPlaces } from "./pin-places.ts";

const maxSteps = 1_000;

/** The newest commit, along first parents, at which the pin became what it is at `head`; null: it is too far back. */
export async function originOf(objects: GitObjects, places: PinPlaces, head: CommitObject): Promise<CommitObject | null> {
  const now = await places.at(head);
  let commit = head;
  for (let step = 0; step < maxSteps; step += 1) {
    const [parent] = commit.parents;
    if (parent === undefined) return commit;
    const before = await objects.commit(parent);
    if (!(await places.isSame(before, now))) return commit;
    commit = before;
  }
  return null;
}
