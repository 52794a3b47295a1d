/** The command line: `pinion <command>`. Exit codes: 0 fine, 1 not as it should be, 2 could not run, 3 not in time. */

import { Command, CommanderError } from "commander";
import { PinionError } from "../../domain/errors.ts";
import { addCompletion } from "./commands/completion.ts";
import { addDemo } from "./commands/demo.ts";
import { addDiff } from "./commands/diff.ts";
import { addDigest } from "./commands/digest.ts";
import { addDown } from "./commands/down.ts";
import { addFreeze, addUnfreeze } from "./commands/freeze.ts";
import { addGateway } from "./commands/gateway.ts";
import { addRolloutCommands } from "./commands/rollout-commands.ts";
import { addHistory } from "./commands/history.ts";
import { addInit } from "./commands/init.ts";
import { addPlan } from "./commands/plan.ts";
import { addRecover } from "./commands/recover.ts";
import { addRollback } from "./commands/rollback.ts";
import { addRun } from "./commands/run.ts";
import { addStatus } from "./commands/status.ts";
import { addSync } from "./commands/sync.ts";
import { addValidate } from "./commands/validate.ts";
import { addWait } from "./commands/wait.ts";
import { addWhy } from "./commands/why.ts";
import { couldNotRun, printFailure, reportFailure } from "./terminal/failure.ts";
import { type AddCommand, type ExitCode, type Session, startSession } from "./terminal/session.ts";
import { refilled } from "./terminal/help-text.ts";
import type { CliWorld } from "./terminal/world.ts";

/** As `--help` lists them, by what they are for. */
const commands: Readonly<Record<string, readonly AddCommand[]>> = {
  "Write and review:": [addInit, addValidate, addDigest, addDiff, addPlan],
  "See:": [addStatus, addWhy, addHistory, addWait, addSync],
  "Change what runs:": [addRollback, ...addRolloutCommands, addFreeze, addUnfreeze, addRecover],
  "Run:": [addRun, addDown, addGateway, addDemo],
  "In a shell:": [addCompletion],
};

/** Runs the command that the arguments name, without the program's own name in front, and gives back its exit code. Never throws. */
export async function runCli(argv: readonly string[], world: CliWorld): Promise<ExitCode> {
  const session = startSession(world, argv);
  let code: ExitCode = 0;
  const program = createProgram(session);
  for (const [group, adds] of Object.entries(commands)) {
    program.commandsGroup(group);
    for (const add of adds) {
      add(program, session, (its) => {
        code = its;
      });
    }
  }
  try {
    await program.parseAsync([...argv], { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : couldNotRun;
    return reportFailure(session, error);
  }
}

function createProgram(session: Session): Command {
  const { world, colors } = session;
  const program = new Command("pinion");
  program
    .description("GitOps controller for workflow engines: what runs is what main says.")
    .version(world.pinionVersion, "-V, --version", "print the version")
    .helpOption("-h, --help", "show help")
    .helpCommand("help [command]", "show help of a command")
    .showSuggestionAfterError(true)
    // After a command's name all options are its own, also one that is called --version.
    .enablePositionalOptions()
    .exitOverride()
    .configureHelp({ minWidthToWrap: 20 })
    .configureOutput({
      writeOut: (text) => void world.stdout.write(refilled(text, world.columns)),
      writeErr: (text) => void world.stderr.write(text),
      getOutHelpWidth: () => world.columns ?? 100,
      getErrHelpWidth: () => world.columns ?? 100,
      getOutHasColors: () => colors.isColorSupported,
      getErrHasColors: () => colors.isColorSupported,
      outputError: (text) => printFailure(session, usageError(text)),
    })
    .addHelpText("after", `\nExit codes: 0 fine, 1 findings, differences, or not as it should be, 2 could not run, 3 not in time.\n`);
  return program;
}

/** Commander's own complaints, in the form that all errors have. */
function usageError(text: string): PinionError {
  const message = text
    .trim()
    .replace(/^error: /u, "")
    .replaceAll("\n", " ");
  return new PinionError("usage/invalid", message);
}
