/** The live view of `pinion demo`: environments, processes, versions, weights and what is being done, as lines of text. */

import pc from "picocolors";
import type { EnvironmentStatus, Overview, ProcessView, RepositoryStatus } from "../api/views.ts";
import type { Progress } from "../domain/journal/progress.ts";
import type { Deployment } from "../domain/journal/state.ts";
import type { ProcessStatus } from "../domain/journal/status.ts";
import { describeQuarantined, describeRevert } from "../api/describe-revert.ts";
import { describeStep, renderDetails } from "../surfaces/cli/render/rollout.ts";
import { byStage } from "../surfaces/cli/terminal/stages.ts";
import { cutTo } from "../surfaces/cli/terminal/table.ts";
import { relativeTime } from "../surfaces/cli/terminal/time.ts";
import type { Density } from "./frame.ts";
import { describeJudgement, describeWeight } from "./progress-tale.ts";
import { printable } from "../domain/safe-text.ts";

export interface ViewOptions extends Density {
  /** Columns of the terminal. */
  readonly width: number;
  readonly now: number;
  readonly colour: boolean;
  /** What the customers have met; null: none are there yet. */
  readonly customers: string | null;
}

type Colours = ReturnType<typeof pc.createColors>;

/** No line is longer than the terminal is wide, so that the view can be drawn over itself. */
export function renderView(overview: Overview, history: readonly Deployment[], options: ViewOptions): readonly string[] {
  const colours = pc.createColors(options.colour);
  const environments = byStage(overview.environments).flatMap((environment) => renderEnvironment(environment, colours, options));
  return [
    renderRepository(overview.repository, colours, options),
    ...(options.customers === null ? [] : [colours.dim(fit(options.customers, options.width))]),
    ...environments,
    "",
    ...renderHistory(history, colours, options),
  ];
}

function renderRepository(repository: RepositoryStatus, colours: Colours, { width, now }: ViewOptions): string {
  const polled = repository.lastPollAt === null ? "not polled yet" : `polled ${seconds(now - repository.lastPollAt)} ago`;
  const head = repository.commit
    ? `${repository.branch} ${repository.commit.slice(0, 7)} “${repository.subject ?? ""}”`
    : repository.branch;
  if (repository.state === "error") return colours.red(fit(`git  ${head}  ${repository.reason}`, width));
  return colours.bold(fit(`git  ${head}  ${polled}`, width));
}

function renderEnvironment(environment: EnvironmentStatus, colours: Colours, options: ViewOptions): readonly string[] {
  const ready = environment.instances.filter((instance) => instance.state === "ready").length;
  const instances = `${ready} of ${environment.instances.length} engine instances ready`;
  const title = `${colours.bold(environment.name)}  ${colours.dim(fit(`${instances}  ${environment.url}`, options.width - environment.name.length - 2))}`;
  const findings = environment.findings.map((finding) =>
    colours.red(fit(`  ${finding.file}:${finding.line} ${finding.message}`, options.width)),
  );
  return [
    "",
    title,
    ...renderFreeze(environment, colours, options),
    ...findings,
    ...environment.processes.flatMap((process) => [
      renderProcess(process, colours, options.width),
      ...renderMore(process, environment, colours, options),
    ]),
  ];
}

function renderFreeze({ freeze }: EnvironmentStatus, colours: Colours, { width, now }: ViewOptions): readonly string[] {
  if (!freeze) return [];
  return [colours.yellow(fit(`  FROZEN by ${freeze.by.name} ${relativeTime(freeze.at, now)}: ${freeze.why}`, width))];
}

const indent = "    ";

/** What goes on with a process, below its row. */
function renderMore(process: ProcessView, { name }: EnvironmentStatus, colours: Colours, options: ViewOptions): readonly string[] {
  const { detail, width, now } = options;
  const { revert, quarantined } = process;
  const progress = isCalm(process.progress) ? null : process.progress;
  if (detail === "none") return [];
  if (detail === "full" && progress) {
    const view = { colors: colours, now, width: Math.max(1, width - indent.length) };
    return renderDetails(process, name, view).map((line) => cutTo(indent + line, width));
  }
  const lines = [...(revert ? [describeRevert(revert)] : []), ...quarantined.map((one) => describeQuarantined(one, name))];
  return [
    ...(progress ? [renderStep(progress, colours, options)] : []),
    ...lines.map((line) => colours.yellow(fit(`${indent}${line}`, width))),
  ];
}

/** Watched after all of it went well: its row says so, and there is nothing to do about it. */
function isCalm(progress: Progress | null): boolean {
  return progress?.state === "baking" && progress.verdict.kind !== "unhealthy" && progress.paused === null;
}

/** A rollout in one line. */
function renderStep(progress: Progress, colours: Colours, { width, now }: ViewOptions): string {
  const { paused, until, verdict } = progress;
  const goesOn = until !== null && until - now >= 1_000 ? `, goes on ${relativeTime(until, now)}` : "";
  const held = paused ? `PAUSED by ${paused.by.name} ${relativeTime(paused.at, now)}` : `${describeStep(progress)}${goesOn}`;
  const line = fit(`${indent}${describeWeight(progress)}  ${held}  ${describeJudgement(progress)}`, width);
  return paused ? colours.yellow(line) : verdict.kind === "unhealthy" ? colours.red(line) : colours.cyan(line);
}

/** With fewer columns the bar goes, so that the reason is seen. */
const wide = 110;
/** Less of a reason says nothing. */
const leastReason = 16;

/** Columns: process, weight bar, versions, sync, health, reason. */
function renderProcess(process: ProcessStatus, colours: Colours, width: number): string {
  const serving = process.actual.filter((share) => share.weight > 0);
  const warm = process.actual.filter((share) => share.weight === 0);
  const versions = [...serving.map((share) => `${share.version} ${share.weight}%`), ...warm.map((share) => `(${share.version})`)].join(" ");
  const columns =
    width < wide
      ? [pad(process.process, 17), pad(versions || "-", 19)]
      : [pad(process.process, 18), bar(process), pad(versions || "-", 22)];
  const left = fit(`  ${columns.join(" ")} `, width);
  const state = fit(`${pad(process.sync, 9)} ${pad(process.health, 11)} `, width - left.length);
  const room = width - left.length - state.length;
  const reason = room < leastReason ? "" : fit(process.reason.text, room);
  return `${left}${paint(process, colours)(state)}${colours.dim(reason)}`;
}

/** Ten blocks: full where the wanted version has the traffic, light where another one has it. */
function bar({ actual, desired }: ProcessStatus): string {
  const wanted = Math.round((actual.find((share) => share.version === desired)?.weight ?? 0) / 10);
  const other = Math.round(actual.reduce((sum, share) => sum + share.weight, 0) / 10) - wanted;
  return `${"█".repeat(wanted)}${"▒".repeat(Math.max(0, other))}`.padEnd(10, "·");
}

function paint({ sync, health }: ProcessStatus, colours: Colours): (text: string) => string {
  if (health === "Degraded") return colours.red;
  if (sync === "Synced" && health === "Healthy") return colours.green;
  return colours.yellow;
}

function renderHistory(history: readonly Deployment[], colours: Colours, { width, recent }: ViewOptions): readonly string[] {
  const rows = history.slice(0, recent);
  const longest = Math.max(0, ...rows.map((deployment) => subjectOf(deployment).length));
  return rows.map((deployment) => {
    const line = fit(historyLine(deployment, { width, subject: Math.min(longest, width - 32) }), width);
    if (deployment.phase === "Failed" || deployment.phase === "RolledBack") return colours.red(line);
    return deployment.endedAt === null ? colours.yellow(line) : line;
  });
}

function subjectOf({ environment, process, from, version }: Deployment): string {
  return `${environment}/${process} ${from ?? "-"} → ${version ?? "out"}`;
}

/** `subject`: how wide that column is. The kind and the reason are left out where there is no room to read them. */
function historyLine(deployment: Deployment, { width, subject }: { readonly width: number; readonly subject: number }): string {
  const { startedAt, endedAt, kind, phase, reason } = deployment;
  const at = new Date(startedAt).toTimeString().slice(0, 8);
  const took = endedAt === null ? "…" : seconds(endedAt - startedAt);
  const [what, how] = [`${at}  ${pad(subjectOf(deployment), subject)}`, `${pad(phase, 10)} ${pad(took, 7)}`];
  const whole = `${what}  ${pad(kind, 8)} ${how} `;
  return width - whole.length < leastReason ? `${what}  ${how}` : whole + reason.text;
}

function seconds(ms: number): string {
  return `${(Math.max(0, ms) / 1000).toFixed(1)} s`;
}

function pad(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, width - 1)}…` : text.padEnd(width);
}

/** One line, cut between words where the terminal ends. */
function fit(text: string, width: number): string {
  const line = printable(text);
  if (line.trimEnd().length <= width) return line.slice(0, width);
  if (width < 1) return "";
  const cut = line.slice(0, width - 1);
  const word = cut.lastIndexOf(" ");
  return word > cut.length / 2 ? `${cut.slice(0, word)} …` : `${cut}…`;
}
