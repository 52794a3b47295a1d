/**
 * Builds dist/ from src/: JavaScript, declarations, the files that are not TypeScript, and the bundles of what is started as a program. The old dist/ stays until the
 * new one is whole, so a failing build breaks nothing that runs.
 */

import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { bundlePrograms } from "./bundle.mjs";
import { ensureInstalled, root } from "./ensure-installed.mjs";
import { run } from "./run.mjs";

const source = join(root, "src");
const target = join(root, "dist");
const stamp = join(target, ".built");

/** Builds when dist/ was built of something else than what src/ and the configurations of the build are now. Ends the process when it fails. */
export async function ensureBuilt() {
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === digestOfInputs()) return;
  process.stderr.write("Building …\n");
  const code = await build();
  if (code !== 0) process.exit(2);
}

/** For vitest: tests that run the program begin with what src/ is now, however they are started. */
export { ensureBuilt as setup };

async function build() {
  const inputs = digestOfInputs();
  const next = `${target}-${process.pid}`;
  rmSync(next, { recursive: true, force: true });
  try {
    const code = await run("node_modules/typescript/bin/tsc", ["-p", "tsconfig.build.json", "--outDir", next]);
    if (code !== 0) return code;
    copyAssets(next);
    await bundlePrograms(next);
    replace(next, inputs);
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

function replace(next, inputs) {
  const old = `${next}-old`;
  writeFileSync(join(next, ".built"), inputs);
  if (existsSync(target)) renameSync(target, old);
  renameSync(next, target);
  rmSync(old, { recursive: true, force: true });
}

/** Of names and contents: times say nothing of a copy. */
function digestOfInputs() {
  const names = ["tsconfig.json", "tsconfig.build.json", "package.json", "package-lock.json", "scripts/build.mjs", "scripts/bundle.mjs"];
  const configurations = names.map((name) => join(root, name));
  const hash = createHash("sha256");
  for (const file of [...filesBelow(source).sort(), ...configurations])
    hash
      .update(`${relative(root, file)}\0`)
      .update(readFileSync(file))
      .update("\0");
  return hash.digest("hex");
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
