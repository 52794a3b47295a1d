/**
 * A version that fails while a process that it calls is being rolled back may be as good as any: it is tried again, once, when that
 * process is healthy again.
 */

import type { Case, Pass } from "../journal/case.ts";
import type { Desired } from "../desired/resolve.ts";
import { requiredProcesses } from "../desired/dependency-graph.ts";
import { inconclusive } from "../strategies/inconclusive.ts";
import type { Instant, ProcessId } from "../names.ts";
import { findQuarantined, pinnedDefinition } from "./quarantine.ts";
import type { Revert, RevertRequest } from "../journal/revert.ts";
import type { Rollout } from "../journal/rollout.ts";
import { isTakenBackNow } from "./policy.ts";
import { type Observation, servingUnit } from "../observed/observation.ts";
import type { ProcessState } from "../journal/state.ts";

/** The rollout, with whom it awaits if it is rejected while somebody that it calls goes back. */
export function notingByCatch(one: Case, rollout: Rollout): Rollout {
  const awaits = rollout.awaits ?? whoWasGoingBack(one, rollout);
  return awaits === null || awaits === rollout.awaits ? rollout : { ...rollout, awaits };
}

/** A person wanted it, or there was no verdict: its dependencies are not the cause. */
const deliberate: ReadonlySet<string> = new Set(["abort", "emergency", "quarantine", "handed-back", inconclusive]);

/** It was, before anybody knew of its dependency. */
function isFailed(before: ProcessState, desired: Desired): boolean {
  const definition = pinnedDefinition(desired);
  return before.revert !== null || (definition !== null && findQuarantined(before, definition) !== null);
}

/** The process that it calls and that was being rolled back while it failed; null: none, or it had its second try. */
function whoWasGoingBack({ before, desired, pass }: Case, rollout: Rollout): ProcessId | null {
  const { startedAt } = rollout;
  if (desired?.kind !== "run" || !mayBeByCatch(before, desired, rollout)) return null;
  const called = whomItCalls({ desired }, rollout);
  return called.find((name) => isGoingBack(pass.state.processes.get(name), startedAt, pass.observation)) ?? null;
}

/** Which processes may be at fault: those that it needs; none, if it has had its second try. */
export function whomItCalls({ desired }: Pick<Case, "desired">, { kind, isSecondTry, state }: Rollout): readonly ProcessId[] {
  if (kind !== "deploy" || isSecondTry || desired?.kind !== "run") return [];
  if (state.kind !== "rejected" || deliberate.has(state.trigger)) return [];
  return requiredProcesses(desired.summary.dependencies).map(({ name }) => name);
}

function mayBeByCatch(before: ProcessState, desired: Desired, { state }: Rollout): boolean {
  return state.kind === "rejected" && (!state.hadTraffic || !isFailed(before, desired));
}

/** Now, or since then; what its metrics take back just now will. */
export function isGoingBack(process: ProcessState | undefined, since: Instant, observation: Observation): boolean {
  if (!process) return false;
  const { rollout, revert, rolledBackAt } = process;
  const isSince = rolledBackAt !== null && rolledBackAt >= since;
  return isBeingReverted(revert) || isSince || (rollout !== null && isTakenBack(rollout, process, observation));
}

/** A proposal may wait for days until a person merges it, and no person has accepted it yet. */
function isBeingReverted(revert: Revert | null): boolean {
  return revert !== null && revert.request.mode === "push" && revert.outcome?.kind !== "proposed";
}

function isTakenBack(rollout: Rollout, process: ProcessState, observation: Observation): boolean {
  const { kind, state } = rollout;
  return kind === "rollback" || (state.kind === "rejected" && state.hadTraffic) || isTakenBackNow(rollout, process, observation);
}

interface Innocence {
  readonly awaits: ProcessId;
  /** When Pinion rolled it back before that. */
  readonly rolledBackAt: Instant | null;
}

/** As if it had not been rejected: its revert and its quarantine are void, and it is tried again when what it awaits is healthy. */
export function forgetting(before: ProcessState, { id }: RevertRequest, { awaits, rolledBackAt }: Innocence): ProcessState {
  const { rollout, refused, quarantined } = before;
  return {
    ...before,
    revert: null,
    quarantined: quarantined.filter(({ rollbackId }) => rollbackId !== id),
    rolledBackAt,
    rollout: rollout && { ...rollout, awaits },
    refused: refused && { ...refused, awaits },
  };
}

/** Whether what it awaited has all the traffic as pinned, and nothing is under way there. */
export function isHealthyAgain(process: ProcessId, { state, observation }: Pass): boolean {
  const known = state.processes.get(process);
  const desired = observation.desired?.processes.get(process);
  if (!known || desired?.kind !== "run" || observation.routes.kind === "unknown") return false;
  const isServing = servingUnit(observation.routes.value.get(process) ?? null)?.digest === desired.unit.digest;
  return isServing && isCalm(known);
}

function isCalm({ rollout, revert, status }: ProcessState): boolean {
  return rollout === null && revert === null && status?.sync === "Synced" && status.health === "Healthy";
}
