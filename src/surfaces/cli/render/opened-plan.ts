/** What was foreseen of a deployment when it was opened, as text. */

import type { RollbackPlan, RolloutPlan } from "../../../domain/journal/rollout-plan.ts";
import type { Deployment } from "../../../domain/journal/state.ts";
import { printable } from "../../../domain/safe-text.ts";
import { renderTable } from "../terminal/table.ts";
import { hanging } from "../terminal/terminal.ts";
import { duration } from "../terminal/time.ts";
import type { View } from "./view.ts";

/** Lines of `pinion history --id`; none where no plan was kept. */
export function renderOpenedPlan({ deploymentPlan, rollbackPlan }: Pick<Deployment, "deploymentPlan" | "rollbackPlan">, view: View) {
  return deploymentPlan === null ? [] : [...renderSteps(deploymentPlan, view), ...renderWayBack(rollbackPlan, view)];
}

function renderSteps({ steps, estimatedDuration, riskAssessment, leftOut }: RolloutPlan, { colors, width }: View): readonly string[] {
  const { level, reasons } = riskAssessment;
  const why = reasons.length === 0 ? "" : `: ${reasons.map(({ reason }) => printable(reason)).join("; ")}`;
  return [
    "",
    `${colors.bold("planned")}  ${colors.dim(`about ${duration(estimatedDuration)}`)}`,
    ...renderTable(
      steps.map((step, index) => [`${index + 1}.`, printable(step.name), duration(step.estimatedDuration)]),
      { width, indent: "  " },
    ),
    ...(leftOut === 0 ? [] : [`  … and ${leftOut} more`]),
    ...hanging(`risk ${level}${why}`, { start: "  ", width }),
  ];
}

function renderWayBack(plan: RollbackPlan | null, { colors, width }: View): readonly string[] {
  const steps = plan?.steps ?? [];
  if (steps.length === 0) return [];
  return ["", colors.bold("rollback"), ...steps.flatMap(({ name }) => hanging(printable(name), { start: "  ", width }))];
}
