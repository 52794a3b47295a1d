/**
 * A branch's commit at an http(s) remote, without a child process: isomorphic-git's ls-refs over a kept-alive connection. Loaded at the first
 * poll: a start from the mirror does not wait for isomorphic-git.
 */

import { listServerRefs } from "isomorphic-git";
import { PinionError } from "../../../domain/errors.ts";
import type { CommitId } from "../../../domain/names.ts";
import { AskGit } from "./git-http-answer.ts";
import type { GitHttpClient } from "./git-http-client.ts";

/** Null when there is no such branch. @throws `git/unreachable`, `git/refused`. */
export async function askHttp(http: GitHttpClient, url: string, branch: string): Promise<CommitId | null> {
  const ref = `refs/heads/${branch}`;
  const refs = await listRefs(http, url, ref);
  return refs.find((candidate) => candidate.ref === ref)?.oid ?? null;
}

async function listRefs(
  http: GitHttpClient,
  url: string,
  prefix: string,
): Promise<readonly { readonly ref: string; readonly oid: string }[]> {
  try {
    return await listServerRefs({ http, url, prefix, protocolVersion: 2 });
  } catch (error) {
    http.forget();
    if (error instanceof PinionError) throw error;
    throw new PinionError("git/unreachable", `${url} does not answer as a git server does: ${firstLine(error)}`, {
      cause: new AskGit(firstLine(error), { cause: error }),
    });
  }
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n", 1)[0] ?? "";
}
