/**
 * `npm test`: installs what is missing, then runs every test that needs nothing but Node, npm and git. Arguments go to vitest:
 * `npm test -- --project unit plan`; `--project debian` needs prometheus, gpg and ssh-keygen, `--project long` and `--project load` take minutes.
 */

import { ensureInstalled } from "./ensure-installed.mjs";
import { run } from "./run.mjs";

await ensureInstalled();
const given = process.argv.slice(2);
// By name: two that are left out (`!debian`, `!load`) would each let the other in.
const projects = given.some((argument) => argument.startsWith("--project")) ? [] : ["--project=unit", "--project=real", "--project=e2e"];
process.exitCode = await run("node_modules/vitest/vitest.mjs", ["run", ...projects, ...given]);
