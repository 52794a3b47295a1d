/** The bare mirror: what was fetched is accepted only when it still contains what is applied. */

import { PinionError } from "../../../domain/errors.ts";
import type { CommitId } from "../../../domain/names.ts";
import type { BranchRefs } from "../transport/branch.ts";
import type { GitObjects } from "./git-objects.ts";
import type { MirrorCopy } from "./mirror-copy.ts";
import type { ObjectReader } from "./object-reader.ts";
import type { CommitObject } from "./read-object.ts";
import type { LocalGit } from "../transport/run-local-git.ts";

export interface Mirror {
  /** Fetches the branch; it is accepted when it still contains `applied`. @throws as `ConfigRepository.fetch`. */
  update(applied: CommitId | null): Promise<CommitObject>;
  /** Fetches the branch and gives back where it is; nothing is accepted. @throws as `ConfigRepository.fetch`. */
  look(): Promise<CommitObject>;
  /** The commit accepted last. */
  accepted(): Promise<CommitObject | null>;
  /** Packs what many small fetches left behind, when there is enough of it. */
  tidy(): Promise<void>;
}

export interface MirrorOptions {
  readonly branch: string;
  readonly refs: BranchRefs;
  readonly copy: MirrorCopy;
  readonly local: LocalGit;
  readonly reader: ObjectReader;
  readonly objects: GitObjects;
}

export function createMirror({ branch, refs, copy, local, reader, objects }: MirrorOptions): Mirror {
  async function accept(incoming: CommitObject, applied: CommitId | null): Promise<void> {
    if (applied !== null && !(await contains(incoming, applied))) {
      throw new PinionError("git/history-rewritten", `branch ${branch} is at ${incoming.commit}, which does not contain ${applied}`);
    }
    await local.run(["update-ref", "--end-of-options", refs.accepted, incoming.commit]);
  }

  /** The usual case, one commit on top of the last, needs no child process. */
  async function contains(incoming: CommitObject, applied: CommitId): Promise<boolean> {
    if (incoming.commit === applied || incoming.parents.includes(applied)) return true;
    if ((await reader.info(applied)).kind === "missing") return false;
    return local.ask(["merge-base", "--is-ancestor", applied, incoming.commit]);
  }

  async function commitAt(ref: string): Promise<CommitObject | null> {
    const answer = await reader.info(ref);
    return answer.kind === "info" && answer.type === "commit" ? objects.commit(answer.id) : null;
  }

  async function look(): Promise<CommitObject> {
    await copy.open();
    await copy.fetch();
    const incoming = await commitAt(refs.incoming);
    if (!incoming) throw new PinionError("git/failed", `what was fetched of branch ${branch} is not a commit`);
    return incoming;
  }

  return {
    look,
    update: async (applied) => {
      const incoming = await look();
      await accept(incoming, applied);
      return incoming;
    },
    accepted: async () => {
      await copy.open();
      return commitAt(refs.accepted);
    },
    tidy: () => local.run(["gc", "--auto", "--quiet"]).then(() => undefined),
  };
}
