/** Asks the remote where a branch is, in the cheapest way that its transport allows. */

import type { CommitId } from "../../domain/names.ts";
import { askHttp } from "./ask-http.ts";
import { createGitHttpClient } from "./git-http-client.ts";
import type { GitHttpClient } from "./git-http-client.ts";
import { proxyFor } from "./proxy.ts";
import type { Remote } from "./remote.ts";
import type { RunGit } from "./run-git.ts";

export interface Asker {
  /** The branch's commit now; null when there is no such branch. @throws `git/unreachable`, `git/refused`. */
  find(branch: string): Promise<CommitId | null>;
  close(): Promise<void>;
}

export interface AskerOptions {
  readonly remote: Remote;
  readonly talk: RunGit;
  readonly timeoutMs: number;
  readonly inherited: Readonly<Record<string, string | undefined>>;
  readonly closing: AbortSignal;
}

/** In process over http(s); `git ls-remote` for what only the git program speaks: ssh, files and SOCKS proxies. */
export function createAsker(options: AskerOptions): Asker {
  const { remote, talk } = options;
  const http = createHttp(options);
  if (http === null) return { find: (branch) => lsRemote(talk, remote.url, branch), close: async () => undefined };
  return { find: (branch) => askHttp(http, remote.url, branch), close: () => http.close() };
}

/** A connection of its own to an http(s) remote; null for all others, and behind proxies that only the git program can use. */
function createHttp({ remote, timeoutMs, inherited, closing }: Omit<AskerOptions, "talk">): GitHttpClient | null {
  if (remote.kind !== "http") return null;
  const proxy = proxyFor(remote.url, inherited);
  if (proxy?.isHttp === false) return null;
  return createGitHttpClient({ authorization: remote.authorization, proxy, timeoutMs, inherited, closing });
}

async function lsRemote(talk: RunGit, url: string, branch: string): Promise<CommitId | null> {
  const output = await talk(["ls-remote", "--quiet", "--end-of-options", url, `refs/heads/${branch}`]);
  const line = output.split("\n").find((candidate) => candidate.endsWith(`\trefs/heads/${branch}`));
  return line?.split("\t")[0] ?? null;
}
