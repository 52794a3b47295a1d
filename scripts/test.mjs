/**
 * `npm test`: installs and builds what is missing, then runs every test that needs nothing but Node, npm and git. Arguments go to vitest:
 * `npm test -- --project unit plan`; `--project debian` needs prometheus, gpg and ssh-keygen, `--project load` takes minutes.
 */

import { ensureBuilt } from "./build.mjs";
import { ensureInstalled } from "./ensure-installed.mjs";
import { run } from "./run.mjs";

await ensureInstalled();
await ensureBuilt();
const given = process.argv.slice(2);
const projects = given.some((argument) => argument.startsWith("--project")) ? [] : ["--project=!debian", "--project=!load"];
process.exitCode = await run("node_modules/vitest/vitest.mjs", ["run", ...projects, ...given]);
