/** Asks the remote where a branch is, in the cheapest way that its transport allows. */

import { type ErrorCode, PinionError } from "../../../domain/errors.ts";
import type { CommitId } from "../../../domain/names.ts";
import type { Access } from "./access.ts";
import { AskGit } from "./git-http-answer.ts";
import { createGitHttpClient } from "./git-http-client.ts";
import type { GitHttpClient } from "./git-http-client.ts";
import { hasProxy } from "./proxy.ts";
import type { RunGit } from "./run-git.ts";
import { meaningOf } from "./traced.ts";

export interface LsRefs {
  /** The branch's commit now; null when there is no such branch. @throws `git/unreachable`, `git/refused`, `secret/missing`. */
  find(branch: string): Promise<CommitId | null>;
  /** Whether `find` needs no child process. */
  readonly isCheap: boolean;
  /** What an error of git's really means: a web page looks to git like a repository without branches. */
  explain(error: unknown, branch: string): Promise<unknown>;
  /** Where the remote is really reached: a server may send us to another path of its own, or from http to https. */
  address(): Promise<string>;
  close(): Promise<void>;
}

export interface LsRefsOptions {
  readonly access: Access;
  /** Asked only after `address` was told. */
  readonly talk: () => RunGit;
  /** The same, but gives back git's trace of what was said over HTTP, however it ends. */
  readonly traced: (args: readonly string[]) => Promise<string>;
  readonly timeoutMs: number;
  readonly inherited: Readonly<Record<string, string | undefined>>;
  readonly closing: AbortSignal;
}

const vague: ReadonlySet<ErrorCode> = new Set(["git/failed", "git/branch-missing"]);
/** A server that says so to git says to us for how long. */
const isOverloaded = /returned error: (429|503)/;

function isVague(error: unknown): error is PinionError {
  if (!(error instanceof PinionError)) return false;
  return vague.has(error.code) || (error.code === "git/unreachable" && isOverloaded.test(error.message));
}

function isCode(error: unknown, code: ErrorCode): error is PinionError {
  return error instanceof PinionError && error.code === code;
}

function isForGit(error: unknown): boolean {
  return error instanceof PinionError && error.cause instanceof AskGit;
}

/**
 * In process over http(s); `git ls-remote` for what only the git program speaks: ssh, files, proxies, folders of certificates, certificates of
 * one's own, and servers whose answer is not understood in process.
 */
export function createLsRefs(options: LsRefsOptions): LsRefs {
  const { url } = options.access.remote;
  const http = createHttp(options);
  return http === null
    ? createGitLsRefs(options)
    : {
        isCheap: true,
        find: (branch) =>
          askHttp(http, url, branch).catch((error: unknown) => {
            if (isForGit(error)) return lsRemote(options.talk(), url, branch);
            throw error;
          }),
        explain: async (error, branch) => {
          if (!isVague(error)) return error;
          http.forget();
          return askHttp(http, url, branch).then(
            () => error,
            (better: unknown) => (isForGit(better) ? error : better),
          );
        },
        // When it does not answer, git says why.
        address: () => http.address(url).catch(() => url),
        close: () => http.close(),
      };
}

/** Asks with the git program alone. */
function createGitLsRefs({ access, talk, traced }: LsRefsOptions): LsRefs {
  const { remote } = access;
  const { url } = remote;
  const heard = async (): Promise<PinionError | null> =>
    remote.kind === "http" ? meaningOf(url, await traced([...listing, url]).catch(() => "")) : null;
  return {
    isCheap: false,
    find: async (branch) => {
      const found = await lsRemote(talk(), url, branch);
      if (found === null && (await isWithoutBranches(talk(), url))) throw (await heard()) ?? nothingThere();
      return found;
    },
    explain: async (error) => {
      if (!isVague(error)) return error;
      if (!isCode(error, "git/branch-missing")) return (await heard()) ?? error;
      return (await seemsEmpty(talk(), url)) ? ((await heard()) ?? nothingThere()) : error;
    },
    address: async () => url,
    close: async () => undefined,
  };
}

async function askHttp(http: GitHttpClient, url: string, branch: string): Promise<CommitId | null> {
  return (await import("./ls-refs-http.ts")).askHttp(http, url, branch);
}

function createHttp({ access, timeoutMs, inherited, closing }: LsRefsOptions): GitHttpClient | null {
  const { remote } = access;
  const isSet = (name: string): boolean => (inherited[name] ?? "") !== "";
  const isGits = remote.kind !== "http" || hasProxy(remote.url, inherited) || ["GIT_SSL_CAPATH", "GIT_SSL_CERT"].some(isSet);
  return isGits ? null : createGitHttpClient({ access, timeoutMs, closing });
}

async function lsRemote(talk: RunGit, url: string, branch: string): Promise<CommitId | null> {
  const output = await talk([...listing, url, `refs/heads/${branch}`]);
  const line = output.split("\n").find((candidate) => candidate.endsWith(`\trefs/heads/${branch}`));
  return line?.split("\t")[0] ?? null;
}

const listing = ["ls-remote", "--quiet", "--end-of-options"];

/** To git, a web page that is one line is a repository without branches, too. */
async function isWithoutBranches(talk: RunGit, url: string): Promise<boolean> {
  return (await talk([...listing, url])).trim() === "";
}

/** False, too, when nobody answers. */
function seemsEmpty(talk: RunGit, url: string): Promise<boolean> {
  return isWithoutBranches(talk, url).catch(() => false);
}

function nothingThere(): PinionError {
  const what = "it is empty, or what answers there is no git server but, for example, a login page";
  return new PinionError("git/branch-missing", `the remote lists no branch at all: ${what}`);
}
