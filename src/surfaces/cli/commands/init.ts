/** `pinion init`: a config repository and a pinion.yaml that run as they are. */

import { lstat, mkdir, writeFile } from "node:fs/promises";
import { dirname, isAbsolute, join, relative, sep } from "node:path";
import { PinionError } from "../../../domain/errors.ts";
import { scaffoldControllerFile, scaffoldPorts } from "../scaffold/controller-file.ts";
import { scaffoldRepository } from "../scaffold/repository.ts";
import { type AddCommand, type Format, formatOption, pathFrom, print, printJson, type Session } from "../terminal/session.ts";
import type { GitProgram } from "../terminal/world.ts";
import { printable } from "../../../domain/safe-text.ts";

export const addInit: AddCommand = (program, session, finish) => {
  program
    .command("init")
    .description("create a small config repository and a pinion.yaml that are ready to run")
    .argument("[dir]", "the folder to write to", ".")
    .addOption(formatOption())
    .addHelpText(
      "after",
      `
Writes DIR/config.git, the bare repository that Pinion follows and may push to, DIR/config-repo, a clone of it to work in,
with the first commit, and DIR/pinion.yaml. Never overwrites anything.

Examples:
  pinion init my-pinion && cd my-pinion && pinion run
`,
    )
    .action(async (directory: string, { format }: { readonly format: Format }) => {
      const outcome = await init(session, pathFrom(session, directory));
      if (format === "json") printJson(session, outcome);
      else print(session, render(outcome, session));
      finish(0);
    });
};

interface Outcome {
  readonly directory: string;
  /** The clone to work in. */
  readonly repository: string;
  /** The bare repository that Pinion follows. */
  readonly remote: string;
  readonly configFile: string;
  /** Relative to the folder. */
  readonly files: readonly string[];
  /** Null when git could not make it; `problem` says why. */
  readonly commit: string | null;
  readonly problem: string | null;
  /** Whether git knows who commits here; the first commit does not need it. */
  readonly hasIdentity: boolean;
}

async function init({ world }: Session, directory: string): Promise<Outcome> {
  const [repository, remote, configFile] = ["config-repo", "config.git", "pinion.yaml"].map((name) => join(directory, name));
  if (repository === undefined || remote === undefined || configFile === undefined) throw new Error("three places were asked for");
  for (const path of [repository, remote, configFile]) {
    if (await isThere(path)) throw new PinionError("usage/invalid", `${path} is there already; nothing was written`);
  }
  const files = [...scaffoldRepository((file) => world.digestOfFile(file))].map(
    ([path, text]) => [join("config-repo", path), text] as const,
  );
  const all = [...files, ["pinion.yaml", scaffoldControllerFile(remote)] as const];
  for (const [path, text] of all) await write(join(directory, path), text);
  const committed = await firstCommit(world.git, { directory, repository, remote });
  const hasIdentity = (await world.git(repository, ["config", "user.email"])).status === 0;
  return { directory, repository, remote, configFile, files: all.map(([path]) => path), ...committed, hasIdentity };
}

/** Also a dangling link is something. */
async function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

async function write(path: string, text: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text, { flag: "wx" });
  } catch (error) {
    throw new PinionError("usage/invalid", `cannot write ${path}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

const identity = ["-c", "user.name=pinion init", "-c", "user.email=pinion@localhost"];
const ownWays = ["-c", "commit.gpgsign=false", "-c", "core.hooksPath=/dev/null", "-c", "core.excludesFile=/dev/null"];

/** The commands that make a clone with its first commit, whatever this machine's git is configured to. */
const commands: readonly (readonly string[])[] = [
  ["init", "--quiet", "--template=", "--initial-branch=main"],
  [...ownWays, "add", "--all"],
  [...identity, ...ownWays, "commit", "--quiet", "--message=Add the hello process and three environments"],
  ["remote", "add", "origin", "../config.git"],
  [...ownWays, "push", "--quiet", "--set-upstream", "origin", "main"],
];

interface InitFolders {
  readonly directory: string;
  readonly repository: string;
  readonly remote: string;
}

/** The remote is bare: a branch that is checked out somewhere takes no pushes, and the bot's reverts are pushes. */
async function firstCommit(git: GitProgram, { directory, repository, remote }: InitFolders): Promise<Pick<Outcome, "commit" | "problem">> {
  const bare = ["init", "--quiet", "--bare", "--template=", "--initial-branch=main", remote];
  const all = [{ place: directory, args: bare }, ...commands.map((args) => ({ place: repository, args }))];
  for (const { place, args } of all) {
    const { status, stderr } = await git(place, args);
    if (status !== 0) return { commit: null, problem: stderr };
  }
  return { commit: (await git(repository, ["rev-parse", "HEAD"])).stdout, problem: null };
}

function render({ directory, files, commit, problem, hasIdentity }: Outcome, { world, colors }: Session): readonly string[] {
  const place = relative(world.cwd, directory);
  const move = place === "" ? [] : [`  cd ${quoteForShell(place.startsWith("..") ? directory : place)}`];
  const byHand = [
    "  git init --bare -b main config.git",
    `  (cd config-repo && git init -b main && git add . && git commit -m "First commit"`,
    "   git remote add origin ../config.git && git push -u origin main)",
  ];
  const unmade = [
    colors.yellow(`git could not make the first commit: ${printable(problem ?? "")}`),
    "Make it yourself:",
    ...move,
    ...byHand,
    "",
  ];
  const { pinion, alias } = calledAs(world.env, directory);
  const introduction: readonly Explained[] = hasIdentity
    ? []
    : [[`git config user.name "…" && git config user.email …`, "git does not know you yet"]];
  return [
    `wrote ${files.length} files to ${printable(directory)}${commit === null ? "" : `, first commit ${commit.slice(0, 8)}`}`,
    "",
    ...(commit === null ? unmade : []),
    colors.bold("what to do next"),
    ...move,
    ...explained([
      ...alias,
      [`${pinion} run`, "starts engines, gateway and controller"],
      [`${pinion} status`, "in another terminal, until all is Synced"],
      [`curl http://127.0.0.1:${scaffoldPorts.gateway}/production/hello`, "1.0.0 answers"],
    ]),
    "",
    "Then deploy: change 1.0.0 to 1.1.0 in",
    "config-repo/environments/production/pins.yaml, and",
    ...explained([
      ["cd config-repo", "a clone, to work in"],
      [`${pinion} validate && ${pinion} plan`, "what pushing would do"],
      ...introduction,
      [`git commit -am "hello 1.1.0 to production" && git push`, "Pinion deploys it"],
      [`${pinion} rollback production/hello \\\n    -c ../pinion.yaml --reason "to try it"`, "back to 1.0.0"],
      ["git pull", "the rollback is a commit of Pinion's"],
    ]),
  ];
}

/** How the program is called from the folder: npx finds it in the folder that it was started in, and below. */
function calledAs(env: NodeJS.ProcessEnv, directory: string): { readonly pinion: string; readonly alias: readonly Explained[] } {
  if (env["npm_command"] !== "exec") return { pinion: "pinion", alias: [] };
  const prefix = env["npm_config_local_prefix"];
  const npx = "npx --no-install pinion";
  if (prefix === undefined || isBelow(directory, prefix)) return { pinion: npx, alias: [] };
  const whole = `npx --prefix ${quoteForShell(prefix)} --no-install pinion`;
  return { pinion: "pinion", alias: [[`alias pinion=${quoteForShell(whole)}`, "in each terminal, since npx finds no pinion from here"]] };
}

function isBelow(directory: string, prefix: string): boolean {
  const path = relative(prefix, directory);
  return path !== ".." && !path.startsWith(`..${sep}`) && !isAbsolute(path);
}

/** A command for people to copy, and what it does. */
type Explained = readonly [command: string, comment: string];

/** The comment has a line of its own, above: both fit into 80 columns then, and the command can be copied whole. */
function explained(rows: readonly Explained[]): readonly string[] {
  return rows.flatMap(([command, comment]) => [`  # ${comment}`, `  ${command}`]);
}

/** A word that a shell takes as it is. */
function quoteForShell(text: string): string {
  return /^[\w./@%+=:,-]+$/u.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
