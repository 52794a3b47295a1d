/** `pinion demo`: everything on this machine, to look at. */

import { type AddCommand, pathFrom } from "../terminal/session.ts";

interface Options {
  readonly tour: boolean;
  readonly directory?: string;
}

export const addDemo: AddCommand = (program, session, finish) => {
  program
    .command("demo")
    .description("start a git server, engines, gateway and controller with the example shop on this machine")
    .option("--tour", "play a tour, check that each chapter comes true, and exit", false)
    .option("--directory <dir>", "folder for all of its state; a new one by default")
    .addHelpText(
      "after",
      `
Everything listens on this machine only, and ends with Ctrl-C. Nothing is written outside of the one folder.

Examples:
  pinion demo
  pinion demo --directory ./my-demo
  pinion demo --tour               exit code 0 only if all of it was seen to be true
`,
    )
    .action(async ({ tour, directory }: Options) => {
      finish(await session.world.demo({ tour, directory: directory === undefined ? null : pathFrom(session, directory) }));
    });
};
