/** The bare mirror: fetched into, checked, moved forward, and made anew when it is damaged. */

import { PinionError } from "../../domain/errors.ts";
import type { CommitId } from "../../domain/names.ts";
import type { Log } from "../../ports/log.ts";
import type { BranchRefs } from "./branch.ts";
import { emptyMirrorFolder, isMirrorOf } from "./mirror-folder.ts";
import type { GitObjects } from "./git-objects.ts";
import type { CommitObject } from "./read-object.ts";
import type { ObjectReader } from "./object-reader.ts";
import type { RunGit } from "./run-git.ts";
import type { LocalGit } from "./run-local-git.ts";

export interface Mirror {
  /** Fetches the branch; it is accepted when it still contains `applied`. @throws as `ConfigRepository.fetch`. */
  update(applied: CommitId | null): Promise<CommitObject>;
  /** The commit accepted last. */
  accepted(): Promise<CommitObject | null>;
  /** Called when an object that should be there is not: the next update looks closely. */
  suspect(): void;
  /** Packs what many small fetches left behind, when there is enough of it. */
  tidy(): Promise<void>;
}

export interface MirrorOptions {
  readonly directory: string;
  /** Free of secrets. */
  readonly url: string;
  readonly branch: string;
  readonly refs: BranchRefs;
  readonly talk: RunGit;
  readonly local: LocalGit;
  readonly reader: ObjectReader;
  readonly objects: GitObjects;
  readonly log: Log;
}

export function createMirror(options: MirrorOptions): Mirror {
  const { talk, local, refs, reader, objects, log } = options;
  let isReady = false;
  let isSuspect = false;

  async function open(): Promise<void> {
    if (isReady) return;
    if (!(await isMirrorOf(options.directory, options))) await recreate();
    isReady = true;
  }

  async function recreate(): Promise<void> {
    await reader.restart();
    await emptyMirrorFolder(options.directory, options);
    await local.run(["init", "--bare", "--quiet", "--template=", "--initial-branch=pinion", options.directory]);
    isSuspect = false;
  }

  /** Verbose, because simple-git waits 50 ms longer for a command that prints nothing. */
  async function fetchIncoming(): Promise<void> {
    const flags = ["--verbose", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head", "--no-auto-maintenance", "--progress"];
    await talk(["fetch", ...flags, "--end-of-options", options.url, `+${refs.remote}:${refs.incoming}`]);
  }

  /** What is wrong with our copy is mended by a new copy, but only once the remote has answered: a damaged copy is better than none. */
  async function fetchMending(): Promise<void> {
    const damage = await fetchIncoming().then(findDamage, whenOurOwnFault);
    isSuspect = false;
    if (damage === null) return;
    log.warn({ damage }, "the mirror is damaged and is made anew");
    await recreate();
    await fetchIncoming();
  }

  async function findDamage(): Promise<string | null> {
    return isSuspect && !(await isSound(local)) ? "an object is damaged or missing" : null;
  }

  async function accept(incoming: CommitObject, applied: CommitId | null): Promise<void> {
    if (applied !== null && !(await contains(incoming, applied))) {
      throw new PinionError(
        "git/history-rewritten",
        `branch ${options.branch} is at ${incoming.commit}, which does not contain ${applied}`,
      );
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

  return {
    update: async (applied) => {
      await open();
      await fetchMending();
      const incoming = await commitAt(refs.incoming);
      if (!incoming) throw new PinionError("git/failed", `what was fetched of branch ${options.branch} is not a commit`);
      await accept(incoming, applied);
      return incoming;
    },
    accepted: async () => {
      await open();
      return commitAt(refs.accepted);
    },
    suspect: () => void (isSuspect = true),
    tidy: () => local.run(["gc", "--auto", "--quiet"]).then(() => undefined),
  };
}

/** Not the network, not the server, not the branch: then it is the copy on this disk. A bad object that is sent to us is the server's. */
function whenOurOwnFault(error: unknown): string {
  if (error instanceof PinionError && error.code === "git/failed" && !/fsck|Pinion stops/i.test(error.message)) return error.message;
  throw error;
}

function isSound(git: LocalGit): Promise<boolean> {
  return git.run(["fsck", "--full", "--no-dangling", "--no-progress"]).then(
    () => true,
    () => false,
  );
}
