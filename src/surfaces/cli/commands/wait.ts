/** `pinion wait`: stays until a rollout is over, shows how it goes, and ends by how it went. */

import { InvalidArgumentError, Option } from "commander";
import type { Overview } from "../../../api/views.ts";
import type { PinionError } from "../../../domain/errors.ts";
import type { Instant } from "../../../domain/names.ts";
import { processJson } from "../../../api/json.ts";
import type { ControllerClient } from "../../../api/client.ts";
import { createChangeLog } from "../asking/change-log.ts";
import { untilStarted } from "../asking/controller-start.ts";
import { clientFor, configOption, controllerOption, type ControllerOptions } from "../asking/controller-option.ts";
import { printFailure } from "../terminal/failure.ts";
import { follow } from "../asking/follow.ts";
import { openLiveScreen } from "../terminal/live-screen.ts";
import { notInTime } from "../asking/command.ts";
import { pollAnew } from "../asking/poll-anew.ts";
import { renderProcesses } from "../render/processes.ts";
import { renderDetails } from "../render/rollout.ts";
import {
  type AddCommand,
  type ExitCode,
  type Format,
  formatOption,
  print,
  printJson,
  type Session,
  timeoutOption,
} from "../terminal/session.ts";
import { describeTarget, parseTarget, type Target } from "../asking/target.ts";
import { hanging, wrap } from "../terminal/terminal.ts";
import { duration, relativeTime } from "../terminal/time.ts";
import type { Until } from "../../../api/wait-goal.ts";
import { createWaiting, type Look } from "../asking/waiting.ts";
import { printable } from "../../../domain/safe-text.ts";

interface Options extends ControllerOptions {
  readonly timeout: number;
  readonly until: Until;
  readonly version?: string;
  readonly commit?: string;
  readonly format: Format;
}

const everyMs = 500;
const pollTimeoutMs = 20_000;
const interrupted: ExitCode = 130;

export const addWait: AddCommand = (program, session, finish) => {
  program
    .command("wait")
    .description("wait until the pinned versions run, and report the progress")
    .argument("<environment[/process]>", "one process, or all of an environment", parseTarget)
    .addOption(timeoutOption("give up after this time, such as 90s or 1h", "10m"))
    .addOption(new Option("--until <state>", "what to wait for").choices(["healthy", "succeeded", "synced"]).default("healthy"))
    .option("--version <version>", "wait for this version instead of the pinned one")
    .addOption(new Option("--commit <sha>", "wait until this commit, or one that contains it, is in use").argParser(parseCommit))
    .addOption(controllerOption())
    .addOption(configOption())
    .addOption(formatOption())
    .addHelpText(
      "after",
      `
First the controller reads the repository, so a commit that was just merged counts. The command waits for a controller that
is starting; if no controller starts, it waits 15 seconds.

synced: the pinned version has the traffic. healthy: and every engine instance answers. succeeded: and its deployment is over,
including the bake time of the rollback policy.

Exit code 0 when the state is reached, 1 when the version was rolled back, failed, was aborted, is in quarantine or
superseded, 2 when no controller answers, 3 after the timeout, 130 after Ctrl-C. The command ends at once when waiting cannot
help: a version that fails, that is archived or not listed, a pin with errors, an environment with errors.

Examples:
  pinion wait production/order-intake
  pinion wait production/order-intake --version 1.5.0 --until succeeded --timeout 30m
  pinion wait staging --commit "$(git rev-parse HEAD)" --format json
`,
    )
    .action(async (target: Target, options: Options) => finish(await wait(session, target, options)));
};

function parseCommit(text: string): string {
  if (!/^[0-9a-f]{7,64}$/u.test(text)) throw new InvalidArgumentError("It is a commit id of at least 7 digits.");
  return text;
}

type Outcome = "reached" | "failed" | "timed-out" | "interrupted";

interface Waited {
  readonly outcome: Outcome;
  readonly look: Look | null;
  readonly tookMs: number;
}

async function wait(session: Session, target: Target, options: Options): Promise<ExitCode> {
  const { world } = session;
  const { signal, release } = world.catchInterrupts();
  const startedAt = world.now();
  try {
    const connect = () => clientFor(session, options);
    const onWaiting = (why: string) => {
      const lines = hanging(`waiting for the controller: ${printable(why)}`, { start: "", width: world.columns });
      if (options.format === "text") world.stderr.write(`${lines.join("\n")}\n`);
    };
    const client = await untilStarted(session, { connect, signal, timeoutMs: options.timeout, onWaiting });
    if (client === null) return interrupted;
    return await stay(session, { client, target, options, signal, startedAt });
  } finally {
    release();
  }
}

async function stay(session: Session, about: Omit<Stay, "display">): Promise<ExitCode> {
  const { target, options } = about;
  const display = displayFor(session, target, options);
  try {
    const waited = await untilOver(session, { ...about, display });
    display.close();
    return tell(session, target, { waited, options });
  } finally {
    display.close();
  }
}

interface Stay {
  readonly client: ControllerClient;
  readonly target: Target;
  readonly options: Options;
  readonly signal: AbortSignal;
  readonly startedAt: Instant;
  readonly display: Display;
}

async function untilOver(session: Session, { client, target, options, signal, startedAt, display }: Stay): Promise<Waited> {
  const { world } = session;
  const { timeout, until, version = null, commit = null } = options;
  await refuseUnknown(client, target, version !== null || commit !== null);
  await pollAnew(session, { client, signal, timeoutMs: Math.min(timeout, pollTimeoutMs) });
  const look = createWaiting({ client, target, until, version, commit, git: world.git, directory: world.cwd });
  let last: Look | null = null;
  const left = Math.max(0, timeout - (world.now() - startedAt));
  const following = { client, selection: { environment: target.environment }, signal, timeoutMs: left, everyMs, onLost: display.lost };
  const followed = await follow(session, following, async (overview) => {
    last = await look(overview);
    display.show(overview, last);
    return last.judged.kind === "waiting" ? null : last.judged.kind;
  });
  return { outcome: followed.kind === "seen" ? followed.value : followed.kind, look: last, tookMs: world.now() - startedAt };
}

/** What a later commit is to bring may not be there yet. */
async function refuseUnknown(client: ControllerClient, { environment, process }: Target, mayCome: boolean): Promise<void> {
  await client.overview({ environment, ...(process !== null && !mayCome && { process }) });
}

const codes: Readonly<Record<Outcome, ExitCode>> = { reached: 0, failed: 1, "timed-out": notInTime, interrupted };

function tell(session: Session, target: Target, { waited, options }: { readonly waited: Waited; readonly options: Options }): ExitCode {
  const { outcome, look, tookMs } = waited;
  const why = look?.judged.why ?? "";
  if (options.format === "json") {
    const processes = look?.processes.map(({ view, judged }) => ({ ...processJson(view), judged })) ?? [];
    printJson(session, { outcome, why, environment: target.environment, process: target.process, tookMs, processes });
  } else {
    const { colors } = session;
    const mark = { reached: colors.green, failed: colors.red, "timed-out": colors.yellow, interrupted: colors.yellow }[outcome];
    print(session, [`${mark(outcome)}: ${describeTarget(target)}${why === "" ? "" : `: ${why}`} (${duration(tookMs)})`]);
  }
  return codes[outcome];
}

/** How it goes, while it goes. */
interface Display {
  show(overview: Overview, look: Look): void;
  readonly lost: (error: PinionError) => void;
  close(): void;
}

function displayFor(session: Session, target: Target, { format, timeout }: Options): Display {
  const silent: Display = { show: () => undefined, lost: () => undefined, close: () => undefined };
  if (format === "json") return silent;
  return session.world.isTerminal ? picture(session, target, session.world.now() + timeout) : changes(session, target);
}

function picture({ world, colors }: Session, target: Target, deadline: number): Display {
  const screen = openLiveScreen(world);
  let shown: readonly string[] = [];
  let isOpen = true;
  return {
    show(overview, { judged, processes }) {
      const here = world.now();
      const view = { colors, now: overview.now ?? here, width: world.columns };
      const open = processes.filter((one) => one.judged.kind !== "reached").map((one) => one.view);
      const head = `${describeTarget(target)}: ${judged.why}; gives up ${relativeTime(Math.max(deadline, here), here)}`;
      shown = [
        ...wrap(head, view.width),
        ...(open.length === 0 ? [] : renderProcesses(open, view)),
        ...open.flatMap((one) => renderDetails(one, target.environment, view)),
      ];
      screen.draw(shown);
    },
    lost: ({ message }) => screen.draw([...shown, colors.red(message)]),
    close() {
      if (isOpen) screen.close();
      isOpen = false;
    },
  };
}

function changes(session: Session, target: Target): Display {
  const log = createChangeLog();
  let isLost = false;
  return {
    show(overview, { processes }) {
      isLost = false;
      const environments = overview.environments.map((one) => ({ ...one, processes: processes.map(({ view }) => view) }));
      const only = environments.filter(({ name }) => name === target.environment);
      print(session, log({ ...overview, environments: only }, session.world.now()));
    },
    lost(error) {
      if (!isLost) printFailure(session, error);
      isLost = true;
    },
    close: () => undefined,
  };
}
