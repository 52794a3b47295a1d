/** `npm run simulate -- --seed S --runs N [--verbose]`: installs what is missing, then simulates the controller in unkind worlds. */

import { ensureInstalled } from "./ensure-installed.mjs";
import { run } from "./run.mjs";

/** Much code that runs for a short time each: it is compiled at once, and what lives for one seed is thrown away young. */
const quick = ["--always-sparkplug", "--min-semi-space-size=16", "--max-semi-space-size=16"];

await ensureInstalled();
process.exitCode = await run("test/simulation/cli.ts", process.argv.slice(2), [...quick, "--import", "tsx"]);
