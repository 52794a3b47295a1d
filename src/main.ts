/** The program: hands the outside to the command line. */

import { createCliWorld } from "./composition/cli-world.ts";
import { runCli } from "./surfaces/cli/cli.ts";

process.exitCode = await runCli(process.argv.slice(2), createCliWorld());
