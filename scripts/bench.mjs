/** `npm run bench`: installs and builds what is missing, then runs the benchmarks. `npm run bench -- gateway --json` picks and prints as JSON. */

import { ensureBuilt } from "./build.mjs";
import { ensureInstalled } from "./ensure-installed.mjs";
import { run } from "./run.mjs";

await ensureInstalled();
await ensureBuilt();
process.exitCode = await run("bench/run.ts", process.argv.slice(2), ["--import", "tsx"]);
