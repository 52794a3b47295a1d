/**
 * The way to a branch that others push to all the time. Running git to fetch and push takes so long that somebody else always
 * comes first; here a look and a push are one request each. It is only taken once the ordinary way has lost a race.
 */

import type { CommitId } from "../../../domain/names.ts";
import type { GitObjects } from "../git-objects.ts";
import type { CommitObject } from "../read-object.ts";
import { createOverlay } from "./overlay.ts";
import type { PackedObjects } from "./pack.ts";
import type { QuickRemote } from "./quick-remote.ts";

export interface QuickLane {
  /** The mirror's objects, and what was fetched into memory. */
  readonly objects: GitObjects;
  /** Where the mirror is: everything in memory comes after it. Null: the ordinary way has to be gone first. */
  base(): CommitObject | null;
  /** The mirror has been brought here by the ordinary way; memory is forgotten. */
  follow(base: CommitObject): void;
  /** Where the branch is now: there, or on top of where it was seen or pushed to last. Its objects are in memory then. @throws Error whenever the ordinary way should be gone instead. */
  look(): Promise<CommitObject>;
  /** The oldest commit since the base whose message has this line. */
  commitSaying(line: string): CommitId | null;
  /** Whether it arrived; `refused` else. @throws Error when that is not certain. */
  push(seen: CommitId, commit: CommitId, objects: PackedObjects): Promise<{ readonly refused: string | null }>;
}

export interface QuickLaneOptions {
  readonly remote: QuickRemote;
  readonly branch: string;
  readonly mirror: GitObjects;
}

const maxBytes = 32 * 1024 * 1024;

export function createQuickLane({ remote, branch, mirror }: QuickLaneOptions): QuickLane {
  const overlay = createOverlay(mirror);
  let base: CommitObject | null = null;
  let head: CommitObject | null = null;

  async function look(): Promise<CommitObject> {
    if (head === null) throw new Error("there is nothing to start from");
    const now = await remote.find(branch);
    if (now === null) throw new Error("the branch is gone");
    if (now === head.commit) return head;
    if (overlay.get(now) !== undefined) throw new Error("the branch has gone back");
    overlay.add(await remote.fetch(now, head.commit));
    if (!(await leadsTo(now, head.commit))) throw new Error("the branch was rewritten");
    return (head = await overlay.objects.commit(now));
  }

  /** So that everything in memory is part of the branch's history. */
  async function leadsTo(from: CommitId, to: CommitId): Promise<boolean> {
    const seen = new Set<CommitId>([from]);
    for (const id of seen) {
      if (id === to) return true;
      if (overlay.get(id) !== undefined) for (const parent of (await overlay.objects.commit(id)).parents) seen.add(parent);
    }
    return false;
  }

  return {
    objects: overlay.objects,
    base: () => (overlay.bytes() > maxBytes ? null : base),
    look,
    follow: (next) => {
      overlay.clear();
      base = next;
      head = next;
    },
    commitSaying: (line) => {
      const found = [...overlay.commits()].filter(([, text]) =>
        text
          .slice(text.indexOf("\n\n"))
          .split("\n")
          .some((each) => each.trimEnd() === line),
      );
      return found.at(-1)?.[0] ?? null;
    },
    push: async (seen, commit, objects) => {
      const answer = await remote.push({ branch, from: seen, to: commit, objects: objects.values() });
      if (answer.refused !== null) return answer;
      overlay.add(objects);
      head = await overlay.objects.commit(commit);
      return answer;
    },
  };
}
