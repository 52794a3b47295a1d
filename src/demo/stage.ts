/** Sets the stage of `pinion demo`: one folder with a working copy, a bare remote served over http, and a pinion.yaml. */

import { execFile } from "node:child_process";
import { cp, mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { PinionError } from "../domain/errors.ts";
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
}

const remoteName = "shop.git";
/** Says that a folder is the demo's own, and may be written to. */
const marker = ".pinion-demo";

/** Goes on with what an earlier demo left in the folder. @throws `usage/invalid` when the folder is somebody else's, `git/failed`. */
export async function setStage({ directory, example }: StageOptions): Promise<Stage> {
  await claim(directory);
  const remotes = join(directory, "remote");
  const workingCopy = join(directory, "shop");
  if (!(await exists(workingCopy))) await createWorkingCopy({ example, remote: join(remotes, remoteName), workingCopy });
  const server = await startGitServer({ root: remotes });
  const url = `${server.url}/${remoteName}`;
  const git = (...parameters: readonly string[]) => gitIn(workingCopy, parameters);
  const configFile = join(directory, "pinion.yaml");
  try {
    await git("remote", "set-url", "origin", url);
    await writeFile(configFile, configText(url));
  } catch (error) {
    await server.close();
    throw error;
  }
  return { directory, workingCopy, configFile, stateDirectory: join(directory, "state"), server, git };
}

/** What people keep in a folder of their own is not touched. */
async function claim(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const found = await readdir(directory);
  if (found.length > 0 && !found.includes(marker))
    throw new PinionError("usage/invalid", `${directory} holds other files; name a folder that is new, empty, or of an earlier demo`);
  await writeFile(join(directory, marker), "Made by `pinion demo`; this folder can be deleted.\n");
}

interface NewCopy {
  readonly example: string;
  readonly remote: string;
  readonly workingCopy: string;
}

/** Gets its name when it is whole, so that a demo that was ended on the way begins anew. */
async function createWorkingCopy({ example, remote, workingCopy }: NewCopy): Promise<void> {
  const unfinished = `${workingCopy}.new`;
  const git = (...parameters: readonly string[]) => gitIn(unfinished, parameters);
  await rm(unfinished, { recursive: true, force: true });
  await rm(remote, { recursive: true, force: true });
  await cp(example, unfinished, { recursive: true });
  await mkdir(remote, { recursive: true, mode: 0o700 });
  await gitIn(remote, ["init", "--quiet", "--bare", "--initial-branch=main"]);
  await gitIn(remote, ["config", "http.receivepack", "true"]);
  await git("init", "--quiet", "--initial-branch=main");
  await identify(git);
  // The remote is on this machine: a proxy of the user's has no business with it.
  await git("config", "http.proxy", "");
  await git("remote", "add", "origin", remote);
  await git("add", "--all");
  await git("-c", "commit.gpgsign=false", "commit", "--quiet", "--no-verify", "--message", "The shop as it runs today");
  await git("push", "--quiet", "--set-upstream", "origin", "main");
  await rename(unfinished, workingCopy);
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
  const { stdout } = await run("git", ["-C", directory, ...parameters], { maxBuffer: 16 * 1024 * 1024 }).catch((error: unknown) => {
    throw new PinionError("git/failed", whyGitFailed(error), { cause: error });
  });
  return stdout;
}

function whyGitFailed(error: unknown): string {
  if (error instanceof Error && "code" in error && error.code === "ENOENT") return "the demo needs git, which is not on the PATH";
  return error instanceof Error ? error.message.trim() : String(error);
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
  production:
    kind: node-red
    mode: embedded
    instances: 2
    allow:
      nodes: [http in, http response, http request, function, change, switch, inject, catch]
      modules: []
      externalModules: false
environments:
  production: { secrets: { env: ["SHOP_*"] } }
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
