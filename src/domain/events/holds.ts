/** Events about processes that do not run what is pinned, and why: held back by a gate, refused, waiting for people, or edited by hand. */

import type { PinionEvent } from "../journal/events.ts";
import type { Version } from "../names.ts";
import { signature } from "../journal/commands.ts";
import { type ReasonCode, reasonCatalogue } from "../journal/reason.ts";
import type { Rollout } from "../journal/rollout.ts";
import type { ProcessState } from "../journal/state.ts";
import type { DeploymentPhase, ProcessStatus } from "../journal/status.ts";
import { isWaitingForPerson } from "../strategies/traits.ts";
import { eventOf, type EventContext } from "./decision-events.ts";

/** What keeps a process from being what is pinned. */
interface Hold {
  readonly kind: "held" | "drift";
  readonly code: ReasonCode;
  readonly why: string;
  /** Equal for what is the same hold in other words. */
  readonly key: string;
}

/** Once for every reason, not for every pass that finds it again; a deployment that has just failed has said so itself. */
export function holdEvents(context: EventContext): readonly PinionEvent[] {
  const failed = new Set(context.decision.deployments.flatMap(({ id, phase }) => (hasFailed(phase) ? [id] : [])));
  return context.decision.processes.flatMap((row) => {
    const hold = holdOf(row);
    const before = context.before.processes.get(row.process) ?? null;
    if (!hold || failed.has(before?.rollout?.deployment ?? "") || hold.key === keyBefore(before)) return [];
    return [
      eventOf(context.decision, `${context.decision.environment}.${row.process}`, {
        kind: hold.kind,
        code: hold.code,
        why: hold.why,
        ...subjectOf(row),
      }),
    ];
  });
}

function hasFailed(phase: DeploymentPhase): boolean {
  return phase === "Failed" || phase === "RolledBack" || phase === "Aborted";
}

function keyBefore(before: ProcessState | null): string | null {
  return (before && holdOf(before)?.key) ?? null;
}

function subjectOf({ process, rollout, status }: ProcessState) {
  if (!rollout) return { process, version: status?.desired ?? null, from: servingVersion(status) };
  const { deployment, commit, candidate, stable } = rollout;
  return { process, deployment, commit, version: candidate?.version ?? null, from: stable?.version ?? null };
}

function holdOf(row: ProcessState): Hold | null {
  if (!row.rollout) return row.status && holdOfStatus(row.status, row);
  return holdOfRollout(row.rollout) ?? undecided(row.rollout, row.status);
}

/** Only people can let it go on. */
function holdOfRollout(rollout: Rollout): Hold | null {
  const { deployment, paused, state } = rollout;
  if (paused) return { kind: "held", code: "Paused", why: `paused by ${signature(paused)}`, key: `${deployment} paused ${paused.at}` };
  if (state.kind !== "shifting" || !isWaitingForPerson(rollout)) return null;
  const why = `waits at ${state.weight} % until a person promotes it`;
  return { kind: "held", code: "AwaitsPromotion", why, key: `${deployment} waits ${state.step}` };
}

/** Found bad, and yet not taken back, since the policy leaves that to people; or others wait for it as it does for them. */
function undecided({ deployment }: Rollout, status: ProcessStatus | null): Hold | null {
  if (status === null || !areForPeople.has(status.reason.code)) return null;
  const { code, text } = status.reason;
  return { kind: "held", code, why: text, key: `${deployment} ${code}` };
}

const areForPeople: ReadonlySet<ReasonCode> = new Set(["PersonMustDecide", "Deadlocked"]);

function holdOfStatus(status: ProcessStatus, row: ProcessState): Hold | null {
  const { code, text, about = "" } = status.reason;
  const { event: kind } = reasonCatalogue[code];
  const isNews = status.sync === "OutOfSync" || code === "KillsEngine";
  if (!isNews || kind === null || isBeingReverted(row)) return null;
  return { kind, code, why: text, key: `${kind} ${status.desired ?? ""} ${code} ${about}` };
}

/** A version that was rolled back stays pinned until git has the revert; the event for that is the rollback. */
function isBeingReverted({ revert, status }: ProcessState): boolean {
  return revert !== null && revert.request.from === status?.desired;
}

function servingVersion(status: ProcessStatus | null): Version | null {
  return status?.actual.find(({ weight }) => weight > 0)?.version ?? null;
}
