/** Runs the programs of node_modules without npx, in the root of the checkout, with the signals passed on. */

import { spawn } from "node:child_process";
import { root } from "./ensure-installed.mjs";

/** Runs a JavaScript program with this Node, or another, and the terminal's streams. Resolves to its exit code. */
export function run(program, parameters, nodeOptions = [], node = process.execPath) {
  const child = spawn(node, [...nodeOptions, program, ...parameters], { cwd: root, stdio: "inherit" });
  return exitCode(child);
}

/** Runs it quietly, with these environment variables beside the caller's. Resolves to its exit code and its output. */
export async function runQuietly(program, parameters, env = {}) {
  const child = spawn(process.execPath, [program, ...parameters], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, NO_COLOR: "1", ...env },
  });
  const output = [];
  child.stdout.on("data", (chunk) => output.push(chunk));
  child.stderr.on("data", (chunk) => output.push(chunk));
  const code = await exitCode(child);
  return { code, output: Buffer.concat(output).toString() };
}

/** Ctrl-C reaches the child from the terminal already; the others do not. */
async function exitCode(child) {
  const stay = () => undefined;
  const forward = (signal) => child.kill(signal);
  process.on("SIGINT", stay);
  process.on("SIGTERM", forward);
  process.on("SIGHUP", forward);
  try {
    return await new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code) => resolve(code ?? 1));
    });
  } finally {
    process.off("SIGINT", stay);
    process.off("SIGTERM", forward);
    process.off("SIGHUP", forward);
  }
}
