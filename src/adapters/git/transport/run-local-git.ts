/** Runs git commands on the mirror alone. simple-git would add 50 ms to each that prints nothing, and most of these print nothing. */

import { execFile } from "node:child_process";
import { PinionError } from "../../../domain/errors.ts";
import { failureOf } from "./failure.ts";
import type { GitEnvironment } from "./git-environment.ts";
import type { RunGit } from "./run-git.ts";

export interface LocalGit {
  readonly run: RunGit;
  /** Whether a command that answers by its exit code says yes (0) or no (1). */
  readonly ask: (args: readonly string[]) => Promise<boolean>;
}

export interface LocalGitOptions {
  readonly directory: string;
  readonly environment: GitEnvironment;
  /** Ends what runs when the repository is closed. */
  readonly closing: AbortSignal;
}

interface Ended {
  /** Null when it could not run, or was ended. */
  readonly exitCode: number | null;
  readonly output: string;
}

export function createLocalGit(options: LocalGitOptions): LocalGit {
  async function run(args: readonly string[]): Promise<string> {
    const ended = await execute(options, args);
    if (ended.exitCode !== 0) throw failed(options, args, ended);
    return ended.output;
  }
  async function ask(args: readonly string[]): Promise<boolean> {
    const ended = await execute(options, args);
    if (ended.exitCode !== 0 && ended.exitCode !== 1) throw failed(options, args, ended);
    return ended.exitCode === 0;
  }
  return { run, ask };
}

function execute({ directory, environment, closing }: LocalGitOptions, args: readonly string[]): Promise<Ended> {
  const options = { cwd: directory, env: environment, signal: closing, maxBuffer: 64 * 1024 * 1024 };
  return new Promise((resolve) => {
    execFile("git", args, options, (error, stdout, stderr) => {
      if (!error) resolve({ exitCode: 0, output: stdout });
      else if (typeof error.code === "number") resolve({ exitCode: error.code, output: stderr });
      else resolve({ exitCode: null, output: error.message });
    });
  });
}

function failed({ closing }: LocalGitOptions, args: readonly string[], { output }: Ended): PinionError {
  const command = args[0] ?? "";
  if (closing.aborted) return new PinionError("git/failed", `git ${command} was ended because Pinion stops`);
  return failureOf(command, output);
}
