/** `pinion freeze` and `pinion unfreeze`: stop the line of an environment, and start it again. */

import { clientFor } from "../controller-option.ts";
import { addOrderOptions, giveOrder, orderHelp, type OrderOptions, tellAnswer } from "../order.ts";
import type { AddCommand } from "../session.ts";
import { parseEnvironmentTarget } from "../target.ts";

/** Nothing new is deployed. */
export const addFreeze: AddCommand = lineCommand("freeze", {
  description: "stop the line: nothing new is deployed in an environment",
  meaning: "Nothing new is deployed and no version gets more traffic. Going back is always allowed: rollbacks and reverts are carried out.",
  example: 'pinion freeze production --reason "the till is being counted"',
});

/** All goes on. */
export const addUnfreeze: AddCommand = lineCommand("unfreeze", {
  description: "lift a freeze: what waits is deployed",
  meaning: "What was merged meanwhile is deployed, the newest commit only.",
  example: 'pinion unfreeze production --reason "all counted"',
});

interface Texts {
  readonly description: string;
  readonly meaning: string;
  readonly example: string;
}

function lineCommand(kind: "freeze" | "unfreeze", { description, meaning, example }: Texts): AddCommand {
  return (program, session, finish) => {
    const command = program.command(kind).description(description).argument("<environment>", "its name", parseEnvironmentTarget);
    addOrderOptions(command, "required")
      .addHelpText("after", `\n${meaning}\n\n${orderHelp}\n\nExamples:\n  ${example}\n`)
      .action(async (environment: string, options: OrderOptions) => {
        const client = await clientFor(session, options);
        finish(tellAnswer(session, await giveOrder(session, { client, environment, wish: { kind } }, options), options.format));
      });
  };
}
