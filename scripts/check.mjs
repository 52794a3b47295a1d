/** `npm run check`: types, lint, format, dead code and unit tests. `npm run check -- types lint` runs only those. */

import { availableParallelism } from "node:os";
import { ensureInstalled } from "./ensure-installed.mjs";
import { runQuietly } from "./run.mjs";

/** What a check remembers between its runs, so that it looks again only at what has changed. Is always safe to delete. */
const cache = "node_modules/.cache/pinion";

/** The type checkers end before there is much garbage: collecting it takes a fifth of their time. */
const uncollected = { GOGC: "off", GOMEMLIMIT: "1GiB" };

const checks = [
  {
    name: "types",
    program: "node_modules/typescript/bin/tsc",
    // Each checker finds out the types that it needs by itself: several finish sooner on an idle machine, and cost half as much again.
    parameters: ["-p", "tsconfig.json", "--checkers", "1", "--incremental", "--tsBuildInfoFile", `${cache}/types.tsbuildinfo`],
    env: uncollected,
  },
  { name: "tests", program: "node_modules/vitest/vitest.mjs", parameters: ["run", "--project", "unit", "--reporter", "dot"] },
  { name: "lint", program: "node_modules/oxlint/bin/oxlint", parameters: [], env: uncollected },
  { name: "format", program: "node_modules/oxfmt/bin/oxfmt", parameters: ["--check"] },
  {
    name: "dead code",
    program: "node_modules/knip/bin/knip.js",
    parameters: ["--no-progress", "--treat-config-hints-as-errors", "--cache", "--cache-location", `${cache}/knip`],
  },
];

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !checks.some((check) => check.name === name));
if (unknown.length > 0) {
  console.error(`There is no check ${unknown.join(", ")}; there are: ${checks.map((check) => check.name).join(", ")}.`);
  process.exit(2);
}

await ensureInstalled();
const queue = checks.filter((check) => wanted.length === 0 || wanted.includes(check.name));
const startedAt = Date.now();
const failed = [];
await Promise.all(Array.from({ length: Math.min(availableParallelism(), queue.length) }, work));
console.log(failed.length === 0 ? `all well in ${seconds(startedAt)}` : `failed: ${failed.join(", ")} (${seconds(startedAt)})`);
process.exitCode = failed.length === 0 ? 0 : 1;

async function work() {
  for (let check = queue.shift(); check !== undefined; check = queue.shift()) await perform(check);
}

async function perform({ name, program, parameters, env }) {
  const begunAt = Date.now();
  const { code, output } = await runQuietly(program, parameters, env);
  console.log(`${code === 0 ? "ok    " : "FAILED"}  ${name.padEnd(9)}  ${seconds(begunAt)}${lastLine(name, output)}`);
  if (code === 0) return;
  failed.push(name);
  console.log(`\n${output.trim()}\n`);
}

/** How many tests there were. */
function lastLine(name, output) {
  const tests = /Tests\s+(.*)/.exec(output)?.[1];
  return name === "tests" && tests !== undefined ? `  ${tests}` : "";
}

function seconds(since) {
  return `${((Date.now() - since) / 1000).toFixed(1)} s`;
}
