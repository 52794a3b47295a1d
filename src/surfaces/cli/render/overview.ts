/** The whole picture as text: the repository, then one table for each environment with what goes on there below it. */

import type { GatewayStatus } from "../../../domain/observed/gateway-status.ts";
import type { Instant } from "../../../domain/names.ts";
import type { StoreFailure } from "../../../domain/status/store-failure.ts";
import { describePerson } from "../../../domain/journal/people.ts";
import type { EnvironmentStatus, Overview, ProcessView, RepositoryStatus } from "../../../api/views.ts";
import { hasErrors } from "../../../domain/finding.ts";
import { count, renderFindings, summarizeFindings } from "../terminal/findings.ts";
import { byStage } from "../terminal/stages.ts";
import { type Colors, wrap } from "../terminal/terminal.ts";
import { relativeTime } from "../terminal/time.ts";
import { renderProcesses } from "./processes.ts";
import { fitted, hasMore, renderDetails } from "./rollout.ts";
import type { Paint, View } from "./view.ts";
import { printable } from "../../../domain/safe-text.ts";

export interface OverviewOptions {
  /** Only count what is Synced and Healthy and where nothing goes on, and put what needs somebody first: the rest may be cut off. */
  readonly foldsWell: boolean;
}

/** Lines of `pinion status`. */
export function renderOverview(
  { store, gateway, repository, environments, findings }: Overview,
  view: View,
  { foldsWell }: OverviewOptions = { foldsWell: false },
): readonly string[] {
  const ordered = foldsWell ? byUrgency(byStage(environments)) : byStage(environments);
  const folded = (environment: EnvironmentStatus) => (foldsWell ? fold(environment) : { environment, hidden: 0 });
  return [
    ...(store ? renderStoreFailure(store, view) : []),
    ...(gateway ? renderGateway(gateway, view) : []),
    ...renderRepository(repository, view),
    ...ordered.flatMap((environment) => ["", ...renderEnvironment(folded(environment), view)]),
    ...(environments.length === 0 ? ["", "no environments yet"] : []),
    ...(findings.length === 0
      ? []
      : ["", view.colors.yellow(`${summarizeFindings(findings)}; \`pinion validate --config pinion.yaml\` shows them`)]),
  ];
}

function renderStoreFailure({ since, why }: StoreFailure, { colors, now, width }: View): readonly string[] {
  const text = `nothing can be recorded since ${relativeTime(since, now)}: ${printable(why)}; nothing new is deployed, rollbacks still take traffic back`;
  return wrap(text, width).map((line) => colors.red(line));
}

/** One that was up ever since it was found goes without saying. */
function renderGateway({ state, why, since, restarts, tampered }: GatewayStatus, { colors, now, width }: View): readonly string[] {
  if (state === "down") {
    const text = `gateway down since ${relativeTime(since, now)}: ${printable(why)}; it is started again, and callers are refused until then`;
    return wrap(text, width).map((line) => colors.red(line));
  }
  const parts = [
    ...(restarts === 0 ? [] : [`started again ${count(restarts, "time")}, last ${relativeTime(since, now)}`]),
    ...(tampered === 0 ? [] : [`its table was changed by another program ${count(tampered, "time")}, and restored`]),
  ];
  if (parts.length === 0) return [];
  return wrap(`gateway up; ${parts.join("; ")}: ${printable(why)}`, width).map((line) => colors.yellow(line));
}

function renderRepository(repository: RepositoryStatus, view: View): readonly string[] {
  const { colors, now, width } = view;
  const { url, branch, commit, subject, author, committedAt, state, code, reason, since, nextPollAt, lastGoodPollAt } = repository;
  const head = commit === null ? "nothing fetched yet" : `${commit.slice(0, 8)} ${printable(subject ?? "")}`;
  const by = committedAt === null ? "" : `(${printable(author ?? "unknown")}, ${relativeTime(committedAt, now)})`;
  const why = state === "ok" ? "" : ` since ${relativeTime(since, now)}: ${code === null ? "" : `${code}: `}${printable(reason)}`;
  const [first = "", ...others] = wrap(
    `${state}${why}${lastGoodPoll(lastGoodPollAt, now)}${nextPoll(nextPollAt, now)}`,
    width === null ? null : width - 2,
  );
  return [
    ...fitted(`${colors.bold("repository")}  ${printable(url)}  ${printable(branch)}`, "", view),
    ...renderHead(head, by, view),
    `  ${first.replace(state, stateColor(state, colors)(state))}`,
    ...others.map((line) => `  ${line}`),
  ];
}

function lastGoodPoll(at: Instant | null, now: Instant): string {
  return at === null ? "" : `; last good poll ${relativeTime(at, now)}`;
}

function nextPoll(at: Instant | null, now: Instant): string {
  if (at === null) return "";
  return `; next poll ${at - now < 1_000 ? "now" : relativeTime(at, now)}`;
}

/** The commit, and by whom on a line of its own where both do not fit. */
function renderHead(head: string, by: string, { colors, width }: View): readonly string[] {
  const room = width === null ? null : width - 2;
  if (room === null || head.length + 1 + by.length <= room) return [`  ${head}${by === "" ? "" : ` ${colors.dim(by)}`}`];
  return [...wrap(head, room).map((line) => `  ${line}`), ...wrap(by, room).map((line) => `  ${colors.dim(line)}`)];
}

function stateColor(state: RepositoryStatus["state"], colors: Colors): Paint {
  return { ok: colors.green, starting: colors.yellow, error: colors.red }[state];
}

interface Folded {
  readonly environment: EnvironmentStatus;
  /** Processes that are only counted. */
  readonly hidden: number;
}

function fold(environment: EnvironmentStatus): Folded {
  const processes = environment.processes.filter(
    (process) => process.sync !== "Synced" || process.health !== "Healthy" || hasMore(process),
  );
  const sorted = processes.toSorted((one, other) => urgencyOf(one) - urgencyOf(other));
  return { environment: { ...environment, processes: sorted }, hidden: environment.processes.length - processes.length };
}

/** The environment first in which something needs somebody most; else as they were. */
function byUrgency(environments: readonly EnvironmentStatus[]): readonly EnvironmentStatus[] {
  const urgencyIn = ({ findings, processes }: EnvironmentStatus) =>
    Math.min(hasErrors(findings) ? 0 : wellUrgency, ...processes.map(urgencyOf));
  return environments.toSorted((one, other) => urgencyIn(one) - urgencyIn(other));
}

const wellUrgency = 4;

/** 0: callers may suffer. 1: git and runtime disagree, or somebody is waited for. 2: under way. 3: not as pinned. */
function urgencyOf(process: ProcessView): number {
  if (isBad(process)) return 0;
  if (isWaiting(process)) return 1;
  if (process.progress !== null) return 2;
  return process.sync === "Synced" ? wellUrgency : 3;
}

function isBad({ health, sync, progress }: ProcessView): boolean {
  return health === "Degraded" || health === "Missing" || sync === "Unknown" || progress?.verdict.kind === "unhealthy";
}

function isWaiting({ health, progress, revert }: ProcessView): boolean {
  return revert !== null || health === "Suspended" || (progress !== null && progress.paused !== null);
}

function renderEnvironment({ environment, hidden }: Folded, view: View): readonly string[] {
  const { colors } = view;
  const { name, type, url, findings, processes } = environment;
  const what = type === name ? "" : colors.dim(` (${type})`);
  return [
    ...fitted(`${colors.bold(name)}${what}  ${colors.cyan(printable(url))}  ${renderInstances(environment, colors)}`, "", view),
    ...renderAge(environment, view),
    ...renderFreeze(environment, view),
    ...(environment.notes ?? []).flatMap((note) => renderNote(note, view)),
    ...renderFindings(findings, { ...view, width: view.width === null ? null : view.width - 2 }).map((line) => `  ${line}`),
    ...(processes.length + hidden === 0 ? ["  nothing is pinned here"] : []),
    ...(processes.length === 0 ? [] : renderProcesses(processes, view)),
    ...(hidden === 0 ? [] : [colors.dim(`  ${count(hidden, "process")}${processes.length === 0 ? "" : " more"}, Synced and Healthy`)]),
    ...processes.flatMap((process) => renderMore(process, environment, view)),
  ];
}

function renderMore(process: ProcessView, { name }: EnvironmentStatus, view: View): readonly string[] {
  const inner = { ...view, width: view.width === null ? null : view.width - 2 };
  const lines = renderDetails(process, name, inner);
  return lines.length === 0 ? [] : ["", ...lines.map((line) => `  ${line}`)];
}

/** Younger, it goes without saying. */
const oldAfterMs = 30_000;

/** What hangs keeps the picture from being renewed; what is shown then is no lie, but old. */
function renderAge({ observedAt }: EnvironmentStatus, { colors, now, width }: View): readonly string[] {
  if (observedAt === null || now - observedAt < oldAfterMs) return [];

  const text = `as of ${relativeTime(observedAt, now)}: nothing newer is known`;
  return wrap(text, width === null ? null : width - 4).map((line) => `  ${colors.yellow(line)}`);
}

function renderFreeze({ freeze }: EnvironmentStatus, { colors, now, width }: View): readonly string[] {
  if (!freeze) return [];
  const text = `FROZEN by ${printable(describePerson(freeze.by))} ${relativeTime(freeze.at, now)}: ${printable(freeze.why)}`;
  return wrap(text, width === null ? null : width - 4).map((line, index) => `  ${index === 0 ? "" : "  "}${colors.yellow(line)}`);
}

function renderNote(note: string, { colors, width }: View): readonly string[] {
  const lines = wrap(`note: ${printable(note)}`, width === null ? null : width - 4);
  return lines.map((line, index) => `  ${index === 0 ? "" : "  "}${colors.yellow(line)}`);
}

function renderInstances({ instances }: EnvironmentStatus, colors: Colors): string {
  const ready = instances.filter(({ state }) => state === "ready").length;
  if (instances.length === 0) return colors.dim("no engine yet");
  const down = instances.find(({ state }) => state !== "ready");
  if (!down) return colors.dim(`${count(ready, "engine instance")} ready`);
  return colors.yellow(
    `${ready} of ${count(instances.length, "engine instance")} ready; ${printable(`${down.id} is ${down.state}: ${down.why}`)}`,
  );
}
