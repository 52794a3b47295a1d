/** The disk under a world's journal, which can be filled. */

import { PinionError } from "../../src/domain/errors.ts";
import type { World } from "./world.ts";

/** What the disk takes: everything, decisions but not that what they owe is done, only what is urgent (there is a reserve), or nothing. */
export type Disk = "free" | "decisions" | "reserve" | "full";

/** From now on what is remembered is written as far as the disk takes it. */
export function fill(world: World, disk: Disk): void {
  const full = () => Promise.reject(new PinionError("store/full", "journal.db: the disk is full"));
  const journal = world.journal.reopened();
  const takesDecisions = disk === "free" || disk === "decisions";
  const isSettledLost = disk === "full" || disk === "decisions";
  world.journal = {
    ...journal,
    calls: journal.calls,
    before: () => undefined,
    after: () => undefined,
    reopened: () => journal.reopened(),
    record: (decision) => (takesDecisions || (disk === "reserve" && decision.isUrgent === true) ? journal.record(decision) : full()),
    acknowledged: (environment, ids) => (isSettledLost ? full() : journal.acknowledged(environment, ids)),
    refused: (environment, id, stuck, at) => (disk === "free" ? journal.refused(environment, id, stuck, at) : full()),
  };
  world.ports = { ...world.ports, journal: world.journal };
}
