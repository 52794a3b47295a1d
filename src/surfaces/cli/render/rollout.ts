/** A rollout as people want to see it: steps, weight, what it waits for, and the verdict with its figures. */

import type { ProcessView } from "../../../api/views.ts";
import type { Verdict } from "../../../domain/validation-result.ts";
import type { Instant } from "../../../domain/names.ts";
import { describePerson } from "../../../domain/journal/people.ts";
import type { PlannedProgress, Progress } from "../../../domain/journal/progress.ts";
import { renderTable } from "../terminal/table.ts";
import { type Colors, visibleLength, wrap } from "../terminal/terminal.ts";
import { duration, relativeTime, roughly } from "../terminal/time.ts";
import { describeQuarantined, describeRevert } from "../../../api/describe-revert.ts";
import { renderChanges } from "./recorded-changes.ts";
import type { Paint, View } from "./view.ts";
import type { Figure } from "../../../domain/analysis/figures.ts";
import { printable } from "../../../domain/safe-text.ts";

const indent = "  ";
const widestBar = 30;

/** Whether there is more to say about a process than its row in the table. */
export function hasMore({ progress, revert, quarantined, drift }: ProcessView): boolean {
  return progress !== null || revert !== null || quarantined.length > 0 || (drift ?? null) !== null;
}

/** Everything that goes on with one process beside its row; no lines when nothing does. */
export function renderDetails(process: ProcessView, environment: string, view: View): readonly string[] {
  if (!hasMore(process)) return [];
  const { progress, revert, quarantined, drift } = process;
  const { colors } = view;
  const title = `${colors.bold(printable(process.process))}${progress ? `  ${titleOf(progress, view)}` : ""}`;
  return [
    ...fitted(title, "", view),
    ...(progress ? renderProgress(progress, view) : []),
    ...(revert ? paragraph(describeRevert(revert), view, revert.outcome?.kind === "committed" ? colors.green : colors.yellow) : []),
    ...(drift
      ? [
          ...paragraph("changed by hand in the engine:", view, colors.yellow),
          ...renderChanges(drift.changes, view).map((line) => `    ${line}`),
        ]
      : []),
    ...quarantined.flatMap((one) => paragraph(describeQuarantined(one, environment), view, colors.yellow)),
  ];
}

/** `1.4.0 → 1.5.0  canary, step 3 of 6`. */
function titleOf(progress: Progress, { colors, now }: View): string {
  const { from, version, paused } = progress;
  const left = paused ? colors.yellow("PAUSED") : colors.dim(describeLeft(progress, now));
  return `${from ?? "nothing"} → ${version ?? "nothing"}  ${hasPlace(progress) ? printable(progress.strategy) : describeStep(progress)}${left === "" ? "" : `  ${left}`}`;
}

/** Said on a line of its own. */
function hasPlace({ plan }: Progress): boolean {
  return (plan ?? null) !== null && plan?.step !== null;
}

function describeLeft({ deadline }: Progress, now: Instant): string {
  if (deadline === null) return "";
  return deadline > now ? `fails in ${roughly(deadline - now)} unless done` : "out of time";
}

/** `canary, step 3 of 6`, or `blue-green, checking`. */
export function describeStep({ strategy, state, step, steps, plan }: Progress): string {
  const own = step === null || steps === null ? printable(state) : `step ${step} of ${steps}`;
  const where = plan && plan.step !== null ? placeIn(plan.step, plan) : own;
  return `${printable(strategy)}, ${where}`;
}

function placeIn(step: number, { steps }: PlannedProgress): string {
  return `step ${step} of ${steps.length}`;
}

const second = 1_000;
const minute = 60 * second;

/** An estimate is not more exact than that. */
function rounded(ms: number): number {
  const unit = ms < minute ? second : minute;
  return Math.round(ms / unit) * unit;
}

/** Where it is in its plan, and what comes after that. */
function renderPlanned(plan: PlannedProgress | null, view: View): readonly string[] {
  if (plan === null || plan.step === null) return [];
  const { steps, step, leftMs } = plan;
  const left = leftMs === null || leftMs < second ? "" : `, about ${duration(rounded(leftMs))} left`;
  const later = steps.slice(step).map(({ brief }) => printable(brief));
  const then = later.length === 0 ? "" : `; then ${later.join(", ")}`;
  return paragraph(`${placeIn(step, plan)}: ${printable(steps[step - 1]?.name ?? "")}${left}${then}`, view);
}

function renderProgress(progress: Progress, view: View): readonly string[] {
  const { colors, now } = view;
  const { why, until, paused, verdict } = progress;
  const goesOn =
    until === null || until - now < 1_000
      ? ""
      : `; ${progress.state === "baking" ? "over" : "continues"} ${relativeTime(until, now)} at the earliest`;
  return [
    ...renderBar(progress, view),
    ...renderPlanned(progress.plan ?? null, view),
    ...(paused ? paragraphs(withoutPause(why), view) : paragraph(`${printable(why)}${goesOn}`, view)),
    ...(paused
      ? paragraph(
          `paused by ${printable(describePerson(paused.by))} ${relativeTime(paused.at, now)}${because(paused.why)}`,
          view,
          colors.yellow,
        )
      : []),
    ...paragraph(`verdict: ${describeVerdict(verdict)}`, view, verdictColor(verdict.kind, colors)),
    ...renderFigures(progress.figures, view),
  ];
}

/** The pause is told with its time. */
function withoutPause(why: string): string {
  return printable(why)
    .split("; ")
    .filter((part) => !part.startsWith("paused by "))
    .join("; ");
}

function paragraphs(text: string, view: View): readonly string[] {
  return text === "" ? [] : paragraph(text, view);
}

function because(why: string): string {
  return why === "" ? "" : `: ${printable(why)}`;
}

function renderBar({ weight, version, from }: Progress, { colors, width }: View): readonly string[] {
  const text = ` ${weight} % on ${version ?? "nothing"}${weight < 100 && from !== null ? colors.dim(`, ${100 - weight} % on ${from}`) : ""}`;
  const size = Math.min(widestBar, width === null ? widestBar : width - indent.length - visibleLength(text));
  if (size < 5) return [`${indent}${text.trimStart()}`];
  const full = Math.round((weight / 100) * size);
  return [`${indent}${colors.cyan("█".repeat(full))}${colors.dim("░".repeat(size - full))}${text}`];
}

function describeVerdict(verdict: Verdict): string {
  return verdict.kind === "healthy" ? "healthy" : `${verdict.kind === "unknown" ? "not judged" : verdict.kind}: ${printable(verdict.why)}`;
}

/** How a verdict is coloured. */
export function verdictColor(kind: Verdict["kind"], colors: Colors): Paint {
  return { healthy: colors.green, unhealthy: colors.red, unknown: colors.yellow }[kind];
}

const lastTitle = "LIMIT";
const titles = ["", "METRIC", "CANDIDATE", "STABLE", "COUNT", lastTitle];
const marks: Readonly<Record<Verdict["kind"], string>> = { healthy: "✓", unhealthy: "✗", unknown: "?" };

/** What each metric says and what it is held to: in columns, or as sentences where the terminal is too narrow for them. */
function renderFigures(figures: readonly Figure[], view: View): readonly string[] {
  if (figures.length === 0) return [];
  const { colors, width } = view;
  const rows = figures.map((figure) => [
    markOf(figure, colors),
    printable(figure.name),
    describeValue(figure.candidate, figure.unit),
    describeValue(figure.stable, figure.unit),
    figure.requests === null ? "-" : String(figure.requests),
    describeLimit(figure),
  ]);
  const [head = "", ...lines] = renderTable(rows, { width, indent, head: titles });
  const fits = width === null || head.includes(lastTitle);
  return fits ? [colors.dim(head), ...lines] : figures.flatMap((figure) => sentenceOf(figure, view));
}

function sentenceOf(figure: Figure, view: View): readonly string[] {
  const { name, candidate, stable, unit, requests } = figure;
  const compared = stable === null ? "" : `, stable ${describeValue(stable, unit)}`;
  const counted = requests === null ? "" : `, ${requests} counted`;
  const [first = "", ...others] = wrap(
    `${printable(name)} ${describeValue(candidate, unit)}${compared}${counted}; ${describeLimit(figure)}`,
    view.width === null ? null : view.width - indent.length - 4,
  );
  return [`${indent}${markOf(figure, view.colors)} ${first}`, ...others.map((line) => `${indent}    ${line}`)];
}

function markOf({ verdict }: Figure, colors: Colors): string {
  return verdictColor(verdict, colors)(marks[verdict]);
}

/** The limit, and why nothing good can be said where it cannot. */
function describeLimit({ limit, verdict, why }: Figure): string {
  return `${printable(limit)}${verdict === "healthy" ? "" : because(why)}`;
}

/** `0.42 %`, `1.83 s`, `143`; `-` where there is nothing to say. */
export function describeValue(value: number | null, unit: Figure["unit"]): string {
  if (value === null) return "-";
  if (unit === "ms") return value >= 1000 ? `${Number((value / 1000).toFixed(2))} s` : `${Number(value.toFixed(1))} ms`;
  return `${Number(value.toFixed(2))}${unit === "" ? "" : ` ${unit}`}`;
}

const plain: Paint = (text) => text;

function paragraph(text: string, { width }: View, paint: Paint = plain): readonly string[] {
  const [first = "", ...others] = wrap(text, width === null ? null : width - indent.length - 2);
  return [`${indent}${paint(first)}`, ...others.map((line) => `${indent}  ${paint(line)}`)];
}

/** On one line where it fits, else broken where two spaces are. */
export function fitted(text: string, start: string, { width }: Pick<View, "width">): readonly string[] {
  if (width === null || visibleLength(start + text) <= width) return [start + text];
  const [first = "", ...others] = text.split("  ");
  const lines = [start + first];
  for (const part of others) {
    const last = lines.at(-1) ?? "";
    if (visibleLength(last) + 2 + visibleLength(part) <= width) lines[lines.length - 1] = `${last}  ${part}`;
    else lines.push(`${start}${indent}${part}`);
  }
  return lines;
}
