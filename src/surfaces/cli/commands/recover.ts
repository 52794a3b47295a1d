/** `pinion recover`: the emergency brake of one process. Stops, goes back, verifies, and says what it did. */

import type { ProcessView } from "../../../api/views.ts";
import type { PinionError } from "../../../domain/errors.ts";
import { isoTime, commandResultJson, processJson } from "../../../api/json.ts";
import type { ControllerClient } from "../../../api/client.ts";
import { clientFor } from "../asking/controller-option.ts";
import { printFailure } from "../terminal/failure.ts";
import { follow } from "../asking/follow.ts";
import { addCommandOptions, type Given, giveCommand, notInTime, type CommandOptions, printResult } from "../asking/command.ts";
import { lineOfFact } from "../render/fact.ts";
import { badVersion, judgeRecovery, type Recovery, type RecoveryStart, type RecoveryStep } from "../../../api/recovery.ts";
import { type AddCommand, type ExitCode, print, printJson, type Session, timeoutOption } from "../terminal/session.ts";
import { parseProcessTarget, type ProcessTarget } from "../asking/target.ts";
import { duration } from "../terminal/time.ts";
import { printable } from "../../../domain/safe-text.ts";

interface Options extends CommandOptions {
  readonly timeout: number;
}

const everyMs = 250;
/** How long the commit is waited for once the good version is back and a push has failed: git holds up no recovery. */
const commitPatienceMs = 15_000;

export const addRecover: AddCommand = (program, session, finish) => {
  const command = program
    .command("recover")
    .description("emergency: stop the rollout, go back to the last good version, verify it and report")
    .argument("<environment/process>", "the process, such as production/order-intake", parseProcessTarget)
    .addOption(timeoutOption("how long to wait for the end, such as 90s or 5m", "5m"));
  addCommandOptions(command, "required")
    .addHelpText(
      "after",
      `
First the traffic moves. Then the good version is verified through the public address, the bad one is put into quarantine,
and a commit restores the pin. A freeze or a git server that is down does not delay the traffic.

Exit code 0 when all traffic is on the good version, it is verified, and git pins it; 1 when it was refused or the
verification failed, 2 when the command could not be sent, 3 after the timeout, or when only git is missing: it continues,
and \`pinion status\` shows it.

Examples:
  pinion recover production/order-intake --reason "customers get other people's orders"
  pinion recover production/order-intake --reason "…" --format json | jq .recovered
`,
    )
    .action(async (target: ProcessTarget, options: Options) => finish(await recover(session, target, options)));
};

async function recover(session: Session, target: ProcessTarget, options: Options): Promise<ExitCode> {
  const client = await clientFor(session, options);
  const before = await viewOf(client, target);
  const spec = { kind: "recover", process: target.process } as const;
  const given = await giveCommand(session, { client, environment: target.environment, spec }, options);
  if (given.result?.kind !== "done") return printResult(session, given, options.format);
  if (options.format === "text") print(session, [`accepted: ${printable(given.result.why)}`]);
  const start = { bad: before && badVersion(before), at: given.result.at };
  const followed = await followRecovery(session, { client, target, options, start });
  return tell(session, { given, ...followed, start, options });
}

async function viewOf(client: ControllerClient, target: ProcessTarget): Promise<ProcessView | null> {
  return (await client.overview(target)).environments[0]?.processes[0] ?? null;
}

interface Follow {
  readonly client: ControllerClient;
  readonly target: ProcessTarget;
  readonly options: Options;
  readonly start: RecoveryStart;
}

interface FollowedRecovery {
  readonly recovery: Recovery | null;
  readonly view: ProcessView | null;
  readonly isInterrupted: boolean;
}

async function followRecovery(session: Session, { client, target, options, start }: Follow): Promise<FollowedRecovery> {
  const { world } = session;
  const { signal, release } = world.catchInterrupts();
  const told = options.format === "text" ? createTimeline(session, start) : () => undefined;
  let last: Pick<FollowedRecovery, "recovery" | "view"> = { recovery: null, view: null };
  let verifiedAt: number | null = null;
  const onLost = (error: PinionError) => {
    if (options.format === "text") printFailure(session, error);
  };
  try {
    const following = { client, selection: target, signal, timeoutMs: options.timeout, everyMs, onLost };
    const followed = await follow(session, following, async ({ environments }) => {
      const view = environments[0]?.processes[0];
      if (!view) return null;
      const recovery = judgeRecovery(view, await client.history({ ...target, limit: 5 }), start);
      last = { recovery, view };
      told(recovery.steps);
      if (isVerified(recovery)) verifiedAt ??= world.now();
      const isInTime = verifiedAt === null || world.now() - verifiedAt < commitPatienceMs;
      return isOver(recovery, isInTime || !view.revert?.refusal) ? true : null;
    });
    return { ...last, isInterrupted: followed.kind === "interrupted" };
  } finally {
    release();
  }
}

/** Proven, with its commit or without time left for that; or where no time helps. */
function isOver(recovery: Recovery, hasTimeForCommit: boolean): boolean {
  if (recovery.verification.state === "failed" || recovery.traffic.state === "waiting") return true;
  return isVerified(recovery) && !(recovery.git.state === "open" && hasTimeForCommit);
}

function isVerified({ traffic, verification }: Pick<Recovery, "traffic" | "verification">): boolean {
  return traffic.state === "done" && verification.state === "done";
}

/** Prints each step once, as it happens. */
function createTimeline(session: Session, { at }: RecoveryStart): (steps: readonly RecoveryStep[]) => void {
  const told = new Set<string>();
  return (steps) => {
    for (const step of steps) {
      const line = `  +${duration(Math.max(0, step.at - at))}  ${printable(step.what)}  ${printable(step.why)}`;
      if (!told.has(line)) print(session, [line]);
      told.add(line);
    }
  };
}

interface Ending extends FollowedRecovery {
  readonly given: Given;
  readonly start: RecoveryStart;
  readonly options: Options;
}

function tell(session: Session, ending: Ending): ExitCode {
  const { recovery, isInterrupted, options } = ending;
  const isRecovered = recovery !== null && isVerified(recovery) && recovery.git.state === "done";
  if (options.format === "json")
    printJson(session, { done: isRecovered, recovered: recovery !== null && isVerified(recovery), ...endingJson(ending) });
  else if (recovery) print(session, linesOf(recovery, isRecovered, session));
  if (isRecovered) return 0;
  if (recovery?.verification.state === "failed") return 1;
  return isInterrupted ? 130 : notInTime;
}

function endingJson({ given, recovery, view, start }: Ending) {
  const steps = recovery?.steps.map((step) => ({ ...step, at: isoTime(step.at) })) ?? [];
  const facts = recovery && { traffic: recovery.traffic, verification: recovery.verification, git: recovery.git };
  return { command: given.result && commandResultJson(given.result), bad: start.bad, ...facts, steps, process: view && processJson(view) };
}

function linesOf({ traffic, verification, git }: Recovery, isRecovered: boolean, session: Session): readonly string[] {
  const { colors } = session;
  const isBack = isVerified({ traffic, verification });
  const lag = `${colors.yellow("callers are safe, and it is not done yet")}: git still pins the bad version`;
  const end = isRecovered ? colors.green("recovered") : isBack ? lag : colors.red("not recovered yet");
  return [...[traffic, verification, git].map((fact) => lineOfFact(fact, session)), end];
}
