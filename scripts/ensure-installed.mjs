/**
 * Makes a fresh clone usable with only Node, npm and git: checks them, and installs the locked packages when what is in
 * node_modules is not what package-lock.json says.
 */

import { spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The root of the checkout. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

const LEAST_NODE = [20, 19];

/** Checks Node and, when `needsGit`, git; then brings node_modules to what the lock file says. Ends the process with a friendly line when it cannot. */
export async function ensureInstalled({ needsGit = true } = {}) {
  const complaint = complainAboutNode(process.versions.node) ?? (needsGit ? complainAboutGit() : undefined);
  if (complaint !== undefined) stop(complaint);
  if (isInstalled()) return;
  const failure = await install();
  if (failure !== undefined) stop(`npm ci failed:\n${failure}`);
}

function complainAboutNode(version) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [leastMajor, leastMinor] = LEAST_NODE;
  if (major > leastMajor || (major === leastMajor && minor >= leastMinor)) return undefined;
  return `Pinion needs Node ${LEAST_NODE.join(".")} or newer; this is ${version}.`;
}

function complainAboutGit() {
  const asked = spawnSync("git", ["--version"], { encoding: "utf8" });
  return asked.status === 0 ? undefined : "Pinion needs the git program; install it and try again.";
}

/** Every package of the lock file is there in its version, and nothing else is. Optional ones may be missing: they belong to other platforms. */
function isInstalled() {
  const wanted = readPackages("package-lock.json");
  const present = readPackages("node_modules/.package-lock.json");
  if (wanted === undefined || present === undefined) return false;
  const isMissing = ([path, entry]) =>
    path !== "" && entry.optional !== true && entry.devOptional !== true && !isSame(entry, present[path]);
  const isStray = ([path, entry]) => !isSame(entry, wanted[path]);
  return !Object.entries(wanted).some(isMissing) && !Object.entries(present).some(isStray);
}

function isSame(left, right) {
  return left?.version === right?.version && left?.integrity === right?.integrity;
}

function readPackages(file) {
  try {
    return JSON.parse(readFileSync(join(root, file), "utf8")).packages;
  } catch {
    return undefined;
  }
}

/** Resolves to npm's output when it failed, to undefined when all is well. */
async function install() {
  const startedAt = Date.now();
  const stopProgress = showProgress("Installing packages (once, a minute or less)");
  const { command, prefix } = npmCommand();
  const child = spawn(command, [...prefix, "ci", "--include=dev", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = [];
  child.stdout.on("data", (chunk) => output.push(chunk));
  child.stderr.on("data", (chunk) => output.push(chunk));
  const code = await new Promise((resolve) => {
    child.on("error", (error) => resolve(output.push(Buffer.from(error.message))));
    child.on("close", resolve);
  });
  stopProgress(code === 0 ? `Packages installed in ${Math.round((Date.now() - startedAt) / 1000)} s.` : "");
  return code === 0 ? undefined : Buffer.concat(output).toString().trim();
}

/** How npm is started: by this Node where npm has started it. */
export function npmCommand() {
  const path = process.env.npm_execpath;
  return path?.endsWith(".js") ? { command: process.execPath, prefix: [path] } : { command: "npm", prefix: [] };
}

function showProgress(text) {
  if (!process.stderr.isTTY) {
    process.stderr.write(`${text} …\n`);
    return (last) => process.stderr.write(last === "" ? "" : `${last}\n`);
  }
  const startedAt = Date.now();
  const draw = () => process.stderr.write(`\r${text} … ${Math.round((Date.now() - startedAt) / 1000)} s `);
  draw();
  const timer = setInterval(draw, 1000);
  return (last) => {
    clearInterval(timer);
    process.stderr.write(`\r\u001B[K${last === "" ? "" : `${last}\n`}`);
  };
}

function stop(complaint) {
  process.stderr.write(`${complaint}\n`);
  process.exit(2);
}
