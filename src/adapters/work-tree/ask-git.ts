/** Asks git about a work tree. */

import { execFileSync } from "node:child_process";

const maxBytes = 64 * 1024 * 1024;

/** Set in hooks, they would make git look at another repository than the one at hand. */
const misleading = /^GIT_(?:DIR|WORK_TREE|INDEX_FILE|OBJECT_DIRECTORY|COMMON_DIR|PREFIX)$/;

/** The environment for git, without what would mislead it. */
export function environmentForGit(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !misleading.test(name)));
}

/** Gives what git prints; nothing where it fails, or is not there. */
export type Ask = (args: readonly string[], input?: string) => string;

export function asksGit(directory: string): Ask {
  return (args, input = "") => {
    const whole = ["-c", "core.fsmonitor=false", ...args];
    try {
      return execFileSync("git", whole, { cwd: directory, env: environmentForGit(), input, maxBuffer: maxBytes, stdio: "pipe" }).toString();
    } catch {
      return "";
    }
  };
}
