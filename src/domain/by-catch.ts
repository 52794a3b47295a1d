/**
 * A version that fails while a process that it calls is being rolled back may be as good as any: it is tried again, once, when that
 * process is healthy again.
 */

import type { Case, Pass } from "./decision.ts";
import type { Instant, ProcessId } from "./names.ts";
import type { Rollout } from "./rollout.ts";
import { servingUnit } from "./seen.ts";
import type { ProcessState, Refusal } from "./state.ts";

/** The rollout, with whom it awaits if it is rejected while somebody that it calls goes back. */
export function notingByCatch(one: Case, rollout: Rollout): Rollout {
  const awaits = rollout.awaits ?? whoWasGoingBack(one, rollout);
  return awaits === null || awaits === rollout.awaits ? rollout : { ...rollout, awaits };
}

/** The process that it calls and that was being rolled back while it failed; null: none, or it had its second try. */
function whoWasGoingBack({ desired, pass }: Case, rollout: Rollout): ProcessId | null {
  const { kind, state, isSecondTry, startedAt } = rollout;
  if (kind !== "deploy" || isSecondTry || desired?.kind !== "run") return null;
  if (state.kind !== "rejected" || state.hadTraffic || state.trigger === "abort") return null;
  const needs = desired.summary.dependencies.filter(({ type, required }) => type === "workflow" && required);
  return needs.find(({ name }) => isGoingBack(pass.state.processes.get(name), startedAt))?.name ?? null;
}

/** Now, or since then. */
function isGoingBack(process: ProcessState | undefined, since: Instant): boolean {
  if (!process) return false;
  const { rollout, revert, rolledBackAt } = process;
  const isRejected = rollout?.state.kind === "rejected" && rollout.state.hadTraffic;
  return isRejected || rollout?.kind === "rollback" || revert !== null || (rolledBackAt !== null && rolledBackAt >= since);
}

/** Whether what it awaited has all the traffic as pinned, and nothing is under way there. */
export function isHealthyAgain(process: ProcessId, { state, seen }: Pass): boolean {
  const known = state.processes.get(process);
  const desired = seen.desired?.processes.get(process);
  if (!known || desired?.kind !== "run" || seen.routes.kind === "unknown") return false;
  const isServing = servingUnit(seen.routes.value.get(process) ?? null)?.digest === desired.unit.digest;
  return isServing && isCalm(known);
}

function isCalm({ rollout, revert, status }: ProcessState): boolean {
  return rollout === null && revert === null && status?.sync === "Synced" && status.health === "Healthy";
}

/** Why it is not deployed, and what changes that. */
export function describeRefusal({ why, awaits, unit }: Refusal, environment: string): string {
  return awaits === undefined
    ? `${why}; \`pinion retry ${environment}/${unit.process}\` tries it again`
    : `${why}; ${awaits}, which it calls, was being rolled back just then: it is tried again once when that is healthy`;
}
