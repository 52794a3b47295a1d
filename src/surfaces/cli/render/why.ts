/** Why a process is as it is: its state, every gate, what comes next, and what would change it. */

import type { GateEvaluation, NextStepView, ProcessEvaluation } from "../../../domain/status/evaluation.ts";
import { printable } from "../../../domain/safe-text.ts";
import { renderTable } from "../terminal/table.ts";
import { wrap } from "../terminal/terminal.ts";
import { relativeTime, roughly } from "../terminal/time.ts";
import { healthColor, syncColor } from "./processes.ts";
import { fitted } from "./rollout.ts";
import type { View } from "./view.ts";

const indent = "  ";

export function renderEvaluation(evaluation: ProcessEvaluation, view: View): readonly string[] {
  const { colors } = view;
  return [
    ...renderState(evaluation, view),
    "",
    colors.bold("Gates, in their order"),
    ...renderTable(
      evaluation.gates.flatMap((gate) => rowsOf(gate, view)),
      { width: view.width, indent },
    ),
    "",
    colors.bold("Next"),
    ...renderNext(evaluation, view),
    "",
    colors.bold("What would change it"),
    ...evaluation.changedBy.flatMap((text) => indented(text, view)),
    "",
    ...wrap(describeAge(evaluation), view.width).map((line) => colors.dim(line)),
  ];
}

function renderState(evaluation: ProcessEvaluation, view: View): readonly string[] {
  const { environment, process, pinned, serving, sync, health, phase, since, strategy, reason } = evaluation;
  const { colors, now } = view;
  const states = [syncColor(sync, colors)(sync), healthColor(health, colors)(health), `${phase ?? "-"} ${relativeTime(since, now)}`];
  const facts = [
    pinned === null ? "not pinned" : `pinned ${printable(pinned)}`,
    serving === null ? "nothing has traffic" : `runs ${printable(serving)}`,
    ...(strategy === null ? [] : [printable(strategy)]),
  ];
  return [
    ...fitted([colors.bold(printable(`${environment}/${process}`)), ...states].join("  "), "", view),
    ...fitted(facts.join("  "), indent, view),
    ...indented(reason.text, view),
  ];
}

/** The gate, its answer, and where it is blocked what lifts it. */
function rowsOf({ gate, verdict, text, until, liftedBy }: GateEvaluation, { colors, now }: View): readonly (readonly string[])[] {
  const mark = verdict === "open" ? colors.green("✓") : colors.red("✗");
  const more = [
    ...(until === null ? [] : [`opens ${relativeTime(until, now)}`]),
    ...(liftedBy === null ? [] : [`lifted by: ${printable(liftedBy)}`]),
  ];
  return [[mark, gate, printable(text)], ...more.map((line) => ["", "", colors.yellow(line)])];
}

function renderNext({ next }: ProcessEvaluation, view: View): readonly string[] {
  return next === null ? indented("nothing is to be done", view) : indented(`${next.text}; ${describeTimes(next, view)}`, view);
}

function describeTimes({ due, deadline }: NextStepView, { now }: View): string {
  const when = due === null ? "as soon as that is done" : due <= now ? "due now" : `due in ${roughly(due - now)} at the earliest`;
  if (deadline === null) return when;
  return deadline > now ? `${when}; fails in ${roughly(deadline - now)} unless done` : `${when}; out of time`;
}

function describeAge({ observedAt, now }: ProcessEvaluation): string {
  if (observedAt === null) return "Engine and gateway have not been asked yet.";
  return `Engine and gateway were last asked ${relativeTime(observedAt, now)}.`;
}

function indented(text: string, { width }: View): readonly string[] {
  return wrap(printable(text), width === null ? null : width - indent.length).map((line) => `${indent}${line}`);
}
