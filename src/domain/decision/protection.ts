/** What of a decision protects callers: it is carried out, and recorded from the reserve, while nothing else can be recorded. */

import type { ProcessId } from "../names.ts";
import { distinct } from "../journal/remembered.ts";
import type { Command } from "../journal/commands.ts";
import type { EnvironmentState, ProcessState, Decision } from "../journal/state.ts";

/**
 * The decisions that take traffic from a bad version, go back to a good one, or freeze; nothing new when there is none among
 * them. What is left out is decided again once it can be recorded.
 */
export function protectivePart(decision: Decision, before: EnvironmentState): Decision {
  const urgent = decision.processes.filter(isProtected);
  const underWay = [...before.processes.values()].filter(isProtected);
  const carriedOut = new Set([...underWay, ...urgent].map(({ process }) => process));
  const processes = urgent.filter((row) => !isHandedOverBy(row, decision, carriedOut));
  // Where it was frozen before it stays so until the commands about it can be recorded, the older ones before the newer.
  const freeze = before.freeze ? null : (decision.freezing?.freeze ?? null);
  const names = new Set(processes.map(({ process }) => process));
  const deployments = new Set(processes.flatMap((row) => deploymentsOf(row, before)));
  const answered = new Set(before.commands.filter((command) => isAbout(command, names, freeze !== null)).map(({ id }) => id));
  const { freezing: _, hasAnswered: __, ...rest } = decision;
  return {
    ...rest,
    processes,
    forgotten: [],
    owed: owedOf(decision, (process) => names.has(process) || isUnchanged(process, decision, before)),
    deployments: decision.deployments.filter(({ id }) => deployments.has(id)),
    results: decision.results.filter(({ id }) => answered.has(id)),
    events: decision.events.filter(({ process, kind }) => (process === null ? kind !== "unfrozen" : names.has(process))),
    ...(freeze ? { freezing: { freeze } } : {}),
    isUrgent: true,
  };
}

/** Its version was rejected, or a good one takes its place. */
function isProtected({ rollout }: ProcessState): boolean {
  return rollout !== null && (rollout.state.kind === "rejected" || rollout.kind === "rollback");
}

/** Its paths change owner together with a process that must wait for the disk: it would take them while that one still serves them. */
function isHandedOverBy({ process, rollout }: ProcessState, { owed }: Decision, carriedOut: ReadonlySet<ProcessId>): boolean {
  if (rollout?.state.kind === "rejected") return false;
  const partners = (owed.get(process) ?? []).flatMap((action) => (action.kind === "ensure-weights" ? (action.with ?? []) : []));
  return partners.some((partner) => !carriedOut.has(partner));
}

/** What these processes owe, each action once, as the journal has it. */
function owedOf({ owed }: Decision, isOne: (process: ProcessId) => boolean): Decision["owed"] {
  return new Map([...owed].filter(([process]) => isOne(process)).map(([process, actions]) => [process, distinct(actions)]));
}

/** What is asked of the world for it may be more by now, although nothing else is said of it. */
function isUnchanged(process: ProcessId, { processes, forgotten }: Decision, before: EnvironmentState): boolean {
  const row = before.processes.get(process);
  const isDecided = processes.some((one) => one.process === process) || forgotten.includes(process);
  return row !== undefined && isProtected(row) && !isDecided;
}

/** The one under way, and the one that it ends. */
function deploymentsOf({ process, rollout }: ProcessState, before: EnvironmentState): readonly string[] {
  const ended = before.processes.get(process)?.rollout?.deployment;
  return [rollout?.deployment, ended].filter((id) => id !== undefined);
}

function isAbout({ spec }: Command, processes: ReadonlySet<ProcessId>, isFrozen: boolean): boolean {
  return "process" in spec ? processes.has(spec.process) : isFrozen;
}

/** Two decisions, one after the other, as one. */
export function joinDecisions(first: Decision, second: Decision): Decision {
  const rows = new Map([...first.processes, ...second.processes].map((row) => [row.process, row]));
  for (const process of second.forgotten) rows.delete(process);
  const freezing = second.freezing ?? first.freezing;
  const { isUrgent: _, ...rest } = second;
  return {
    ...rest,
    processes: [...rows.values()],
    forgotten: [...first.forgotten, ...second.forgotten].filter((process) => !rows.has(process)),
    owed: new Map([...first.owed, ...second.owed]),
    deployments: [...first.deployments, ...second.deployments],
    results: [...first.results, ...second.results],
    events: [...first.events, ...second.events],
    ...(freezing ? { freezing } : {}),
    ...(first.hasAnswered ? { hasAnswered: true as const } : {}),
  };
}
