/** `pinion freeze` and `pinion unfreeze`: nothing new is deployed in an environment, until its freeze is lifted. */

import { commandResultJson } from "../../../api/json.ts";
import type { ControllerClient } from "../../../api/client.ts";
import { clientFor } from "../asking/controller-option.ts";
import { judgeFreeze } from "../render/freeze-state.ts";
import { addCommandOptions, type Given, giveCommand, notInTime, commandHelp, type CommandOptions, printResult } from "../asking/command.ts";
import { type AddCommand, type ExitCode, print, printJson, type Session } from "../terminal/session.ts";
import { parseEnvironmentTarget } from "../asking/target.ts";
import { printable } from "../../../domain/safe-text.ts";

/** Nothing new is deployed. */
export const addFreeze: AddCommand = freezeCommand("freeze", {
  description: "freeze an environment: no new deployments until it is unfrozen",
  meaning: "Nothing new is deployed and no version gets more traffic. Going back is always allowed: rollbacks and reverts are carried out.",
  example: 'pinion freeze production --reason "the till is being counted"',
});

/** All goes on. */
export const addUnfreeze: AddCommand = freezeCommand("unfreeze", {
  description: "lift a freeze: waiting deployments start",
  meaning: "What was merged meanwhile is deployed, the newest commit only.",
  example: 'pinion unfreeze production --reason "all counted"',
});

interface Texts {
  readonly description: string;
  readonly meaning: string;
  readonly example: string;
}

function freezeCommand(kind: "freeze" | "unfreeze", { description, meaning, example }: Texts): AddCommand {
  return (program, session, finish) => {
    const command = program.command(kind).description(description).argument("<environment>", "its name", parseEnvironmentTarget);
    addCommandOptions(command, "required")
      .addHelpText("after", `\n${meaning}\n\n${commandHelp}\n\nExamples:\n  ${example}\n`)
      .action(async (environment: string, options: CommandOptions) => {
        const client = await clientFor(session, options);
        const given = await giveCommand(session, { client, environment, spec: { kind } }, options);
        finish(
          given.result?.kind === "done"
            ? await reportFreeze(session, { client, environment, kind, given }, options)
            : printResult(session, given, options.format),
        );
      });
  };
}

interface FreezeReport {
  readonly client: ControllerClient;
  readonly environment: string;
  readonly kind: "freeze" | "unfreeze";
  readonly given: Given;
}

/** Done is what the controller shows to be done; and what that means for callers and for git. */
async function reportFreeze(
  session: Session,
  { client, environment, kind, given }: FreezeReport,
  { format }: CommandOptions,
): Promise<ExitCode> {
  const state = judgeFreeze((await client.overview({ environment })).environments[0] ?? null, kind);
  const { result } = given;
  if (format === "json")
    printJson(session, { ...(result && commandResultJson(result)), done: state.isDone, traffic: state.traffic, git: state.git });
  else {
    const word = state.isDone ? session.colors.green("done") : session.colors.yellow("accepted, and not in effect yet");
    const facts = [...state.traffic.map((text) => `  traffic: ${text}`), ...state.git.map((text) => `  git: ${text}`)];
    print(session, [`${word}: ${printable(result?.why ?? "")}`, ...facts.map(printable)]);
  }
  return state.isDone ? 0 : notInTime;
}
