/** The command line: `pinion <command>`. Exit codes: 0 fine, 1 findings or differences, 2 could not run. */

import { Command, CommanderError } from "commander";
import { PinionError } from "../../domain/errors.ts";
import { addDemo } from "./commands/demo.ts";
import { addDiff } from "./commands/diff.ts";
import { addGateway } from "./commands/gateway.ts";
import { addHistory } from "./commands/history.ts";
import { addInit } from "./commands/init.ts";
import { addPlan } from "./commands/plan.ts";
import { addRun } from "./commands/run.ts";
import { addStatus } from "./commands/status.ts";
import { addValidate } from "./commands/validate.ts";
import { couldNotRun, reportFailure } from "./failure.ts";
import { type AddCommand, type ExitCode, type Session, startSession } from "./session.ts";
import type { CliWorld } from "./world.ts";

const commands: readonly AddCommand[] = [addRun, addGateway, addInit, addValidate, addStatus, addDiff, addPlan, addHistory, addDemo];

/** Runs the command that the arguments name, without the program's own name in front, and gives back its exit code. Never throws. */
export async function runCli(argv: readonly string[], world: CliWorld): Promise<ExitCode> {
  const session = startSession(world);
  let code: ExitCode = 0;
  const program = createProgram(session);
  for (const add of commands) {
    add(program, session, (its) => {
      code = its;
    });
  }
  try {
    await program.parseAsync([...argv], { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : couldNotRun;
    return reportFailure(session, error);
  }
}

function createProgram({ world, colors }: Session): Command {
  const program = new Command("pinion");
  program
    .description("GitOps controller for workflow engines: what runs is what main says.")
    .version(world.pinionVersion, "-V, --version", "print the version")
    .helpOption("-h, --help", "show help")
    .helpCommand("help [command]", "show help of a command")
    .showSuggestionAfterError(true)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void world.stdout.write(text),
      writeErr: (text) => void world.stderr.write(text),
      getOutHelpWidth: () => world.columns ?? 100,
      getErrHelpWidth: () => world.columns ?? 100,
      getOutHasColors: () => colors.isColorSupported,
      getErrHasColors: () => colors.isColorSupported,
      outputError: (text, write) => write(usageError(text, colors.red, colors.dim)),
    })
    .addHelpText("after", `\nExit codes: 0 fine, 1 findings or differences, 2 could not run.\n`);
  return program;
}

/** Commander's own complaints, in the form that all errors have. */
function usageError(text: string, mark: (text: string) => string, dim: (text: string) => string): string {
  const message = text
    .trim()
    .replace(/^error: /u, "")
    .replaceAll("\n", " ");
  const error = new PinionError("usage/invalid", message);
  return `${mark(`error ${error.code}:`)} ${error.message}\n${dim(`hint: ${error.hint}`)}\n`;
}
