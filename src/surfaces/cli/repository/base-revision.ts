/** What a work tree is compared with: the commit that its change started from. */

import { realpath } from "node:fs/promises";
import { relative, sep } from "node:path";
import { PinionError } from "../../../domain/errors.ts";
import type { GitProgram, RepositoryPlace } from "../terminal/world.ts";

export interface Base {
  /** Null: nothing; everything in the work tree is new. */
  readonly place: Extract<RepositoryPlace, { kind: "commit" }> | null;
  /** For people: which commit it is, and why that one. */
  readonly description: string;
}

/** @throws `usage/invalid` when the revision that was asked for is not there. */
export async function findBase(git: GitProgram, directory: string, revision: string | null): Promise<Base> {
  const top = await git(directory, ["rev-parse", "--show-toplevel"]);
  if (top.status !== 0) return withoutRepository(revision, directory, top.stderr);
  const path = relative(await realpath(top.stdout), await realpath(directory))
    .split(sep)
    .join("/");
  const at = (commit: string, why: string): Base => ({
    place: { kind: "commit", directory: top.stdout, commit, path },
    description: `${commit.slice(0, 8)}, ${why}`,
  });
  if (revision !== null) return at(await resolve(git, directory, revision), revision);
  for (const branch of ["refs/remotes/origin/HEAD", "refs/remotes/origin/main", "refs/heads/main"]) {
    const base = await git(directory, ["merge-base", branch, "HEAD"]);
    if (base.status === 0 && base.stdout !== "") return at(base.stdout, await whyThis(git, directory, branch, base.stdout));
  }
  return { place: null, description: "the empty repository: there is no origin/HEAD, origin/main or main to compare with" };
}

function withoutRepository(revision: string | null, directory: string, why: string): Base {
  if (revision !== null) throw new PinionError("usage/invalid", `--base ${revision}: ${directory} is in no git repository (${why})`);
  return { place: null, description: "the empty repository: the folder is in no git repository" };
}

async function resolve(git: GitProgram, directory: string, revision: string): Promise<string> {
  const found = await git(directory, ["rev-parse", "--verify", "--quiet", "--end-of-options", `${revision}^{commit}`]);
  if (found.status !== 0) throw new PinionError("usage/invalid", `--base: no commit is called "${revision}" in this repository`);
  return found.stdout.split("\n").at(-1) ?? "";
}

async function whyThis(git: GitProgram, directory: string, branch: string, base: string): Promise<string> {
  const head = await git(directory, ["rev-parse", "HEAD"]);
  const name = branch.replace(/^refs\/(?:remotes|heads)\//u, "");
  return head.stdout === base ? `HEAD, which ${name} has already` : `merge base with ${name}`;
}
