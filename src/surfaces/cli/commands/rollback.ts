/** `pinion rollback`: back to a version that was good, by a commit that names the person who asked. */

import { InvalidArgumentError, Option } from "commander";
import { valid } from "semver";
import type { ProcessView, RepositoryStatus } from "../../../api/views.ts";
import type { PinionError } from "../../../domain/errors.ts";
import type { RevertView } from "../../../domain/journal/revert-view.ts";
import { commandResultJson, revertJson } from "../../../api/json.ts";
import type { ControllerClient } from "../../../api/client.ts";
import { clientFor } from "../asking/controller-option.ts";
import { printFailure } from "../terminal/failure.ts";
import { follow } from "../asking/follow.ts";
import { addCommandOptions, giveCommand, notInTime, type CommandOptions, printResult } from "../asking/command.ts";
import { lineOfFact } from "../render/fact.ts";
import { isDone, isOver, judgeRollback, type RollbackState } from "../../../api/rollback-goal.ts";
import { type AddCommand, type ExitCode, print, printJson, type Session, timeoutOption } from "../terminal/session.ts";
import { describeTarget, parseProcessTarget, type ProcessTarget } from "../asking/target.ts";
import type { Colors } from "../terminal/terminal.ts";
import { printable } from "../../../domain/safe-text.ts";

interface Options extends CommandOptions {
  readonly to?: string;
  readonly timeout: number;
}

const everyMs = 250;

export const addRollback: AddCommand = (program, session, finish) => {
  const command = program
    .command("rollback")
    .description("go back to a known good version, by a commit")
    .argument("<environment/process>", "the process, such as production/order-intake", parseProcessTarget)
    .addOption(new Option("--to <version>", "the version to go back to; default: the last good one").argParser(parseVersion))
    .addOption(timeoutOption("how long to wait for the end, such as 90s or 5m", "1m"));
  addCommandOptions(command, "required")
    .addHelpText(
      "after",
      `
The author of the commit is Pinion; its message has your name and the reason. It restores the line of the pin. A version
that was good here before gets the traffic at once, without checks. With rollbackPolicy.manual.approvalRequired the commit is
proposed on a separate branch, and its merge rolls back. While the git server is down the commit is owed, and \`pinion status\`
shows it. If that is too slow, use \`pinion recover\`: it moves the traffic first.

Exit code 0 when it is done: the commit is on the branch, and all traffic is on the version that was good. 1 when it is
refused or has no effect any more, 2 when it could not be sent, 3 after the timeout, or when the commit waits to be merged.

Examples:
  pinion rollback production/order-intake --reason "orders without lines are accepted"
  pinion rollback production/order-intake --to 1.3.0 --reason "back to before the new tariff"
  pinion rollback production/order-intake --reason "…" --id incident-4711 --as "Ann <ann@example.com>"
`,
    )
    .action(async (target: ProcessTarget, options: Options) => finish(await rollback(session, target, options)));
};

function parseVersion(text: string): string {
  if (valid(text) !== text) throw new InvalidArgumentError("A version is MAJOR.MINOR.PATCH, such as 1.4.2.");
  return text;
}

async function rollback(session: Session, target: ProcessTarget, options: Options): Promise<ExitCode> {
  const client = await clientFor(session, options);
  const spec = { kind: "rollback", process: target.process, to: options.to ?? null } as const;
  const given = await giveCommand(session, { client, environment: target.environment, spec }, options);
  const { result } = given;
  if (result?.kind !== "done") return printResult(session, given, options.format);
  if (options.format === "text") print(session, [`accepted: ${printable(result.why)}`]);
  const outcome = await outcomeOf(session, client, target, options);
  if (options.format === "json") printJson(session, { ...outcomeJson(outcome), command: commandResultJson(result) });
  else print(session, describeOutcome(outcome, target, session));
  return codeOf(outcome);
}

/** The last that was seen of the rollback, and the process and the repository then. */
interface Outcome {
  readonly state: RollbackState | null;
  readonly revert: RevertView | null;
  readonly view: ProcessView | null;
  readonly repository: RepositoryStatus | null;
  readonly isInterrupted: boolean;
}

/** What becomes of commit and traffic, as far as it is known in time. */
async function outcomeOf(session: Session, client: ControllerClient, target: ProcessTarget, options: Options): Promise<Outcome> {
  const { signal, release } = session.world.catchInterrupts();
  let last: Outcome = { state: null, revert: null, view: null, repository: null, isInterrupted: false };
  const onLost = (error: PinionError) => {
    if (options.format === "text") printFailure(session, error);
  };
  try {
    const following = { client, selection: target, signal, timeoutMs: options.timeout, everyMs, onLost };
    const followed = await follow(session, following, ({ environments, repository }) => {
      const view = environments[0]?.processes[0];
      if (!view) return true;
      const revert = view.revert ?? last.revert;
      const state = judgeRollback(view, { to: options.to ?? null, revert });
      last = { ...last, state, revert, view, repository };
      return isOver(state) ? true : null;
    });
    return { ...last, isInterrupted: followed.kind === "interrupted" };
  } finally {
    release();
  }
}

function codeOf({ state, isInterrupted }: Outcome): ExitCode {
  if (state && isDone(state)) return 0;
  if (state?.git.state === "failed" || state?.traffic.state === "failed") return 1;
  return isInterrupted ? 130 : notInTime;
}

function outcomeJson({ state, revert, view, repository }: Outcome) {
  return {
    ...(state ? { done: isDone(state), git: state.git, traffic: state.traffic } : { done: false, git: null, traffic: null }),
    revert: revert && revertJson(revert),
    desired: view?.desired ?? null,
    commit: repository?.commit ?? null,
  };
}

function describeOutcome({ state, view }: Outcome, target: ProcessTarget, session: Session): readonly string[] {
  const { colors } = session;
  if (!state) return [colors.yellow("not done yet: nothing is known of it; `pinion status` shows how it goes")];
  const facts = [state.git, state.traffic].map((fact) => lineOfFact(fact, session));
  if (isDone(state)) return [...facts, `${colors.green("done")}: ${describeTarget(target)} is back on ${view?.desired ?? "what was good"}`];
  return [...facts, notDone(state, colors)];
}

function notDone({ git, traffic }: RollbackState, colors: Colors): string {
  if (git.state === "failed" || traffic.state === "failed") return colors.red("not done, and nothing more comes of it");
  const what = git.state === "waiting" ? "the commit waits to be merged" : "it continues, and `pinion status` shows it";
  return `${colors.yellow("not done yet")}: ${what}`;
}
