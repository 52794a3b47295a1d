/** A rollout as a story: one line for each step, and for each verdict with the figures that it rests on. */

import type { ProcessView } from "../api/views.ts";
import type { Progress } from "../domain/journal/progress.ts";
import { describeStep, describeValue } from "../surfaces/cli/render/rollout.ts";
import type { Figure } from "../domain/analysis/figures.ts";
import { printable } from "../domain/safe-text.ts";

/** Lines for what is new since it was asked last. */
export type ProgressTale = (view: Pick<ProcessView, "progress">) => readonly string[];

export function createProgressTale(): ProgressTale {
  let before = "";
  return ({ progress }) => {
    if (!progress) return [];
    const key = chapterOf(progress);
    if (key === before) return [];
    before = key;
    return [`${describeWeight(progress)}  ${describeStep(progress)}: ${describeJudgement(progress)}`];
  };
}

/** What is the same is told once: a share of the traffic with its verdict; without traffic only whether it is to come or was taken back. */
function chapterOf({ weight, verdict, state }: Progress): string {
  return weight === 0 ? String(state === "rejected") : `${weight} ${verdict.kind}`;
}

const barSize = 10;

/** `██░░░░░░░░  20 % on 2.2.0`. */
export function describeWeight({ weight, version }: Progress): string {
  const full = Math.round((weight / 100) * barSize);
  return `${"█".repeat(full)}${"░".repeat(barSize - full)} ${String(weight).padStart(3)} % on ${version ?? "nothing"}`;
}

/** `healthy: error_rate 0 % of 43 (<= 10 %)`. Without traffic there is nothing to judge, only what it does. */
export function describeJudgement({ weight, verdict, figures, why }: Progress): string {
  if (weight === 0) return printable(why);
  if (verdict.kind !== "healthy") return `${verdict.kind}, ${printable(verdict.why)}`;
  const known = figures.filter(({ candidate }) => candidate !== null).map(describeFigure);
  return known.length === 0 ? "healthy" : `healthy: ${known.join(", ")}`;
}

function describeFigure({ name, candidate, unit, requests, limit }: Figure): string {
  const counted = requests === null ? "" : ` of ${requests}`;
  return `${printable(name)} ${describeValue(candidate, unit)}${counted} (${printable(limit)})`;
}
