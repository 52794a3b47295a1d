/** Plans as text that reads well in a terminal and in a pull request. */

import { type DeploymentPlan, isNothingToDo, type PlannedDeployment } from "../../../domain/plan/deployment-plan.ts";
import type { RiskLevel, RollbackPlan, StepValidation } from "../../../domain/journal/rollout-plan.ts";
import type { ChangeSummary } from "../../../domain/changes/describe.ts";
import type { Finding } from "../../../domain/finding.ts";
import { count, renderFindings, summarizeFindings } from "../terminal/findings.ts";
import { renderTable } from "../terminal/table.ts";
import { type Colors, hanging, wrap } from "../terminal/terminal.ts";
import { duration } from "../terminal/time.ts";
import { paintChange } from "./difference.ts";
import { fitted } from "./rollout.ts";
import { linesOf, paintLine } from "./text-change.ts";
import { printable } from "../../../domain/safe-text.ts";

interface Report {
  readonly base: string;
  readonly plans: readonly DeploymentPlan[];
  readonly findings: readonly Finding[];
}

interface View {
  readonly colors: Colors;
  /** Null: nothing is wrapped. */
  readonly width: number | null;
}

/** Changes of one definition beyond these are only counted; `pinion diff` shows them all. */
const mostChanges = 12;
/** Of one text that changed. */
const mostTextLines = 12;

/** Lines of `pinion plan`. */
export function renderPlans({ base, plans, findings }: Report, view: View): readonly string[] {
  const { colors } = view;
  const problems = findings.length === 0 ? [] : ["", ...renderFindings(findings, view), "", colors.red(summarizeFindings(findings))];
  return [`compared with ${printable(base)}`, ...plans.flatMap((plan) => ["", ...renderPlan(plan, view)]), ...problems];
}

function renderPlan(plan: DeploymentPlan, view: View): readonly string[] {
  const { colors } = view;
  if (isNothingToDo(plan)) return [`${titleOf(plan, colors)}: ${colors.dim("nothing to do")}`];
  if (plan.blocked !== null) return [`${titleOf(plan, colors)}: ${colors.red("blocked")}`, ...paragraph(plan.blocked, "  ", view)];
  return [
    `${titleOf(plan, colors)}: ${summaryOf(plan, colors)}`,
    ...plan.deployments.flatMap((deployment, index) => ["", ...renderDeployment(deployment, index + 1, { plan, view })]),
    ...section(
      "held back",
      plan.held.map(({ process, from, to, reason }) => [`${process}  ${fromTo(from, to)}`, printable(reason)]),
      view,
    ),
    ...section(
      "settings",
      plan.settingLines.map((line) => [paintChange(printable(line), colors)]),
      view,
    ),
    ...section(
      "risk",
      plan.riskAssessment.reasons.map(({ level, process, reason }) => [
        riskColor(level, colors)(level),
        process ?? "all",
        printable(reason),
      ]),
      view,
    ),
    ...section("rollback", wayBack(plan.rollbackPlan), view, plan.rollbackPlan.instruction),
  ];
}

function titleOf({ environment, type, isNew }: DeploymentPlan, colors: Colors): string {
  const what = [...(isNew ? ["new"] : []), ...(type === null || type === environment ? [] : [type])];
  return `${colors.bold(printable(environment))}${what.length === 0 ? "" : colors.dim(` (${what.join(", ")})`)}`;
}

function summaryOf(
  { deployments, held, settingLines, estimatedDuration, riskAssessment: { level } }: DeploymentPlan,
  colors: Colors,
): string {
  const parts = [
    ...(deployments.length > 0 ? [count(deployments.length, "deployment")] : []),
    ...(held.length > 0 ? [colors.yellow(`${held.length} held back`)] : []),
    ...(settingLines.length > 0 ? [count(settingLines.length, "changed setting")] : []),
    ...(deployments.length > 0 ? [`about ${duration(estimatedDuration)}`, `risk ${riskColor(level, colors)(level)}`] : []),
  ];
  return parts.length === 0 ? "nothing to deploy" : parts.join(", ");
}

interface Within {
  readonly plan: DeploymentPlan;
  readonly view: View;
}

function renderDeployment(deployment: PlannedDeployment, place: number, { plan, view }: Within): readonly string[] {
  const { process, from, to, strategy, distance, isDowngrade, why, waitsFor, estimatedDuration, estimatedFrom } = deployment;
  const { colors } = view;
  const how = [...(distance === null || distance === "same" ? [] : [isDowngrade ? `${distance} downgrade` : distance]), strategy];
  const after = waitsFor.length === 0 ? "" : `, after ${waitsFor.map(printable).join(" and ")}`;
  return [
    ...fitted(`${place}. ${colors.bold(printable(process))}  ${fromTo(from, to)}  ${colors.dim(`${how.join(", ")}${after}`)}`, "  ", view),
    ...paragraph(`${printable(why)}; about ${duration(estimatedDuration)} (${estimatedFrom})`, "     ", view),
    ...renderChanges(deployment, view),
    ...paragraph(`steps: ${stepsOf(deployment, plan)}`, "     ", view),
  ];
}

function renderChanges({ changes, distance }: PlannedDeployment, { colors, width }: View): readonly string[] {
  if (!changes) return [];
  if (changes.impact === null) return distance === "same" ? [] : [colors.dim("     the definition is the same")];
  const shown = changes.lines.slice(0, mostChanges);
  const lines = shown.flatMap((line, index) => [paintChange(line, colors), ...renderTexts(changes, index, colors)]);
  const rest = changes.lines.length - shown.length;
  const impact = changes.impact === "breaking" ? colors.red(changes.impact) : colors.green(changes.impact);
  return [
    ...lines.flatMap((line) => hanging(line, { start: "     ", width })),
    ...(rest > 0 ? [colors.dim(`     … and ${rest} more; \`pinion diff\` shows them all`)] : []),
    `     impact: ${impact}`,
  ];
}

/** The beginning of each function that changed: `pinion diff` shows it whole. */
function renderTexts({ texts }: ChangeSummary, line: number, colors: Colors): readonly string[] {
  return texts
    .filter((text) => text.line === line)
    .flatMap((text) => linesOf(text, mostTextLines).map((one) => `  ${paintLine(one, colors)}`));
}

/** `validate → install → check (3 smoke tests) → 20 % → judge 1 min → switch`. */
function stepsOf({ id }: PlannedDeployment, { steps }: DeploymentPlan): string {
  const own = steps.filter((step) => step.id.startsWith(`${id}.`));
  return own.map(({ brief, validation }) => `${brief}${testsOf(validation)}`).join(" → ");
}

/** How many tests a step has, by their kinds. */
function testsOf(validation: StepValidation): string {
  const kinds = { smoke_test: "smoke test", integration_test: "integration test", performance_test: "performance test" } as const;
  const counts = Object.entries(kinds).flatMap(([name, words]) => {
    const tests = validation?.validations.filter((one) => one.validation === name).length ?? 0;
    return tests === 0 ? [] : [count(tests, words)];
  });
  return counts.length === 0 ? "" : ` (${counts.join(", ")})`;
}

/** When Pinion goes back by itself, and what anybody does. */
function wayBack({ automatic, steps }: RollbackPlan): readonly (readonly string[])[] {
  if (steps.length === 0) return [];
  const until = automatic === null ? "" : `, up to ${duration(automatic.bakeMs)} after the switch,`;
  const byItself = automatic?.triggers.map((trigger) => `by itself${until} when ${trigger}`) ?? [];
  return [...byItself, ...steps.map(({ name }) => name)].map((row) => [printable(row)]);
}

function fromTo(from: string | null, to: string | null): string {
  if (from !== null && from === to) return `${to} again`;
  return `${from ?? "nothing"} → ${to ?? "nothing"}`;
}

function section(title: string, rows: readonly (readonly string[])[], { colors, width }: View, note?: string): readonly string[] {
  if (rows.length === 0) return [];
  return [
    "",
    ...hanging(`${colors.bold(title)}${note === undefined ? "" : `  ${colors.dim(note)}`}`, { start: "  ", width }),
    ...renderTable(rows, { width, indent: "    " }),
  ];
}

function paragraph(text: string, indent: string, { width }: View): readonly string[] {
  return wrap(text, width === null ? null : width - indent.length).map((line) => indent + line);
}

function riskColor(level: RiskLevel, colors: Colors): (text: string) => string {
  return { low: colors.green, medium: colors.yellow, high: colors.red }[level];
}
