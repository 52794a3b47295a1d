/** Deployments as text: a table of many, or the timeline of one. */

import type { HistoryPage } from "../../../api/history-pages.ts";
import type { Deployment } from "../../../domain/journal/state.ts";
import type { DeploymentPhase } from "../../../domain/journal/status.ts";
import { renderTable } from "../terminal/table.ts";
import { type Colors, hanging, visibleLength, wrap } from "../terminal/terminal.ts";
import { clockTime, duration, relativeTime } from "../terminal/time.ts";
import { fitted } from "./rollout.ts";
import { renderOpenedPlan } from "./opened-plan.ts";
import { renderRecorded } from "./recorded-changes.ts";
import type { View } from "./view.ts";
import { printable } from "../../../domain/safe-text.ts";

const titles = ["WHEN", "ENVIRONMENT", "PROCESS", "FROM → TO", "HOW", "OUTCOME", "TOOK", "ID", "REASON"];

/** Lines of `pinion history`. */
export function renderHistory(deployments: readonly Deployment[], view: View): readonly string[] {
  if (deployments.length === 0) return ["no deployments"];
  const rows = deployments.map((deployment) => rowOf(deployment, view));
  const [head = "", ...lines] = renderTable(rows, { width: view.width, indent: "", head: titles });
  const fits = view.width === null || visibleLength(head) + leastReason <= view.width;
  return fits ? [view.colors.dim(head), ...lines] : deployments.flatMap((deployment) => cardOf(deployment, view));
}

/** How many there are beside those that are shown, and how they are asked for. */
export function renderRest({ deployments, total, next }: Pick<HistoryPage, "deployments" | "total" | "next">): readonly string[] {
  return next === null ? [] : ["", `${deployments.length} of ${total} deployments; the older ones with`, `  --cursor ${printable(next)}`];
}

/** Columns without which a reason is hard to read. */
const leastReason = 24;

/** A few lines for one of them, where the terminal is too narrow for a table. */
function cardOf(deployment: Deployment, view: View): readonly string[] {
  const { colors, now, width } = view;
  const { id, environment, process, phase, reason, trigger, startedAt } = deployment;
  const rejected = trigger === null ? "" : ` (${printable(trigger)})`;
  const what = `${colors.bold(`${printable(environment)}/${printable(process)}`)}  ${fromTo(deployment)}`;
  const took = deployment.endedAt === null ? "running" : `took ${tookOf(deployment)}`;
  return [
    ...fitted(`${what}  ${phaseColor(phase, colors)(phase)}${rejected}`, "", view),
    ...fitted(`${relativeTime(startedAt, now)}  ${howOf(deployment)}  ${took}  ${colors.dim(printable(id))}`, "  ", view),
    ...wrap(printable(reason.text), width === null ? null : width - 2).map((line) => `  ${line}`),
  ];
}

function rowOf(deployment: Deployment, { colors, now }: View): readonly string[] {
  const { id, environment, process, phase, reason, trigger, startedAt } = deployment;
  return [
    relativeTime(startedAt, now),
    printable(environment),
    printable(process),
    fromTo(deployment),
    howOf(deployment),
    `${phaseColor(phase, colors)(phase)}${trigger === null ? "" : ` (${printable(trigger)})`}`,
    tookOf(deployment),
    printable(id),
    printable(reason.text),
  ];
}

function fromTo({ from, version }: Deployment): string {
  return `${from ?? "nothing"} → ${version ?? "nothing"}`;
}

/** What kind of deployment it is, and by which strategy where that says more. */
function howOf({ kind, strategy }: Deployment): string {
  return kind === strategy ? kind : `${kind}, ${printable(strategy)}`;
}

function tookOf({ startedAt, endedAt }: Deployment): string {
  return endedAt === null ? "running" : duration(endedAt - startedAt);
}

function phaseColor(phase: DeploymentPhase, colors: Colors): (text: string) => string {
  if (phase === "Succeeded") return colors.green;
  return phase === "Failed" || phase === "RolledBack" ? colors.red : colors.yellow;
}

/** Lines of `pinion history --id`. */
export function renderDeployment(deployment: Deployment, view: View): readonly string[] {
  const { colors, width } = view;
  const { id, environment, process, phase, reason, trigger, commit, startedAt, steps, validations } = deployment;
  const facts = [
    ["when", `${clockTime(startedAt)}, took ${tookOf(deployment)}`],
    ["how", howOf(deployment)],
    ["commit", commit],
    ["outcome", `${phase}: ${printable(reason.text)}`],
    ...(trigger === null ? [] : [["trigger", printable(trigger)]]),
    ["id", printable(id)],
  ];
  return [
    ...hanging(
      `${colors.bold(printable(process))} in ${colors.bold(printable(environment))}: ${fromTo(deployment)}  ${phaseColor(phase, colors)(phase)}`,
      { start: "", width },
    ),
    ...renderTable(facts, { width, indent: "  " }),
    "",
    colors.bold("steps"),
    ...renderTable(
      steps.map(({ at, state, why }) => [`+${duration(at - startedAt)}`, printable(state), printable(why)]),
      { width, indent: "  " },
    ),
    ...(validations.length === 0 ? [] : ["", colors.bold("validations"), ...renderValidations(deployment, { colors, width })]),
    ...renderOpenedPlan(deployment, view),
    ...renderRecorded(deployment.changes, deployment.handEdits, view),
  ];
}

function renderValidations({ validations }: Deployment, { colors, width }: Pick<View, "colors" | "width">): readonly string[] {
  const mark = { passed: colors.green("passed"), failed: colors.red("failed"), unknown: colors.yellow("unknown") };
  const rows = validations.map(({ phase, scope, validation, subject, result, detail, durationMs }) => {
    const what = subject === "" ? validation : `${validation} "${printable(subject)}"`;
    const when = scope === "" ? phase : `${phase}, ${printable(scope)}`;
    return [mark[result], when, what, duration(durationMs), printable(detail)];
  });
  return renderTable(rows, { width, indent: "  " });
}
