/** The config repository over git: its poll, its mirror and its objects, put together. */

import { mkdirSync } from "node:fs";
import { resolve } from "node:path";
import type { CommitId } from "../../domain/names.ts";
import type { ConfigRepository, Head } from "../../ports/config-repository.ts";
import type { Log } from "../../ports/log.ts";
import type { Objects } from "../../ports/objects.ts";
import { askHttp } from "./ask-http.ts";
import { branchMissing, branchRefs } from "./branch.ts";
import { gitEnvironment } from "./git-environment.ts";
import { createGitHttpClient } from "./git-http-client.ts";
import { createGitObjects } from "./git-objects.ts";
import { createMirrorCopy } from "./mirror-copy.ts";
import { createMirror } from "./mirror.ts";
import { createObjectReader } from "./object-reader.ts";
import type { CommitObject } from "./read-object.ts";
import { proxyFor } from "./proxy.ts";
import { createQueue } from "./queue.ts";
import { createRedact } from "./redact.ts";
import { parseRemote } from "./remote.ts";
import type { GitAuth, Remote } from "./remote.ts";
import { createRunGit } from "./run-git.ts";
import type { RunGit } from "./run-git.ts";
import { createLocalGit } from "./run-local-git.ts";

export interface GitRepositoryOptions {
  /** Credentials in it are taken out, sent as a header, and shown nowhere. */
  readonly url: string;
  readonly branch: string;
  /** The bare mirror; made when it is missing, made anew when it is damaged. */
  readonly directory: string;
  readonly auth?: GitAuth;
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
  /** The remote's address as it may be shown. */
  readonly url: string;
  /** The object reader's process, while there is one; for tests and `doctor`s. */
  readerPid(): number | null;
  /** Ends what runs; resolves when nothing does any more. */
  close(): Promise<void>;
}

/** @throws `git/protocol-not-allowed`, `config/invalid`, before any git runs. */
export function createGitRepository(options: GitRepositoryOptions): GitRepository {
  const { branch, log, timeoutMs = 30_000, environment: inherited = process.env } = options;
  const remote = parseRemote(options);
  const refs = branchRefs(branch);
  const directory = resolve(options.directory);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const closing = new AbortController();
  const environment = gitEnvironment({ remote, directory, timeoutMs, inherited });
  const redact = createRedact(remote.kind === "http" ? remote.secrets : []);
  const talk = createRunGit({ directory, environment, timeoutMs, redact, closing: closing.signal });
  const local = createLocalGit({ directory, environment, closing: closing.signal });
  const reader = createObjectReader({ directory, environment, maxBytes: options.maxFileBytes ?? 16 * 1024 * 1024 });
  const objects = createGitObjects({ reader, onMissing: () => copy.suspect() });
  const copy = createMirrorCopy({ directory, url: remote.url, branch, refs, talk, local, reader, log });
  const mirror = createMirror({ branch, refs, copy, local, reader, objects });
  const asker = createAsker({ remote, branch, talk, timeoutMs, inherited, closing: closing.signal });
  const queue = createQueue();

  async function tidy(): Promise<void> {
    if (closing.signal.aborted) return;
    await mirror.tidy().catch((error: unknown) => {
      if (!closing.signal.aborted) log.warn({ error: String(error) }, "the mirror could not be tidied up");
    });
  }

  return {
    objects,
    url: remote.url,
    readerPid: reader.pid,
    poll: () => queue.add(asker.ask),
    fetch: async (applied) => {
      const commit = await queue.add(() => mirror.update(applied));
      void queue.add(tidy);
      return headOf(commit);
    },
    mirrored: async () => {
      const commit = await queue.add(mirror.accepted);
      return commit && headOf(commit);
    },
    close: async () => {
      closing.abort();
      await Promise.all([reader.close(), asker.close()]);
      await queue.idle();
    },
  };
}

function headOf({ commit, committedAt, subject, author }: CommitObject): Head {
  return { commit, committedAt, subject, author };
}

interface Asker {
  ask(): Promise<CommitId>;
  close(): Promise<void>;
}

interface AskerOptions {
  readonly remote: Remote;
  readonly branch: string;
  readonly talk: RunGit;
  readonly timeoutMs: number;
  readonly inherited: Readonly<Record<string, string | undefined>>;
  readonly closing: AbortSignal;
}

/** In process over http(s); `git ls-remote` for what only the git program speaks: ssh, files and SOCKS proxies. */
function createAsker({ remote, branch, talk, ...rest }: AskerOptions): Asker {
  const proxy = proxyFor(remote.url, rest.inherited);
  if (remote.kind !== "http" || proxy?.isHttp === false) {
    return { ask: () => lsRemote(talk, remote.url, branch), close: async () => undefined };
  }
  const http = createGitHttpClient({ authorization: remote.authorization, proxy, ...rest });
  return { ask: () => askHttp(http, remote.url, branch), close: () => http.close() };
}

async function lsRemote(talk: RunGit, url: string, branch: string): Promise<CommitId> {
  const output = await talk(["ls-remote", "--quiet", "--end-of-options", url, `refs/heads/${branch}`]);
  const line = output.split("\n").find((candidate) => candidate.endsWith(`\trefs/heads/${branch}`));
  const commit = line?.split("\t")[0];
  if (commit === undefined) throw branchMissing(branch);
  return commit;
}
