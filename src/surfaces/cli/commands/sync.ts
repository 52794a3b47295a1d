/** `pinion sync`: looks at the repository and the engines now, and says what has changed by it. */

import type { Overview, ProcessView } from "../../../api/views.ts";
import { overviewJson } from "../../../api/json.ts";
import { type Selection, selectFrom } from "../../../api/selection.ts";
import { describeState } from "../asking/change-log.ts";
import { clientFor, configOption, controllerOption, type ControllerOptions } from "../asking/controller-option.ts";
import { follow, type Followed } from "../asking/follow.ts";
import { notInTime } from "../asking/command.ts";
import { pollAnew } from "../asking/poll-anew.ts";
import { describeStep } from "../render/rollout.ts";
import { byStage } from "../terminal/stages.ts";
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
import { parseTarget, type Target } from "../asking/target.ts";
import { printable } from "../../../domain/safe-text.ts";

interface Options extends ControllerOptions {
  readonly timeout: number;
  readonly format: Format;
}

const everyMs = 100;

export const addSync: AddCommand = (program, session, finish) => {
  program
    .command("sync")
    .description("compare the repository and the engines now, and report what changes")
    .argument("[environment[/process]]", "report only changes there; default: everywhere", parseTarget)
    .addOption(timeoutOption("how long it may take, such as 30s", "30s"))
    .addOption(controllerOption())
    .addOption(configOption())
    .addOption(formatOption())
    .addHelpText(
      "after",
      `
Pinion polls at an interval; this command does it now. It ends when everything has been compared with the newest commit.
Rollouts are then under way: \`pinion wait\` waits for their end.

Exit code 0 when everything was compared, 1 when the repository cannot be read, 2 when no controller answers, 3 after the
timeout.

Examples:
  pinion sync
  pinion sync production
  pinion sync production/order-intake && pinion wait production/order-intake
`,
    )
    .action(async (target: Target | undefined, options: Options) => finish(await sync(session, target ?? null, options)));
};

async function sync(session: Session, target: Target | null, options: Options): Promise<ExitCode> {
  const { world } = session;
  const client = await clientFor(session, options);
  const selection: Selection = target
    ? { environment: target.environment, ...(target.process !== null && { process: target.process }) }
    : {};
  const { signal, release } = world.catchInterrupts();
  const until = world.now() + options.timeout;
  try {
    const before = await client.overview({});
    const polled = await pollAnew(session, { client, signal, timeoutMs: options.timeout });
    const following = { client, selection: {}, signal, timeoutMs: Math.max(0, until - world.now()), everyMs, onLost: () => undefined };
    const after =
      polled.kind === "seen" ? await follow(session, following, (overview) => (isCompared(overview, selection) ? overview : null)) : polled;
    return tell(session, { before, after, selection, format: options.format });
  } finally {
    release();
  }
}

function isCompared(overview: Overview, selection: Selection): boolean {
  return selectFrom(overview, selection).environments.every(({ processes }) =>
    processes.every(({ reason }) => reason.code !== "NotComparedYet"),
  );
}

interface Ending {
  readonly before: Overview;
  readonly after: Followed<Overview>;
  readonly selection: Selection;
  readonly format: Format;
}

function tell(session: Session, { before, after, selection, format }: Ending): ExitCode {
  const { colors } = session;
  if (after.kind !== "seen") {
    if (format === "json") printJson(session, { outcome: after.kind });
    else print(session, [colors.yellow(`${after.kind}: not everything has been compared with the newest commit yet`)]);
    return after.kind === "interrupted" ? 130 : notInTime;
  }
  const overview = selectFrom(after.value, selection);
  const changes = changesOf(before, overview);
  const { state, code, reason } = overview.repository;
  if (format === "json") printJson(session, { outcome: "compared", changes, ...overviewJson(overview) });
  else {
    print(session, [describeHead(before, overview), ...changes.map((change) => `  ${change.where}  ${change.what}`)]);
    if (changes.length === 0) print(session, ["  nothing has changed"]);
    print(session, describeUnderWay(overview));
    if (state === "error") print(session, [colors.red(`the repository cannot be followed: ${code ?? ""}: ${printable(reason)}`)]);
  }
  return state === "error" ? 1 : 0;
}

function describeHead(before: Overview, { repository: { branch, commit, subject } }: Overview): string {
  const head = commit === null ? "nothing fetched yet" : `${commit.slice(0, 8)} ${printable(subject ?? "")}`;
  const old = before.repository.commit;
  return old !== null && old !== commit ? `${printable(branch)}  ${old.slice(0, 8)} → ${head}` : `${printable(branch)}  ${head}`;
}

/** What was seen before by the controller itself is no change any more, and may go on all the same. */
function describeUnderWay({ environments }: Overview): readonly string[] {
  const running = byStage(environments).flatMap(({ name, processes }) =>
    processes.flatMap(({ process, progress }) => (progress ? [`${name}/${printable(process)} (${describeStep(progress)})`] : [])),
  );
  return running.length === 0 ? [] : [`  under way: ${running.join(", ")}`];
}

interface Change {
  readonly where: string;
  readonly what: string;
}

/** What shows another state than before: also what is gone. */
function changesOf(before: Overview, after: Overview): readonly Change[] {
  const known = new Map(
    before.environments.flatMap(({ name, processes }) => processes.map((one) => [`${name}/${one.process}`, one] as const)),
  );
  const now = byStage(after.environments).flatMap(({ name, processes }) =>
    processes.map((one) => [`${name}/${one.process}`, one] as const),
  );
  return now.flatMap(([where, view]) => {
    const what = describeChange(known.get(where) ?? null, view);
    return what === null ? [] : [{ where, what }];
  });
}

function describeChange(before: ProcessView | null, after: ProcessView): string | null {
  const state = describeState(after);
  if (before && describeState(before) === state && before.desired === after.desired) return null;
  const pin = before?.desired === after.desired ? "" : `pin ${before?.desired ?? "none"} → ${after.desired ?? "none"}  `;
  return `${pin}${state}`;
}
