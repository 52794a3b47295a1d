/** What may stand where the cursor is: commands, options, their choices, and what the controller knows. */

import type { Argument, Command, Option } from "commander";
import type { Overview } from "../../../api/views.ts";

/** Asks the controller of this pinion.yaml; null: of the usual one. Null when nobody answers. */
export type AskOverview = (config: string | null) => Promise<Overview | null>;

/** Words for the last of these, without those that do not begin as it does. Empty: a file may stand there. */
export async function candidates(program: Command, words: readonly string[], ask: AskOverview): Promise<readonly string[]> {
  const current = words.at(-1) ?? "";
  const before = words.slice(0, -1);
  const all = await possible(program, { before, current }, ask);
  return [...new Set(all)].filter((word) => word.startsWith(current)).sort();
}

interface Line {
  readonly before: readonly string[];
  readonly current: string;
}

async function possible(program: Command, { before, current }: Line, ask: AskOverview): Promise<readonly string[]> {
  const [name, ...rest] = before;
  if (name === undefined) return current.startsWith("-") ? flagsOf(program) : namesOf(program);
  if (name === "help") return rest.length === 0 ? namesOf(program) : [];
  const command = program.commands.find((one) => one.name() === name);
  if (!command) return [];
  const pending = pendingOption(command, rest);
  const look = () => ask(configIn(rest));
  if (pending) return valuesOf(pending, look);
  if (current.startsWith("-")) return flagsOf(command);
  const argument = command.registeredArguments[positionals(command, rest)];
  return argument ? argumentsFor(argument, look) : [];
}

function namesOf(program: Command): readonly string[] {
  return program
    .createHelp()
    .visibleCommands(program)
    .map((command) => command.name());
}

function flagsOf(command: Command): readonly string[] {
  return command
    .createHelp()
    .visibleOptions(command)
    .flatMap(({ long }) => long ?? []);
}

/** The option whose value comes next. */
function pendingOption(command: Command, words: readonly string[]): Option | null {
  const last = words.at(-1) ?? "";
  const option = command.options.find(({ long, short }) => last !== "" && (last === long || last === short));
  return option && (option.required || option.optional) ? option : null;
}

async function valuesOf({ argChoices, long }: Option, look: () => Promise<Overview | null>): Promise<readonly string[]> {
  if (argChoices) return argChoices;
  if (long === "--environment") return environmentsIn(await look());
  return long === "--process" ? processesIn(await look()) : [];
}

/** Names of arguments say what they take: `environment`, `environment/process`, `environment[/process]`. */
async function argumentsFor(argument: Argument, look: () => Promise<Overview | null>): Promise<readonly string[]> {
  if (argument.argChoices) return argument.argChoices;
  const name = argument.name();
  if (!name.startsWith("environment")) return [];
  const known = await look();
  const environments = name === "environment/process" ? [] : environmentsIn(known);
  return [...environments, ...(name.includes("process") ? targetsIn(known) : [])];
}

/** How many arguments were given already. */
function positionals(command: Command, words: readonly string[]): number {
  let count = 0;
  for (const [index, word] of words.entries())
    if (!word.startsWith("-") && pendingOption(command, words.slice(0, index)) === null) count += 1;
  return count;
}

function configIn(words: readonly string[]): string | null {
  const at = words.findIndex((word) => word === "-c" || word === "--config");
  return at < 0 ? null : (words[at + 1] ?? null);
}

function environmentsIn(overview: Overview | null): readonly string[] {
  return overview?.environments.map(({ name }) => name) ?? [];
}

function processesIn(overview: Overview | null): readonly string[] {
  return overview?.environments.flatMap(({ processes }) => processes.map(({ process }) => process)) ?? [];
}

function targetsIn(overview: Overview | null): readonly string[] {
  return overview?.environments.flatMap(({ name, processes }) => processes.map(({ process }) => `${name}/${process}`)) ?? [];
}
