/** `npm run simulate -- --seed S --runs N [--verbose]`: installs what is missing, then simulates the controller in unkind worlds. */

import { ensureInstalled } from "./ensure-installed.mjs";
import { run } from "./run.mjs";

await ensureInstalled();
process.exitCode = await run("test/simulation/cli.ts", process.argv.slice(2), ["--import", "tsx"]);
