/** Real repositories for tests: made in a temporary folder, written to with git plumbing, removed at the end. */

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const author = { name: "Config Author", email: "author@example.com" };

/** What git may know of this machine: nothing. */
export const cleanGitEnvironment: NodeJS.ProcessEnv = {
  PATH: process.env.PATH,
  HOME: "/nonexistent",
  LC_ALL: "C",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_AUTHOR_NAME: author.name,
  GIT_AUTHOR_EMAIL: author.email,
  GIT_COMMITTER_NAME: author.name,
  GIT_COMMITTER_EMAIL: author.email,
};

/** Runs git and gives back what it printed, trimmed. */
export function git(directory: string, args: readonly string[], input?: string | Uint8Array): string {
  const options = { cwd: directory, env: cleanGitEnvironment, stdio: ["pipe", "pipe", "pipe"] as ["pipe", "pipe", "pipe"] };
  return execFileSync("git", args, input === undefined ? options : { ...options, input })
    .toString()
    .trim();
}

/** A folder that goes away with `remove()`. */
export function temporaryFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), "pinion-test-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 20 }) };
}

/** A bare repository whose branch is written file by file, without a work tree. */
export interface BareRepository {
  readonly path: string;
  /** A commit on the branch with these files on top of what is there; null removes one. Gives back its id. */
  commit(files: Readonly<Record<string, string | Uint8Array | null>>, subject?: string, branch?: string): string;
  head(branch?: string): string;
  git(...args: readonly string[]): string;
}

export function createBareRepository(path: string): BareRepository {
  git("/", ["init", "--bare", "--quiet", "--initial-branch=main", path]);
  const run = (...args: readonly string[]): string => git(path, args);
  const tip = (branch: string): string | null =>
    looseRef(path, branch) ?? (run("for-each-ref", "--format=%(objectname)", `refs/heads/${branch}`) || null);
  return {
    path,
    git: run,
    head: (branch = "main") => looseRef(path, branch) ?? run("rev-parse", `refs/heads/${branch}`),
    commit: (files, subject = "a commit", branch = "main") => {
      const parent = tip(branch);
      return git(path, ["fast-import", "--quiet", "--date-format=now", "--force"], importStream(files, { subject, branch, parent }));
    },
  };
}

/** From git's own file: starting git for each look would take most of the time of many tests. Null: no such branch, or a packed one. */
function looseRef(path: string, branch: string): string | null {
  try {
    const text = readFileSync(join(path, "refs", "heads", branch), "utf8").trim();
    return /^[0-9a-f]{40,64}$/u.test(text) ? text : null;
  } catch {
    return null;
  }
}

interface CommitLine {
  readonly subject: string;
  readonly branch: string;
  readonly parent: string | null;
}

/** Ends with a question for the id of the commit, which git prints. */
function importStream(files: Readonly<Record<string, string | Uint8Array | null>>, { subject, branch, parent }: CommitLine): Buffer {
  const head = `commit refs/heads/${branch}\nmark :1\ncommitter ${author.name} <${author.email}> now\n${data(subject)}`;
  const parts: Buffer[] = [Buffer.from(`${head}${parent === null ? "" : `from ${parent}\n`}`)];
  for (const [path, content] of Object.entries(files)) {
    if (content === null) parts.push(Buffer.from(`D ${path}\n`));
    else parts.push(Buffer.from(`M 100644 inline ${path}\ndata ${Buffer.byteLength(content)}\n`), Buffer.from(content), Buffer.from("\n"));
  }
  return Buffer.concat([...parts, Buffer.from("get-mark :1\n")]);
}

function data(text: string): string {
  return `data ${Buffer.byteLength(text)}\n${text}\n`;
}
