/** `pinion run`: the controller. */

import { Option } from "commander";
import { type AddCommand, pathFrom } from "../terminal/session.ts";

interface Options {
  readonly config: string;
  readonly acceptRewrite: boolean;
  readonly onExit: "keep" | "stop";
}

export const addRun: AddCommand = (program, session, finish) => {
  program
    .command("run")
    .description("run the controller: deploy to the engines what the config repository pins")
    .option("-c, --config <file>", "the controller's configuration", "pinion.yaml")
    .option("--accept-rewrite", "accept once that the branch no longer contains the deployed commit", false)
    .addOption(
      new Option("--on-exit <what>", "leave gateway and engines running, or stop them too").choices(["keep", "stop"]).default("keep"),
    )
    .addHelpText(
      "after",
      `
Stops on SIGINT and SIGTERM. The gateway and the engines that it started continue without it, so that no request is lost
during an upgrade. The next run finds them again. With --on-exit stop they end, too.

Examples:
  pinion run
  pinion run --config /etc/pinion/pinion.yaml
  pinion run --on-exit stop        to try it out
  pinion run --accept-rewrite      after a force push that was intended
`,
    )
    .action(async ({ config, ...options }: Options) => {
      finish(await session.world.run({ configFile: pathFrom(session, config), ...options }));
    });
};
