/** Runs one git command through simple-git, in the hardened environment, with a time limit, and says failures in our words. */

import { GitPluginError, simpleGit } from "simple-git";
import { PinionError } from "../../domain/errors.ts";
import { failureOf } from "./failure.ts";
import type { GitEnvironment } from "./git-environment.ts";
import type { Redact } from "./redact.ts";

export interface GitResult {
  readonly exitCode: number;
  readonly output: string;
}

export interface GitRunner {
  /** What it printed. @throws PinionError when it does not exit with 0. */
  run(args: readonly string[]): Promise<string>;
  /** Like `run`, but an exit with 1 is an answer too. */
  ask(args: readonly string[]): Promise<GitResult>;
}

export interface GitRunnerOptions {
  readonly directory: string;
  readonly environment: GitEnvironment;
  /** How long a command may say nothing before it is ended. */
  readonly timeoutMs: number;
  readonly redact: Redact;
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
  allowUnsafeTemplateDir: true,
} as const;

export function createGitRunner(options: GitRunnerOptions): GitRunner {
  async function ask(args: readonly string[]): Promise<GitResult> {
    const result = await execute(options, args);
    if (result.exitCode > 1) throw failureOf(args[0] ?? "", options.redact(result.output));
    return result;
  }
  return {
    ask,
    run: async (args) => {
      const { exitCode, output } = await ask(args);
      if (exitCode !== 0) throw failureOf(args[0] ?? "", options.redact(output));
      return output;
    },
  };
}

async function execute(
  { directory, environment, timeoutMs, redact, closing }: GitRunnerOptions,
  args: readonly string[],
): Promise<GitResult> {
  let exitCode = 0;
  let complaint = "";
  const git = simpleGit({
    baseDir: directory,
    abort: closing,
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
  try {
    const output = await git.raw([...args]);
    return { exitCode, output: exitCode === 0 ? output : complaint };
  } catch (error) {
    if (closing.aborted) throw new PinionError("git/failed", `git ${args[0] ?? ""} was ended because Pinion stops`);
    throw broken(args[0] ?? "", timeoutMs, error, redact);
  }
}

/** A child that somebody else killed has no exit code, and that is no success. */
function killed({ exitCode }: { readonly exitCode: number | null }): Error | undefined {
  return exitCode === null ? new Error("it was killed") : undefined;
}

/** Why a command never came to an end of its own. */
function broken(command: string, timeoutMs: number, error: unknown, redact: Redact): PinionError {
  if (error instanceof GitPluginError && error.plugin === "timeout") {
    return new PinionError("git/unreachable", `the server does not answer in time: git ${command} was silent for ${timeoutMs} ms`);
  }
  return new PinionError("git/failed", `git ${command} could not run: ${redact(String(error))}`);
}
