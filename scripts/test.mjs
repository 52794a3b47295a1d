/** `npm test`: installs and builds what is missing, then runs every test. Arguments go to vitest: `npm test -- --project unit plan`. */

import { ensureBuilt } from "./build.mjs";
import { ensureInstalled } from "./ensure-installed.mjs";
import { run } from "./run.mjs";

await ensureInstalled();
await ensureBuilt();
process.exitCode = await run("node_modules/vitest/vitest.mjs", ["run", ...process.argv.slice(2)]);
