/** `pinion down`: ends the gateway and the engines that `pinion run` left running. */

import { configOption } from "../asking/controller-option.ts";
import { type AddCommand, type Format, formatOption, pathFrom, print, printJson } from "../terminal/session.ts";

interface Options {
  readonly config: string;
  readonly format: Format;
}

export const addDown: AddCommand = (program, session, finish) => {
  program
    .command("down")
    .description("stop the gateway and the engines that `pinion run` left running")
    .addOption(configOption())
    .addOption(formatOption())
    .addHelpText(
      "after",
      `
When a controller stops, it leaves gateway and engines running, so that traffic continues (\`pinion run --on-exit keep\`).
This command ends them, after requests in flight have finished. It ends only processes that are recorded in the state folder,
and only if they are still the same. It does not end a gateway or an engine that Pinion did not start. It is refused while a
controller runs. The state folder is kept.

Exit code 0 when nothing runs any more, 2 when a controller runs or the configuration cannot be read.

Examples:
  pinion down
  pinion down --config /etc/pinion/pinion.yaml --format json
`,
    )
    .action(async ({ config, format }: Options) => {
      const ended = await session.world.down(pathFrom(session, config));
      if (format === "json") printJson(session, { ended });
      else print(session, ended.length === 0 ? ["nothing was running"] : ended.map(({ what, pid }) => `ended ${what} (process ${pid})`));
      finish(0);
    });
};
