/** Going back because a person wants to: by a commit in their name, through the controller's own rollback. */

import { randomUUID } from "node:crypto";
import type { Overview, ProcessView } from "../api/views.ts";
import { PinionError } from "../domain/errors.ts";
import type { RevertOutcome } from "../domain/journal/revert.ts";
import { until } from "./asking.ts";
import type { Deployment } from "./deployment.ts";
import type { CommandedBy, Pinion } from "./pinion.ts";
import { formatVersion, type SemanticVersion } from "./semantic-version.ts";

/** What became of a rollback. */
export type RollbackResult =
  /** All the traffic is on the version that was gone back to. */
  | {
      readonly status: "success";
      readonly from: string | null;
      readonly to: string | null;
      /** Null: it needed none. */
      readonly commit: string | null;
      /** The rollback as a deployment; null: what was going on was only stopped. */
      readonly deployment: Deployment | null;
    }
  /** It is proposed on a branch, for somebody to merge; `approvalId` is the branch. */
  | { readonly status: "pending_approval"; readonly approvalId: string; readonly reason: string }
  | { readonly status: "failed"; readonly errors: readonly string[]; readonly deployment: Deployment | null };

/** How long a rollback is waited for. */
export interface RollbackOptions {
  /** Milliseconds; five minutes when not said. It goes on when nobody waits any more. */
  readonly timeoutMs?: number;
}

const defaultTimeoutMs = 300_000;

/**
 * Takes a process back to a version that was good there before.
 * @example
 * const result = await new ManualRollback(pinion).rollbackToVersion(deployment, "1.4.2", "totals are wrong", "Ann <ann@example.com>");
 */
export class ManualRollback {
  readonly #pinion: Pinion;
  readonly #timeoutMs: number;

  constructor(pinion: Pinion, { timeoutMs = defaultTimeoutMs }: RollbackOptions = {}) {
    this.#pinion = pinion;
    this.#timeoutMs = timeoutMs;
  }

  /**
   * Resolves once it is done, or waits for approval, or cannot be done any more. @throws `command/refused` with the reason, such
   * as a version that was never good there; `usage/invalid` when the deployment is not what is pinned any more.
   */
  async rollbackToVersion(
    deployment: Deployment,
    targetVersion: SemanticVersion | string,
    reason: string,
    userId: string,
  ): Promise<RollbackResult> {
    return rollBackTo(this.#pinion, deployment, formatVersion(targetVersion), { reason, userId, timeoutMs: this.#timeoutMs });
  }
}

/** @throws as `ManualRollback.rollbackToVersion`. */
export async function rollBackTo(
  pinion: Pinion,
  deployment: Deployment,
  to: string,
  { timeoutMs = defaultTimeoutMs, ...ordered }: CommandedBy & RollbackOptions,
): Promise<RollbackResult> {
  const { environment, processId: process, version: from } = deployment;
  const { view } = await viewOf(pinion, deployment);
  if (view.desired !== from && view.desired !== to)
    throw new PinionError("usage/invalid", `${deployment.id} is not what is pinned any more: ${view.desired ?? "nothing"} is`);
  const since = pinion.clock.now();
  const id = randomUUID();
  if (view.desired !== to) await pinion.command({ ...ordered, id, environment, spec: { kind: "rollback", process, to } });
  const sought: Sought = { deployment, to, since, revertId: `order.${id}`, commit: { known: null } };
  const result = await until({ clock: pinion.clock, timeoutMs }, () => lookAt(pinion, sought));
  return result ?? late(pinion, deployment, to);
}

interface Sought {
  readonly deployment: Deployment;
  readonly to: string;
  readonly since: number;
  readonly revertId: string;
  /** Seen as long as git lags. */
  readonly commit: { known: string | null };
}

/** Null: it is on its way. */
async function lookAt(pinion: Pinion, sought: Sought): Promise<RollbackResult | null> {
  const { view, repository } = await viewOf(pinion, sought.deployment);
  const known = whatCameOf(view, sought);
  if (known) return known;
  const rollback = await findRollback(pinion, sought);
  if (rollback?.endedAt && rollback.status !== "Succeeded") return { status: "failed", errors: [rollback.reason], deployment: rollback };
  if (!isServing(view, sought.to)) return null;
  const { version: from } = sought.deployment;
  return { status: "success", from, to: sought.to, commit: sought.commit.known ?? repository.commit, deployment: rollback };
}

/** Null: it is written or owed, or git does not lag any more. */
function whatCameOf({ revert, desired }: ProcessView, { revertId, to, commit, deployment }: Sought): RollbackResult | null {
  const outcome: RevertOutcome | null = revert?.request.id === revertId ? revert.outcome : null;
  if (outcome === null || desired === to) return null;
  if (outcome.kind === "proposed") return { status: "pending_approval", approvalId: outcome.branch, reason: outcome.why };
  if (outcome.kind === "superseded") return { status: "failed", errors: [outcome.why], deployment };
  commit.known = outcome.commit;
  return null;
}

async function findRollback(pinion: Pinion, { deployment: { environment, processId }, to, since }: Sought): Promise<Deployment | null> {
  const deployments = await pinion.deployments({ environment, process: processId, limit: 10 });
  return deployments.find(({ version, startedAt }) => version === to && startedAt.getTime() >= since) ?? null;
}

function isServing({ desired, actual, progress }: ProcessView, version: string): boolean {
  const hasAll = actual.some((share) => share.version === version && share.weight === 100);
  return desired === version && hasAll && (progress === null || progress.state === "baking");
}

async function late(pinion: Pinion, deployment: Deployment, to: string): Promise<RollbackResult> {
  const { view } = await viewOf(pinion, deployment);
  return { status: "failed", errors: [`${to} does not have all the traffic yet: ${view.reason.text}`], deployment: null };
}

/** The process that a deployment is of, as of now. @throws `process/unknown`, `environment/unknown`. */
export async function viewOf(
  pinion: Pinion,
  { environment, processId: process }: Pick<Deployment, "environment" | "processId">,
): Promise<Pick<Overview, "repository"> & { readonly view: ProcessView }> {
  const { environments, repository } = await pinion.overview({ environment, process });
  const view = environments[0]?.processes[0];
  if (!view) throw new PinionError("process/unknown", `no process "${process}" is pinned or runs in ${environment}`);
  return { view, repository };
}
