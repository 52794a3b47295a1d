/** A newer Node than the one that runs the scripts, as a package of the registry: what only computes for minutes is done there in two thirds of the time. */

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { npmCommand, root } from "./ensure-installed.mjs";

const release = "26.10.0";

/** The path of its program, installed once into node_modules; this Node's own when it is as new, or when the newer one cannot be had, which is said. */
export async function newestNode() {
  if (Number(process.versions.node.split(".")[0]) >= Number(release.split(".")[0])) return process.execPath;
  const prefix = join(root, "node_modules", ".cache", `node-${release}`);
  const program = join(prefix, "node_modules", "node", "bin", "node");
  if (!existsSync(program)) {
    process.stderr.write(`Installing Node ${release} for long runs (once, some seconds) …\n`);
    await install(prefix);
  }
  if ((await codeOf(spawn(program, ["--version"], { stdio: "ignore" }))) === 0) return program;
  process.stderr.write(`Node ${release} cannot be installed or run here: Node ${process.versions.node} does it, more slowly.\n`);
  return process.execPath;
}

function install(prefix) {
  const npm = npmCommand();
  const parameters = [...npm.prefix, "install", "--silent", "--no-audit", "--no-fund", "--prefix", prefix, `node@${release}`];
  return codeOf(spawn(npm.command, parameters, { stdio: ["ignore", "ignore", "inherit"] }));
}

/** 1 when it could not be started. */
function codeOf(child) {
  return new Promise((resolve) => {
    child.on("error", () => resolve(1));
    child.on("close", (code) => resolve(code ?? 1));
  });
}
