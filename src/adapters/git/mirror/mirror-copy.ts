/** The mirror's copy of the remote on this disk: made, fetched into, and made anew when it is damaged. */

import { rm } from "node:fs/promises";
import { PinionError } from "../../../domain/errors.ts";
import type { Log } from "../../../ports/log.ts";
import type { BranchRefs } from "../transport/branch.ts";
import { emptyMirrorFolder, isMirrorOf, replaceMirror } from "./mirror-folder.ts";
import type { ObjectReader } from "./object-reader.ts";
import type { RunGit } from "../transport/run-git.ts";
import type { LocalGit } from "../transport/run-local-git.ts";

export interface MirrorCopy {
  /** Makes the folder when it is not there or not whole. */
  open(): Promise<void>;
  /** Brings the incoming ref up to the branch. @throws `git/unreachable`, `git/refused`, `git/branch-missing`, `git/failed`. */
  fetch(): Promise<void>;
  /** Called when an object that should be there is not: the next fetch looks closely. */
  suspect(): void;
}

export interface MirrorCopyOptions {
  readonly directory: string;
  /** Free of secrets. */
  readonly url: string;
  readonly branch: string;
  readonly refs: BranchRefs;
  readonly talk: RunGit;
  readonly local: LocalGit;
  readonly reader: ObjectReader;
  readonly log: Log;
}

export function createMirrorCopy(options: MirrorCopyOptions): MirrorCopy {
  const { directory, talk, local, refs, reader, log } = options;
  let isReady = false;
  let isSuspect = false;

  async function open(): Promise<void> {
    if (isReady) return;
    if (!(await isMirrorOf(directory, options))) await recreate();
    isReady = true;
  }

  async function recreate(): Promise<void> {
    await reader.restart();
    await makeIn(directory);
    isSuspect = false;
  }

  async function makeIn(folder: string): Promise<void> {
    await emptyMirrorFolder(folder, options);
    await local.run(["init", "--bare", "--quiet", "--template=", "--initial-branch=pinion", folder]);
  }

  /** Verbose, because simple-git waits 50 ms longer for a command that prints nothing. */
  async function fetchIncoming(where: readonly string[] = []): Promise<void> {
    const flags = ["--verbose", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head", "--no-auto-maintenance", "--progress"];
    await talk([...where, "fetch", ...flags, "--end-of-options", options.url, `+${refs.remote}:${refs.incoming}`]);
  }

  /** What is wrong with our copy is fixed by a new copy, but only once that is whole: a damaged copy is better than none. */
  async function fetchMending(): Promise<void> {
    const damage = await fetchIncoming().then(findDamage, whenOurOwnFault);
    isSuspect = false;
    if (damage === null) return;
    const fresh = await fetchAnew();
    log.warn({ damage }, "the mirror is damaged and is created again");
    await reader.restart();
    await replaceMirror(directory, fresh);
  }

  /** Another copy, beside ours. What fails here as well is no fault of ours. */
  async function fetchAnew(): Promise<string> {
    const fresh = `${directory}.new`;
    await makeIn(fresh);
    try {
      await fetchIncoming(["-C", fresh]);
      return fresh;
    } catch (error) {
      await rm(fresh, { recursive: true, force: true });
      throw error;
    }
  }

  async function findDamage(): Promise<string | null> {
    return isSuspect && !(await isSound(local)) ? "an object is damaged or missing" : null;
  }

  return { open, fetch: fetchMending, suspect: () => void (isSuspect = true) };
}

/** Not the network, not the server, not the branch: then it may be the copy on this disk. A bad object that is sent to us is the server's. */
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
