/** Runs the git that is installed here, for commands that look at a work tree. Nothing it does changes a configuration. */

import { execFile } from "node:child_process";
import type { GitAnswer, GitProgram } from "../terminal/world.ts";

const timeoutMs = 30_000;
const maxOutput = 16 * 1024 * 1024;

/** Variables that would make git look at another repository than the one at hand. */
const misleading = ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR", "GIT_PREFIX"];

/** The git program, with this environment. */
export function gitProgram(env: Readonly<Record<string, string | undefined>>): GitProgram {
  const clean = Object.fromEntries(Object.entries(env).filter(([name]) => !misleading.includes(name)));
  const options = { env: { ...clean, GIT_TERMINAL_PROMPT: "0", LC_ALL: "C" }, timeout: timeoutMs, maxBuffer: maxOutput };
  return (directory, args) =>
    new Promise<GitAnswer>((resolve) => {
      execFile("git", [...args], { ...options, cwd: directory }, (error, stdout, stderr) => {
        const status = error === null ? 0 : typeof error.code === "number" ? error.code : -1;
        resolve({ status, stdout: stdout.trim(), stderr: stderr.trim() === "" && error !== null ? error.message : stderr.trim() });
      });
    });
}
