/** Sets the stage of `pinion demo`: one folder with a working copy, a bare remote served over http, and a pinion.yaml. */

import { execFile } from "node:child_process";
import { cp, mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { type GitServer, startGitServer } from "./git-http-server.ts";

const run = promisify(execFile);

export interface Stage {
  /** Everything lives in here. */
  readonly directory: string;
  /** Where the user edits, commits and pushes. */
  readonly workingCopy: string;
  readonly configFile: string;
  readonly stateDirectory: string;
  readonly server: GitServer;
  /** Runs git in the working copy; resolves with what it printed. */
  git(...parameters: readonly string[]): Promise<string>;
}

export interface StageOptions {
  readonly directory: string;
  /** The config repository that the working copy is made of. */
  readonly example: string;
  /** Throw away what an earlier demo left in the folder. */
  readonly fresh: boolean;
}

const remoteName = "shop.git";

/** Goes on with what an earlier demo left in the folder, unless told to begin anew. @throws Error when git fails, with its words. */
export async function setStage({ directory, example, fresh }: StageOptions): Promise<Stage> {
  if (fresh) await rm(directory, { recursive: true, force: true });
  const workingCopy = join(directory, "shop");
  const git = (...parameters: readonly string[]) => gitIn(workingCopy, parameters);
  await mkdir(join(directory, "remote"), { recursive: true, mode: 0o700 });
  const server = await startGitServer({ root: join(directory, "remote") });
  if (!(await exists(join(workingCopy, ".git")))) await createWorkingCopy({ directory, example, workingCopy, git });
  await git("remote", "set-url", "origin", `${server.url}/${remoteName}`);
  const configFile = join(directory, "pinion.yaml");
  await writeFile(configFile, configText(`${server.url}/${remoteName}`));
  return { directory, workingCopy, configFile, stateDirectory: join(directory, "state"), server, git };
}

interface NewCopy {
  readonly directory: string;
  readonly example: string;
  readonly workingCopy: string;
  readonly git: Stage["git"];
}

async function createWorkingCopy({ directory, example, workingCopy, git }: NewCopy): Promise<void> {
  const remote = join(directory, "remote", remoteName);
  await rm(workingCopy, { recursive: true, force: true });
  await rm(remote, { recursive: true, force: true });
  await cp(example, workingCopy, { recursive: true });
  await run("git", ["init", "--quiet", "--bare", "--initial-branch=main", remote]);
  await run("git", ["-C", remote, "config", "http.receivepack", "true"]);
  await git("init", "--quiet", "--initial-branch=main");
  await identify(git);
  await git("remote", "add", "origin", remote);
  await git("add", "--all");
  await git("-c", "commit.gpgsign=false", "commit", "--quiet", "--no-verify", "--message", "The shop as it runs today");
  await git("push", "--quiet", "--set-upstream", "origin", "main");
}

/** Who has no identity in git yet gets one in this copy only. */
async function identify(git: Stage["git"]): Promise<void> {
  const isKnown = await git("config", "user.email").then(
    (email) => email.trim() !== "",
    () => false,
  );
  if (isKnown) return;
  await git("config", "user.name", "Pinion demo");
  await git("config", "user.email", "demo@localhost");
}

async function gitIn(directory: string, parameters: readonly string[]): Promise<string> {
  const [folder, rest] = parameters[0] === "init" ? [[], [...parameters, directory]] : [["-C", directory], parameters];
  const { stdout } = await run("git", [...folder, ...rest], { maxBuffer: 16 * 1024 * 1024 });
  return stdout;
}

function configText(url: string): string {
  return `# Made by \`pinion demo\`; made anew at every start.
repository:
  url: ${url}
  branch: main
  pollInterval: 1s
state: ./state
engines:
  default: { kind: node-red, mode: embedded, instances: 1 }
  production: { kind: node-red, mode: embedded, instances: 2 }
resyncInterval: 2s
`;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** Changes a pin in the working copy, comment and all else kept. @throws Error when it is not there. */
export async function setPin(stage: Stage, file: string, process: string, version: string): Promise<void> {
  const path = join(stage.workingCopy, file);
  const text = await readFile(path, "utf8");
  const line = new RegExp(`^(${process}:\\s*)\\S+`, "m");
  if (!line.test(text)) throw new Error(`${file} does not pin ${process}`);
  await writeFile(path, text.replace(line, `$1${version}`));
}
