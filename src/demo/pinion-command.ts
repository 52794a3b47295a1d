/** Runs `pinion` as people do in a terminal of their own, for the orders that the tour gives. */

import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);
const timeoutMs = 120_000;

export interface ShellCommand {
  /** Program and arguments that make `pinion`. */
  readonly command: readonly string[];
  /** Address of the controller that it talks to. */
  readonly controller: string;
  /** With what it is entered. */
  readonly tokenFile: string;
  readonly directory: string;
  /** Gives it up. */
  readonly signal: AbortSignal;
}

/** Resolves with what it printed. @throws Error with its complaint when it ends with another code than 0. */
export async function runPinion(how: ShellCommand, parameters: readonly string[]): Promise<string> {
  const { command, controller, tokenFile, directory, signal } = how;
  const [program = "", ...first] = command;
  const env = { ...process.env, PINION_CONTROLLER: controller, PINION_TOKEN_FILE: tokenFile, NO_COLOR: "1", FORCE_COLOR: "0" };
  const { stdout } = await run(program, [...first, ...parameters], { cwd: directory, env, timeout: timeoutMs, signal }).catch(
    (error: unknown) => {
      throw new Error(`pinion ${parameters.join(" ")}: ${complaintOf(error)}`, { cause: error });
    },
  );
  return stdout.trim();
}

function complaintOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const stderr = "stderr" in error && typeof error.stderr === "string" ? error.stderr.trim() : "";
  return stderr === "" ? error.message : stderr;
}
