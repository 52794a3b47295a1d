/**
 * Builds dist/ from src/: JavaScript, declarations and the files that are not TypeScript. The old dist/ stays until the
 * new one is whole, so a failing build breaks nothing that runs.
 */

import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { ensureInstalled, root } from "./ensure-installed.mjs";
import { run } from "./run.mjs";

const source = join(root, "src");
const target = join(root, "dist");
const stamp = join(target, ".built");

/** Builds when src/ or a configuration of the build is newer than dist/. Ends the process when it fails. */
export async function ensureBuilt() {
  if (!isStale()) return;
  process.stderr.write("Building …\n");
  const code = await build();
  if (code !== 0) process.exit(2);
}

async function build() {
  const startedAt = new Date();
  const next = `${target}-${process.pid}`;
  rmSync(next, { recursive: true, force: true });
  try {
    const code = await run("node_modules/typescript/bin/tsc", ["-p", "tsconfig.build.json", "--outDir", next]);
    if (code !== 0) return code;
    copyAssets(next);
    replace(next, startedAt);
    return 0;
  } finally {
    rmSync(next, { recursive: true, force: true });
  }
}

/** What the compiler does not write, such as programs that engines load by path. */
function copyAssets(next) {
  for (const file of filesBelow(source)) {
    const copy = join(next, relative(source, file));
    if (file.endsWith(".ts") || existsSync(copy)) continue;
    mkdirSync(dirname(copy), { recursive: true });
    cpSync(file, copy);
  }
}

function replace(next, startedAt) {
  const old = `${next}-old`;
  writeFileSync(join(next, ".built"), "");
  utimesSync(join(next, ".built"), startedAt, startedAt);
  if (existsSync(target)) renameSync(target, old);
  renameSync(next, target);
  rmSync(old, { recursive: true, force: true });
}

/** A file that was removed shows in the time of its directory. */
function isStale() {
  if (!existsSync(stamp)) return true;
  const builtAt = statSync(stamp).mtimeMs;
  const configurations = ["tsconfig.json", "tsconfig.build.json", "package.json"].map((name) => join(root, name));
  const inputs = [source, ...entriesBelow(source), ...configurations];
  return inputs.some((input) => statSync(input).mtimeMs > builtAt);
}

function filesBelow(directory) {
  return entriesBelow(directory).filter((path) => statSync(path).isFile());
}

function entriesBelow(directory) {
  return readdirSync(directory, { recursive: true }).map((name) => join(directory, name));
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  await ensureInstalled({ needsGit: false });
  process.exitCode = await build();
}
