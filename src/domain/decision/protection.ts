/** What of a decision protects callers: it is carried out, and recorded from the reserve, while nothing else can be recorded. */

import type { ProcessId } from "../names.ts";
import type { Order } from "../journal/commands.ts";
import type { EnvironmentState, ProcessState, Step } from "../journal/state.ts";

/**
 * The decisions that take traffic from a bad version, go back to a good one, or stop the line; nothing new when there is none among
 * them. What is left out is decided again once it can be recorded.
 */
export function protectivePart(step: Step, before: EnvironmentState): Step {
  const processes = step.processes.filter(isProtected);
  // Where it was frozen before it stays so until the orders about it can be recorded, the older ones before the newer.
  const freeze = before.freeze ? null : (step.line?.freeze ?? null);
  const names = new Set(processes.map(({ process }) => process));
  const deployments = new Set(processes.flatMap((row) => deploymentsOf(row, before)));
  const answered = new Set(before.orders.filter((order) => isAbout(order, names, freeze !== null)).map(({ id }) => id));
  const { line: _, hasAnswered: __, ...rest } = step;
  return {
    ...rest,
    processes,
    forgotten: [],
    owed: new Map([...step.owed].filter(([process]) => names.has(process))),
    deployments: step.deployments.filter(({ id }) => deployments.has(id)),
    answers: step.answers.filter(({ id }) => answered.has(id)),
    events: step.events.filter(({ process, kind }) => (process === null ? kind !== "unfrozen" : names.has(process))),
    ...(freeze ? { line: { freeze } } : {}),
    isUrgent: true,
  };
}

/** Its version was rejected, or a good one takes its place. */
function isProtected({ rollout }: ProcessState): boolean {
  return rollout !== null && (rollout.state.kind === "rejected" || rollout.kind === "rollback");
}

/** The one under way, and the one that it ends. */
function deploymentsOf({ process, rollout }: ProcessState, before: EnvironmentState): readonly string[] {
  const ended = before.processes.get(process)?.rollout?.deployment;
  return [rollout?.deployment, ended].filter((id) => id !== undefined);
}

function isAbout({ wish }: Order, processes: ReadonlySet<ProcessId>, isFrozen: boolean): boolean {
  return "process" in wish ? processes.has(wish.process) : isFrozen;
}

/** Two decisions, one after the other, as one. */
export function joinSteps(first: Step, second: Step): Step {
  const rows = new Map([...first.processes, ...second.processes].map((row) => [row.process, row]));
  for (const process of second.forgotten) rows.delete(process);
  const line = second.line ?? first.line;
  const { isUrgent: _, ...rest } = second;
  return {
    ...rest,
    processes: [...rows.values()],
    forgotten: [...first.forgotten, ...second.forgotten].filter((process) => !rows.has(process)),
    owed: new Map([...first.owed, ...second.owed]),
    deployments: [...first.deployments, ...second.deployments],
    answers: [...first.answers, ...second.answers],
    events: [...first.events, ...second.events],
    ...(line ? { line } : {}),
    ...(first.hasAnswered ? { hasAnswered: true as const } : {}),
  };
}
