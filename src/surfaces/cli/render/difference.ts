/** The difference between two versions as text. */

import type { ChangeSummary } from "../../../domain/changes/describe.ts";
import type { VersionDistance } from "../../../domain/plan/deployment-plan.ts";
import type { NamedChange, VersionDifference } from "../../../domain/changes/version-difference.ts";
import type { WorkflowChanges } from "../../../domain/changes/changes.ts";
import { type Colors, hanging } from "../terminal/terminal.ts";
import { linesOf, paintLine } from "./text-change.ts";
import type { View } from "./view.ts";
import { printable } from "../../../domain/safe-text.ts";

interface Label {
  readonly file: string;
  /** Null for an engine's export, which names neither. */
  readonly process: string | null;
  readonly version: string | null;
}

/** What `pinion diff --format json` prints. `changes` takes the one definition to the other. */
export interface Difference extends ChangeSummary, VersionDifference {
  readonly from: Label;
  readonly to: Label;
  /** Null unless both are version files. */
  readonly distance: VersionDistance | null;
  readonly changes: WorkflowChanges;
}

export function isNoDifference({ impact, dependencies, checks }: Difference): boolean {
  return impact === null && dependencies.length === 0 && checks.length === 0;
}

/** Lines of `pinion diff`. */
export function renderDifference(difference: Difference, { colors, width }: Pick<View, "colors" | "width">): readonly string[] {
  const { from, to, impact, distance, lines, dependencies, checks } = difference;
  const head = [`${colors.dim("from")}  ${describeLabel(from)}`, `${colors.dim("to")}    ${describeLabel(to)}`, ""];
  if (isNoDifference(difference)) return [...head, colors.green("no differences")];
  const all = [
    ...head,
    ...lines.flatMap((line, index) => [paintChange(line, colors), ...renderTexts(difference, index, colors)]),
    ...dependencies.map((change) => paintChange(describeNamed("needs", change), colors)),
    ...checks.map((change) => paintChange(describeNamed("check", change), colors)),
    "",
    describeImpact(impact, distance, colors),
  ];
  return all.flatMap((line) => hanging(line, { start: "", width }));
}

/** Of one text. */
const mostLines = 400;

function renderTexts({ texts }: Difference, line: number, colors: Colors): readonly string[] {
  const own = texts.filter((text) => text.line === line);
  return own.flatMap((text) => [
    ...(own.length > 1 ? [`    ${colors.dim(text.name)}`] : []),
    ...linesOf(text, mostLines).map((one) => `    ${paintLine(one, colors)}`),
  ]);
}

/** What scripts get: the lines that differ, instead of the texts whole, which are in `changes`. */
export function textJson(texts: Difference["texts"]) {
  return texts.map((text) => ({ line: text.line, name: text.name, lines: linesOf(text, mostLines) }));
}

function describeLabel({ file, process, version }: Label): string {
  return process === null ? printable(file) : `${printable(process)} ${printable(version ?? "")}  (${printable(file)})`;
}

function describeNamed(noun: string, { kind, name, detail }: NamedChange): string {
  const sign = { added: "+", removed: "-", changed: "~" }[kind];
  return `${sign} ${noun} ${printable(name)}${detail === "" ? "" : `: ${printable(detail)}`}`;
}

/** A line that starts with `+`, `-` or `~`, in the colour of its sign. */
export function paintChange(line: string, colors: Colors): string {
  const paint = { "+": colors.green, "-": colors.red, "~": colors.yellow }[line.charAt(0)];
  const text = paint === undefined ? line : paint(line.charAt(0)) + line.slice(1);
  return text.replace(/\(breaking\)$/u, colors.red("(breaking)"));
}

function describeImpact(impact: Difference["impact"], distance: VersionDistance | null, colors: Colors): string {
  if (impact === null) return "the definition is the same";
  const step = distance === null ? "" : `, ${distance === "same" ? "under the same version" : `a ${distance} step`}`;
  const isUnexpected = impact === "breaking" && (distance === "minor" || distance === "patch");
  const advice = isUnexpected ? `: ${colors.yellow("callers expect a major one")}` : "";
  return `impact: ${impact === "breaking" ? colors.red(impact) : colors.green(impact)}${step}${advice}`;
}
