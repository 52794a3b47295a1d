/** `pinion freeze` and `pinion unfreeze`: stop the line of an environment, and start it again. */

import { orderAnswerJson } from "../../../api/json.ts";
import type { ControllerClient } from "../../../api/client.ts";
import { clientFor } from "../asking/controller-option.ts";
import { judgeLine } from "../render/line-state.ts";
import { addOrderOptions, type Given, giveOrder, notInTime, orderHelp, type OrderOptions, tellAnswer } from "../asking/command.ts";
import { type AddCommand, type ExitCode, print, printJson, type Session } from "../terminal/session.ts";
import { parseEnvironmentTarget } from "../asking/target.ts";
import { printable } from "../../../domain/safe-text.ts";

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
        const given = await giveOrder(session, { client, environment, wish: { kind } }, options);
        finish(
          given.answer?.kind === "done"
            ? await tellLine(session, { client, environment, kind, given }, options)
            : tellAnswer(session, given, options.format),
        );
      });
  };
}

interface Told {
  readonly client: ControllerClient;
  readonly environment: string;
  readonly kind: "freeze" | "unfreeze";
  readonly given: Given;
}

/** Done is what the controller shows to be done; and what that means for callers and for git. */
async function tellLine(session: Session, { client, environment, kind, given }: Told, { format }: OrderOptions): Promise<ExitCode> {
  const line = judgeLine((await client.overview({ environment })).environments[0] ?? null, kind);
  const { answer } = given;
  if (format === "json")
    printJson(session, { ...(answer && orderAnswerJson(answer)), done: line.isDone, traffic: line.traffic, git: line.git });
  else {
    const word = line.isDone ? session.colors.green("done") : session.colors.yellow("ordered, and not to be seen yet");
    const facts = [...line.traffic.map((text) => `  traffic: ${text}`), ...line.git.map((text) => `  git: ${text}`)];
    print(session, [`${word}: ${printable(answer?.why ?? "")}`, ...facts.map(printable)]);
  }
  return line.isDone ? 0 : notInTime;
}
