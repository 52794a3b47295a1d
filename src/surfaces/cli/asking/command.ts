/** What all commands that give a command share: their options, the giving, and how the answer is told. */

import { type Command, InvalidArgumentError, Option } from "commander";
import { PinionError } from "../../../domain/errors.ts";
import type { EnvironmentName } from "../../../domain/names.ts";
import type { CommandResult, CommandSpec } from "../../../domain/journal/commands.ts";
import type { Person } from "../../../domain/journal/people.ts";
import { commandResultJson } from "../../../api/json.ts";
import type { ControllerClient } from "../../../api/client.ts";
import { isCommandId } from "../../../api/parse-command.ts";
import { configOption, controllerOption, type ControllerOptions } from "./controller-option.ts";
import { printFailure } from "../terminal/failure.ts";
import { findPerson, parsePersonOption } from "./person.ts";
import { type ExitCode, type Format, formatOption, print, printJson, type Session } from "../terminal/session.ts";
import { printable } from "../../../domain/safe-text.ts";

export interface CommandOptions extends ControllerOptions {
  readonly reason?: string;
  readonly as?: Person;
  readonly id?: string;
  readonly format: Format;
}

/** What became of it; null: it is recorded, and nothing was decided about it in time. */
export interface Given {
  readonly id: string;
  readonly result: CommandResult | null;
}

/** Recorded or under way, but not over in time. */
export const notInTime: ExitCode = 3;

const answerTimeoutMs = 30_000;
const askAgainMs = 500;

/** Adds the options of a command; `reason` says whether one must be given. */
export function addCommandOptions(command: Command, reason: "required" | "optional"): Command {
  const needed = reason === "required" ? "; required" : "";
  const why = new Option("--reason <text>", `the reason, shown in the history${needed}`).argParser(parseReason);
  return command
    .addOption(reason === "required" ? why.makeOptionMandatory() : why)
    .addOption(
      new Option("--as <person>", '"Name <email>" of who gives the command; default: user.name and user.email of git').argParser(
        parsePersonOption,
      ),
    )
    .addOption(new Option("--id <id>", "name of the command: given twice it is carried out once").argParser(parseCommandId))
    .addOption(controllerOption())
    .addOption(configOption())
    .addOption(formatOption());
}

/** What `--help` says of every command, in front of the examples. */
export const commandHelp =
  "Exit code 0 when it is done, 1 when it is refused, 2 when it could not be given, 3 when it is recorded and not decided about in time.";

function parseReason(text: string): string {
  if (text.trim() === "") throw new InvalidArgumentError("Say why in a few words.");
  return text.trim();
}

function parseCommandId(text: string): string {
  if (!isCommandId(text)) throw new InvalidArgumentError("It is 1 to 100 letters, digits, dots, hyphens and underscores.");
  return text;
}

export interface Giving {
  readonly client: ControllerClient;
  readonly environment: EnvironmentName;
  readonly spec: CommandSpec;
}

/** Gives the command and stays for the answer. @throws as `ControllerClient.command`, `usage/invalid` when nobody knows who gives it. */
export async function giveCommand(session: Session, { client, environment, spec }: Giving, options: CommandOptions): Promise<Given> {
  const { world } = session;
  const id = options.id ?? world.randomId();
  const by = options.as ?? (await findPerson(world));
  const result = await client.command(environment, { id, by, reason: options.reason ?? "", spec });
  return { id, result: result ?? (await untilAnswered(session, () => client.commandResult(environment, id))) };
}

async function untilAnswered({ world }: Session, ask: () => Promise<CommandResult | null>): Promise<CommandResult | null> {
  const until = world.now() + answerTimeoutMs;
  const never = new AbortController().signal;
  while (world.now() < until) {
    await world.sleep(askAgainMs, never);
    const result = await ask();
    if (result) return result;
  }
  return null;
}

/** Prints what became of a command. */
export function printResult(session: Session, { id, result }: Given, format: Format): ExitCode {
  if (format === "json") printJson(session, result ? commandResultJson(result) : { id, kind: "unanswered", why: unanswered(id) });
  else if (result?.kind === "done") print(session, [`${session.colors.green("done")}: ${printable(result.why)}`]);
  else
    printFailure(session, result ? new PinionError("command/refused", result.why) : new PinionError("command/unanswered", unanswered(id)));
  return codeOf(result);
}

function unanswered(id: string): string {
  return `command ${id} is recorded, and nothing was decided about it within ${answerTimeoutMs / 1000} seconds`;
}

function codeOf(result: CommandResult | null): ExitCode {
  if (!result) return notInTime;
  return result.kind === "done" ? 0 : 1;
}
