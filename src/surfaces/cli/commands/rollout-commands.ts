/** `pinion pause | resume | abort | retry | promote`: what a person does about a deployment under way. */

import type { CommandSpec } from "../../../domain/journal/commands.ts";
import { clientFor } from "../asking/controller-option.ts";
import { addCommandOptions, giveCommand, commandHelp, type CommandOptions, printResult } from "../asking/command.ts";
import type { AddCommand, Session } from "../terminal/session.ts";
import { parseProcessTarget, type ProcessTarget } from "../asking/target.ts";

interface RolloutCommand {
  readonly name: "pause" | "resume" | "abort" | "retry" | "promote";
  readonly description: string;
  /** What it means exactly. */
  readonly meaning: string;
  readonly examples: readonly string[];
}

const rolloutCommands: readonly RolloutCommand[] = [
  {
    name: "pause",
    description: "pause a rollout",
    meaning:
      "The shares of the traffic stay, and the time of the deployment is stopped. Checks and triggers continue: a bad version is still rolled back.",
    examples: ['pinion pause production/order-intake --reason "looking at the logs"'],
  },
  {
    name: "resume",
    description: "resume a paused rollout",
    meaning: "It continues where it was paused.",
    examples: ["pinion resume production/order-intake"],
  },
  {
    name: "abort",
    description: "abort a rollout: all traffic goes back to the stable version",
    meaning: "The traffic goes back at once. The version is not tried again until its pin changes, or until `pinion retry`.",
    examples: ['pinion abort production/order-intake --reason "wrong tariff file"'],
  },
  {
    name: "retry",
    description: "try a version again that failed or was aborted",
    meaning:
      "The pinned version is deployed from the beginning. A version in quarantine is not: first remove its entry from quarantine.yaml by a commit.",
    examples: ['pinion retry staging/order-intake --reason "the payment sandbox is back"'],
  },
  {
    name: "promote",
    description: "promote a rollout to its next step now",
    meaning:
      "It does not wait for the pause or the time of its step, and resumes a rollout that a person paused. A version that is known to be bad is not promoted.",
    examples: ["pinion promote production/order-intake", 'pinion promote production/order-intake --full --reason "hot fix"'],
  },
];

/** One for each of them. */
export const addRolloutCommands: readonly AddCommand[] = rolloutCommands.map(
  ({ name, description, meaning, examples }) =>
    (program, session, finish) => {
      const command = program
        .command(name)
        .description(description)
        .argument("<environment/process>", "the process, such as production/order-intake", parseProcessTarget);
      if (name === "promote") command.option("--full", "take all steps that are left: all traffic at once", false);
      addCommandOptions(command, "optional")
        .addHelpText("after", `\n${meaning}\n\n${commandHelp}\n\nExamples:\n${examples.map((example) => `  ${example}\n`).join("")}`)
        .action(async (target: ProcessTarget, options: Options) => {
          const { process } = target;
          const spec: CommandSpec = name === "promote" ? { kind: name, process, isFull: options.full === true } : { kind: name, process };
          finish(await giveRolloutCommand(session, { environment: target.environment, spec }, options));
        });
    },
);

interface Options extends CommandOptions {
  readonly full?: boolean;
}

async function giveRolloutCommand(
  session: Session,
  about: { readonly environment: string; readonly spec: CommandSpec },
  options: Options,
): Promise<number> {
  const client = await clientFor(session, options);
  return printResult(session, await giveCommand(session, { client, ...about }, options), options.format);
}
