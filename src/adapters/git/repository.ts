/** The config repository over git: its poll, its mirror and its objects, put together. */

import pLimit from "p-limit";
import { mkdirSync } from "node:fs";
import { resolve } from "node:path";
import type { CommitId } from "../../domain/names.ts";
import type { ConfigRepository, Head } from "../../ports/config-repository.ts";
import type { Log } from "../../ports/log.ts";
import type { Objects } from "../../ports/objects.ts";
import type { PinWriter } from "../../ports/pin-writer.ts";
import { createAccess } from "./transport/access.ts";
import { createLsRefs } from "./transport/ls-refs.ts";
import { branchMissing, branchRefs } from "./transport/branch.ts";
import type { GitEnvironment } from "./transport/git-environment.ts";
import { createGitObjects } from "./mirror/git-objects.ts";
import { createMirrorCopy } from "./mirror/mirror-copy.ts";
import { createMirror } from "./mirror/mirror.ts";
import { createObjectReader } from "./mirror/object-reader.ts";
import type { CommitObject } from "./mirror/read-object.ts";
import type { GitAuth } from "./transport/remote.ts";
import { createRunGit, createTryGit } from "./transport/run-git.ts";
import type { RunGit } from "./transport/run-git.ts";
import { createLocalGit } from "./transport/run-local-git.ts";
import { tracing } from "./transport/traced.ts";
import { createPinWriter } from "./writer/pin-writer.ts";
import type { PinWriterOptions } from "./writer/pin-writer.ts";

export interface GitRepositoryOptions {
  /** Credentials in it are taken out, sent as a header, and shown nowhere. */
  readonly url: string;
  readonly branch: string;
  /** The bare mirror; made when it is missing, made anew when it is damaged. */
  readonly directory: string;
  readonly auth?: GitAuth | (() => Promise<GitAuth | null>);
  /** Accept `file://` and absolute paths. */
  readonly allowFile?: boolean;
  /** How long a poll may take, and how long a fetch may be silent; default 30 s. */
  readonly timeoutMs?: number;
  /** Larger files are refused instead of read; default 16 MiB. */
  readonly maxFileBytes?: number;
  readonly log: Log;
  /** Where PATH, proxies and certificate authorities come from; default this process's own. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

export interface GitRepository extends ConfigRepository {
  readonly objects: Objects;
  /** A reader of the mirror found that an object is missing: the next fetch checks it. */
  suspect(): void;
  /** Where the mirror is. */
  readonly directory: string;
  /** The remote's address as it may be shown. */
  readonly url: string;
  /** The object reader's process, while there is one; for tests and `doctor`s. */
  readerPid(): number | null;
  /** Writes to the same remote, through the same mirror; what it writes is fetched as anybody's commit. */
  writer(options: PinWriterOptions): PinWriter;
  /** Ends what runs; resolves when nothing does any more. */
  close(): Promise<void>;
  /** The newest commits that changed files of a pathspec: `commit ID` and the files' paths, a line each. */
  log(commit: CommitId, pathspec: string, most: number): Promise<string>;
}

/** @throws `git/protocol-not-allowed`, `config/invalid`, before any git runs. */
export function createGitRepository(options: GitRepositoryOptions): GitRepository {
  const { branch, log } = options;
  const closing = new AbortController();
  const parts = assemble(options, closing.signal);
  const { remote, reader, objects, mirror, lsRefs, queue, writes } = parts;

  async function tidy(): Promise<void> {
    if (closing.signal.aborted) return;
    await mirror.tidy().catch((error: unknown) => {
      if (!closing.signal.aborted) log.warn({ error: String(error) }, "the mirror could not be tidied up");
    });
  }

  return {
    objects,
    suspect: () => parts.copy.suspect(),
    directory: parts.directory,
    url: remote.url,
    readerPid: reader.pid,
    writer: (given) => openWriter(parts, branch, given),
    poll: async () => {
      const commit = await queue(() => lsRefs.find(branch));
      if (commit === null) throw branchMissing(branch);
      return commit;
    },
    fetch: async (applied) => {
      const commit = await queue(() => mirror.update(applied));
      void queue(tidy);
      return headOf(commit);
    },
    log: (commit, pathspec, most) =>
      parts.local.run(["log", ...logOptions, `--max-count=${most}`, "--end-of-options", commit, "--", pathspec]),
    mirrored: async () => {
      const commit = await queue(mirror.accepted);
      return commit && headOf(commit);
    },
    close: async () => {
      closing.abort();
      await Promise.all([reader.close(), lsRefs.close()]);
      await Promise.all([queue(doNothing), writes(doNothing)]);
    },
  };
}

/** What was added before it is over when it is its turn. */
const doNothing = (): void => undefined;

const logOptions = ["--format=commit %H", "--name-only", "--no-renames", "--no-show-signature"];

type Parts = ReturnType<typeof assemble>;

function assemble(options: GitRepositoryOptions, closing: AbortSignal) {
  const { branch, log, timeoutMs = 30_000, environment: inherited = process.env } = options;
  const directory = resolve(options.directory);
  const access = createAccess({ ...options, directory, timeoutMs, inherited });
  const { remote, environment } = access;
  const refs = branchRefs(branch);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const lsRefs = createLsRefs({ access, talk: () => talk, traced: (args) => traced(args), timeoutMs, inherited, closing });
  const entering = async (): Promise<GitEnvironment> => access.environmentAt(await lsRefs.address());
  const attempt = createTryGit({ directory, environment: entering, timeoutMs, redact: access.redact, closing });
  const run = createRunGit(attempt);
  const talk: RunGit = (args) =>
    run(args).catch(async (error: unknown) => {
      throw await lsRefs.explain(error, branch);
    });
  const seeing = async (): Promise<GitEnvironment> => ({ ...(await entering()), ...tracing });
  const look = createTryGit({ directory, environment: seeing, timeoutMs, redact: access.redact, closing, tellsAside: true });
  const traced = async (args: readonly string[]): Promise<string> => (await look(args)).output;
  const local = createLocalGit({ directory, environment, closing });
  const reader = createObjectReader({ directory, environment, maxBytes: options.maxFileBytes ?? 16 * 1024 * 1024 });
  const objects = createGitObjects({ reader, onMissing: () => copy.suspect() });
  const copy = createMirrorCopy({ directory, url: remote.url, branch, refs, talk, local, reader, log });
  const mirror = createMirror({ branch, refs, copy, local, reader, objects });
  /** What touches the mirror's refs goes through `queue`; a push touches none, so that a slow one holds up no poll. */
  return {
    remote,
    directory,
    environment,
    inherited,
    attempt,
    local,
    reader,
    objects,
    mirror,
    copy,
    lsRefs,
    closing,
    queue: pLimit(1),
    writes: pLimit(1),
  };
}

function openWriter(parts: Parts, branch: string, options: PinWriterOptions): PinWriter {
  const { remote, mirror, lsRefs, queue, writes, attempt, ...rest } = parts;
  return createPinWriter({
    ...options,
    ...rest,
    branch,
    url: remote.url,
    talk: attempt,
    turns: writes,
    isLookCheap: lsRefs.isCheap,
    look: () => queue(mirror.look),
    find: (name) => queue(() => lsRefs.find(name)),
  });
}

function headOf({ commit, committedAt, subject, author }: CommitObject): Head {
  return { commit, committedAt, subject, author };
}
