/** Runs git commands that talk to the remote, through simple-git, in the hardened environment, and says failures in our words. */

import { GitPluginError, simpleGit } from "simple-git";
import { PinionError } from "../../../domain/errors.ts";
import { failureOf } from "./failure.ts";
import type { GitEnvironment } from "./git-environment.ts";
import type { Redact } from "./redact.ts";

/** Runs one command and gives back what it printed. @throws PinionError when it does not exit with 0. */
export type RunGit = (args: readonly string[]) => Promise<string>;

export interface RunGitOptions {
  readonly directory: string;
  /** With the credentials of now. @throws `secret/missing`. */
  readonly environment: () => Promise<GitEnvironment>;
  /** How long a command may say nothing before it is ended. */
  readonly timeoutMs: number;
  /** How long it may take altogether, however much it says; default ten times as long. */
  readonly totalMs?: number;
  readonly redact: Redact;
  /** What comes back is what it said beside its output, such as a trace, also when it succeeds. */
  readonly tellsAside?: boolean;
  /** Ends what runs when the repository is closed. */
  readonly closing: AbortSignal;
}

/** What simple-git guards against when it comes from outside; here all of it is written by `gitEnvironment`. */
const ours = {
  allowUnsafeConfigEnvCount: true,
  allowUnsafeConfigPaths: true,
  allowUnsafeCredentialHelper: true,
  allowUnsafeFsMonitor: true,
  allowUnsafeHooksPath: true,
  allowUnsafeSshCommand: true,
  allowUnsafeUrlRewrite: true,
} as const;

/** How a command came to its end: with what it printed when it succeeded, else with what it complained of, free of secrets. */
export interface Ended {
  readonly exitCode: number;
  readonly output: string;
}

/** Of a remote that is a shallow clone git takes nothing, and calls that a success. */
const isRefusedQuietly = /shallow roots are not allowed to be updated/;

/** Without the folder that it runs in. */
function commandOf([first = "", , third = ""]: readonly string[]): string {
  return first === "-C" ? third : first;
}

/** Runs one command whose failures say more than an error could; `signal` ends it. @throws PinionError when it never came to an end of its own. */
export type TryGit = (args: readonly string[], signal?: AbortSignal) => Promise<Ended>;

export function createRunGit(attempt: TryGit): RunGit {
  return async (args) => {
    const { exitCode, output } = await attempt(args);
    if (exitCode !== 0) throw failureOf(commandOf(args), output);
    return output;
  };
}

export function createTryGit(options: RunGitOptions): TryGit {
  return async (args, signal) => {
    const environment = await options.environment();
    const limit = AbortSignal.timeout(totalOf(options));
    const ended = await execute(options, args, { environment, limits: signal === undefined ? [limit] : [limit, signal] }).catch(
      (error: unknown) => {
        throw limit.aborted ? tooLong(commandOf(args), options) : broken(commandOf(args), options, error);
      },
    );
    if (ended.exitCode !== 0 && limit.aborted) throw tooLong(commandOf(args), options);
    return ended.exitCode === 0 && options.tellsAside !== true ? ended : { ...ended, output: options.redact(ended.output) };
  };
}

const totalOf = ({ timeoutMs, totalMs = timeoutMs * 10 }: RunGitOptions): number => totalMs;

interface Surroundings {
  readonly environment: GitEnvironment;
  /** Of the whole, and the caller's. */
  readonly limits: readonly AbortSignal[];
}

async function execute(
  { directory, timeoutMs, closing, tellsAside = false }: RunGitOptions,
  args: readonly string[],
  { environment, limits }: Surroundings,
): Promise<Ended> {
  let exitCode = 0;
  let complaint = "";
  const git = simpleGit({
    baseDir: directory,
    abort: AbortSignal.any([closing, ...limits]),
    timeout: { block: timeoutMs },
    allowEnvironment: Object.keys(environment),
    unsafe: ours,
    errors: (error, result) => {
      const hasExited = result.exitCode > 0;
      exitCode = hasExited ? result.exitCode : exitCode;
      complaint = Buffer.concat(result.stdErr).toString();
      return hasExited ? undefined : (error ?? killed(result));
    },
  }).env(environment);
  const output = await git.raw([...args]);
  if (exitCode === 0 && isRefusedQuietly.test(complaint)) exitCode = 1;
  if (exitCode !== 0) closing.throwIfAborted();
  return { exitCode, output: exitCode === 0 && !tellsAside ? output : complaint };
}

/** A child that somebody else killed has no exit code, and that is no success. */
function killed({ exitCode }: { readonly exitCode: number | null }): Error | undefined {
  return exitCode === null ? new Error("it was killed") : undefined;
}

function tooLong(command: string, options: RunGitOptions): PinionError {
  const why = `git ${command} took more than ${totalOf(options)} ms altogether (ten times repository.timeout)`;
  return new PinionError("git/unreachable", `the server does not answer in time: ${why}`);
}

/** Why a command never came to an end of its own. */
function broken(command: string, { timeoutMs, redact, closing }: RunGitOptions, error: unknown): PinionError {
  if (closing.aborted) return new PinionError("git/failed", `git ${command} was ended because Pinion stops`);
  if (error instanceof GitPluginError && error.plugin === "timeout") {
    return new PinionError("git/unreachable", `the server does not answer in time: git ${command} was silent for ${timeoutMs} ms`);
  }
  return new PinionError("git/failed", `git ${command} could not run: ${redact(String(error))}`);
}
