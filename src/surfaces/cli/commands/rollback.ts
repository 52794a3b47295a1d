/** `pinion rollback`: back to a version that was good, by a commit in the name of whoever asks. */

import { InvalidArgumentError, Option } from "commander";
import { valid } from "semver";
import type { ProcessView, RepositoryStatus } from "../../../controller/queries.ts";
import type { Revert } from "../../../domain/revert.ts";
import { orderAnswerJson, revertJson } from "../../http/answers.ts";
import type { ControllerClient } from "../../http/client.ts";
import { clientFor } from "../controller-option.ts";
import { follow } from "../follow.ts";
import { addOrderOptions, giveOrder, orderHelp, type OrderOptions, tellAnswer } from "../order.ts";
import { describeRevert } from "../render/revert.ts";
import { type AddCommand, print, printJson, type Session } from "../session.ts";
import { parseProcessTarget, type ProcessTarget } from "../target.ts";

interface Options extends OrderOptions {
  readonly to?: string;
}

/** How long the commit is waited for: a git server that is down holds up no rollback. */
const commitTimeoutMs = 15_000;
const everyMs = 250;

export const addRollback: AddCommand = (program, session, finish) => {
  const command = program
    .command("rollback")
    .description("go back to a version that was good, by a commit in your name")
    .argument("<environment/process>", "the process, such as production/order-intake", parseProcessTarget)
    .addOption(new Option("--to <version>", "the version to go back to; default: the last good one").argParser(parseVersion));
  addOrderOptions(command, "required")
    .addHelpText(
      "after",
      `
The commit is yours, written by Pinion: it puts back the one line of the pin, and says the reason. A version that was good
here before gets the traffic at once, without checks. Where rollbackPolicy.manual.approvalRequired is set, the commit is
proposed on a branch of its own, and merging it rolls back. While the git server is down it is owed, and \`pinion status\`
says so. Where that is too slow, \`pinion recover\` moves the traffic first.

${orderHelp} \`pinion wait\` waits until the rollback is over.

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

async function rollback(session: Session, { environment, process }: ProcessTarget, options: Options): Promise<number> {
  const client = await clientFor(session, options);
  const wish = { kind: "rollback", process, to: options.to ?? null } as const;
  const given = await giveOrder(session, { client, environment, wish }, options);
  if (given.answer?.kind !== "done") return tellAnswer(session, given, options.format);
  if (options.format === "text") tellAnswer(session, given, "text");
  const outcome = await outcomeOf(session, client, { environment, process });
  if (options.format === "json") printJson(session, { ...orderAnswerJson(given.answer), ...outcomeJson(outcome) });
  else print(session, describeOutcome(outcome));
  return 0;
}

/** The last that was seen of the revert, and the process and the repository then. */
interface Outcome {
  readonly revert: Revert | null;
  /** Null: no revert is to be seen any more, git and runtime agree. */
  readonly current: Revert | null;
  readonly view: ProcessView;
  readonly repository: RepositoryStatus;
}

/** What becomes of the commit, as far as it is known in time. */
async function outcomeOf(session: Session, client: ControllerClient, target: ProcessTarget): Promise<Outcome | null> {
  const { signal, release } = session.world.catchInterrupts();
  let outcome: Outcome | null = null;
  try {
    const following = { client, selection: target, signal, timeoutMs: commitTimeoutMs, everyMs, onLost: () => undefined };
    await follow(session, following, ({ environments, repository }) => {
      const view = environments[0]?.processes[0];
      if (!view) return true;
      outcome = { revert: view.revert ?? outcome?.revert ?? null, current: view.revert, view, repository };
      return view.revert === null || view.revert.outcome !== null ? true : null;
    });
    return outcome;
  } finally {
    release();
  }
}

function outcomeJson(outcome: Outcome | null) {
  if (!outcome) return { revert: null, desired: null, commit: null };
  const { revert, view, repository } = outcome;
  return { revert: revert && revertJson(revert), desired: view.desired, commit: repository.commit };
}

/** A revert that is not to be seen any more is in the commit that is in force. */
function describeOutcome(outcome: Outcome | null): readonly string[] {
  if (!outcome) return [];
  const { current, view, repository } = outcome;
  if (current) return [describeRevert(current)];
  return [`git: ${view.desired ?? "nothing"} is pinned${repository.commit === null ? "" : ` as of ${repository.commit.slice(0, 8)}`}`];
}
