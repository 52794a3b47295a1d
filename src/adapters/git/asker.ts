/** Asks the remote where a branch is, in the cheapest way that its transport allows. */

import type { CommitId } from "../../domain/names.ts";
import { askHttp } from "./ask-http.ts";
import { createGitHttpClient } from "./git-http-client.ts";
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
export function createAsker({ remote, talk, ...rest }: AskerOptions): Asker {
  const proxy = proxyFor(remote.url, rest.inherited);
  if (remote.kind !== "http" || proxy?.isHttp === false) {
    return { find: (branch) => lsRemote(talk, remote.url, branch), close: async () => undefined };
  }
  const http = createGitHttpClient({ authorization: remote.authorization, proxy, ...rest });
  return { find: (branch) => askHttp(http, remote.url, branch), close: () => http.close() };
}

async function lsRemote(talk: RunGit, url: string, branch: string): Promise<CommitId | null> {
  const output = await talk(["ls-remote", "--quiet", "--end-of-options", url, `refs/heads/${branch}`]);
  const line = output.split("\n").find((candidate) => candidate.endsWith(`\trefs/heads/${branch}`));
  return line?.split("\t")[0] ?? null;
}
