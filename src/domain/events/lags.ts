/** Told about reverts that git does not have yet: the first time one could not be written, and when it waits for people to merge it. */

import type { PinionEvent } from "../journal/events.ts";
import type { ProcessId } from "../names.ts";
import type { Revert } from "../journal/revert.ts";
import { rowsBeingReverted } from "../journal/rows.ts";
import type { Stuck } from "../journal/rollout.ts";
import type { EnvironmentState, ProcessState, Decision } from "../journal/state.ts";
import { eventOf, type EventContext } from "./decision-events.ts";

/** The rows of the step, with those added or changed for which it is to be told now that git lags. */
export function noteLags(before: EnvironmentState, decision: Omit<Decision, "events">): readonly ProcessState[] {
  const refusals = refusedReverts(before);
  const gone = new Set(decision.forgotten);
  const rows = decision.processes.map((row) => noted(row, refusals));
  const known = new Set(rows.map(({ process }) => process));
  const others: ProcessState[] = [];
  for (const row of rowsBeingReverted(before.processes)) {
    if (known.has(row.process) || gone.has(row.process)) continue;
    const next = noted(row, refusals);
    if (next !== row) others.push(next);
  }
  return others.length === 0 ? rows : [...rows, ...others];
}

/** Git lags behind what runs. */
export function lagEvents({ before, decision, after }: EventContext): readonly PinionEvent[] {
  const refusals = refusedReverts(before);
  return [...after.values()].flatMap(({ process, revert }) => {
    if (!revert?.told || revert.told === wasNotifiedBefore(before, process, revert)) return [];
    const { from, to, deployment, trigger } = revert.request;
    const commit = revert.outcome?.kind === "proposed" ? revert.outcome.commit : null;
    const why = whyItLags(revert, refusals.get(revert.request.id));
    return [eventOf(decision, revert.request.id, { kind: "git-lags", why, process, deployment, version: from, from: to, commit, trigger })];
  });
}

function noted(row: ProcessState, refusals: ReadonlyMap<string, Stuck>): ProcessState {
  const { revert } = row;
  if (!revert) return row;
  const told = lagOf(revert, refusals);
  return told === null || told === revert.told ? row : { ...row, revert: { ...revert, told } };
}

function lagOf(revert: Revert, refusals: ReadonlyMap<string, Stuck>): "owed" | "proposed" | null {
  if (revert.outcome?.kind === "proposed") return "proposed";
  return revert.outcome === null && refusals.has(revert.request.id) ? "owed" : null;
}

function wasNotifiedBefore(before: EnvironmentState, process: ProcessId, { request }: Revert): Revert["told"] | null {
  const known = before.processes.get(process)?.revert;
  return known && known.request.id === request.id ? known.told : null;
}

function refusedReverts(before: EnvironmentState): ReadonlyMap<string, Stuck> {
  const found = new Map<string, Stuck>();
  for (const { action, stuck } of before.owed) if (action.kind === "ensure-reverted" && stuck) found.set(action.request.id, stuck);
  return found;
}

function whyItLags({ request, outcome }: Revert, refusal: Stuck | undefined): string {
  if (request.mode === "propose" && outcome?.kind === "proposed")
    return `${request.by?.name ?? "Pinion"} proposes to go back from ${request.from} to ${request.to}: merge the branch ${outcome.branch} to approve it`;
  const what = `${request.to} runs, and git still pins ${request.from}`;
  if (outcome?.kind === "proposed") return `${what}: merge the branch ${outcome.branch} (${outcome.why})`;
  return refusal ? `${what}: ${refusal.detail}` : what;
}
