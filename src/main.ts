/** The program: hands the outside to the command line. */

import { createCliWorld } from "./composition/cli-world.ts";
import { runCli } from "./surfaces/cli/cli.ts";

// A reader that has seen enough, such as `head`, closes the pipe: no accident.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});
process.exitCode = await runCli(process.argv.slice(2), createCliWorld());
