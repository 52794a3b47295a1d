/** The git history of a work tree, for `pinion validate`: what was published once can no longer change. */

import { openLocalRepository } from "../adapters/git/local-repository.ts";
import type { History } from "../adapters/manifest/history.ts";
import type { GitProgram } from "../surfaces/cli/terminal/world.ts";

export interface Past {
  readonly history: History;
  /** The clone lacks older commits, so that not all that was published is known. */
  readonly isShallow: boolean;
  close(): Promise<void>;
}

const logOptions = ["--format=commit %H", "--name-only", "--no-renames", "--no-show-signature"];

/** `also`: commits whose history counts too. Null where there is no history: no git, no repository, or no commit yet. */
export async function openHistory(git: GitProgram, directory: string, also: readonly string[] = []): Promise<Past | null> {
  const found = await git(directory, ["rev-parse", "--verify", "--quiet", "HEAD^{commit}"]);
  if (found.status !== 0) return null;
  const asked = await git(directory, ["rev-parse", "--absolute-git-dir", "--is-shallow-repository"]);
  const prefix = await git(directory, ["rev-parse", "--show-prefix"]);
  if (asked.status !== 0 || prefix.status !== 0) return null;
  const [gitDirectory = "", shallow] = asked.stdout.split("\n");
  const local = openLocalRepository(gitDirectory);
  const history: History = {
    objects: local.objects,
    path: prefix.stdout.replace(/\/$/, ""),
    // What is only ours comes first, whatever its clock said: the oldest publication counts, and that is the one of `also`.
    async log(commit, pathspec, most) {
      const ours = await logOf(git, directory, { commits: [commit, ...also.map((other) => `^${other}`)], pathspec, most });
      const theirs = also.length === 0 ? "" : await logOf(git, directory, { commits: also, pathspec, most });
      return `${ours}\n${theirs}`;
    },
  };
  return { history, isShallow: shallow === "true", close: () => local.close() };
}

interface Wanted {
  readonly commits: readonly string[];
  readonly pathspec: string;
  readonly most: number;
}

async function logOf(git: GitProgram, directory: string, { commits, pathspec, most }: Wanted): Promise<string> {
  const { status, stdout } = await git(directory, [
    "log",
    ...logOptions,
    `--max-count=${most}`,
    "--end-of-options",
    ...commits,
    "--",
    pathspec,
  ]);
  return status === 0 ? stdout : "";
}

/** What git says where it refuses a repository, such as one of another owner; null: it does not, or there is none. */
export async function whyUnreadable(git: GitProgram, directory: string): Promise<string | null> {
  const { status, stderr } = await git(directory, ["rev-parse", "--git-dir"]);
  if (status <= 0 || /not a git repository/i.test(stderr)) return null;
  return stderr.split("\n", 1)[0] ?? "";
}
