/** Where a rollout is in its plan, and how long it still takes. */

import type { PlannedProgress } from "../journal/progress.ts";
import type { Rollout } from "../journal/rollout.ts";
import type { DeploymentStep } from "../journal/rollout-plan.ts";
import type { Instant } from "../names.ts";
import { dueAt } from "../strategies/next-step.ts";
import { keyOf } from "./step-keys.ts";

/** What of a step has to be known for that. */
export type KnownStep = Pick<DeploymentStep, "key" | "name" | "brief" | "estimatedDuration">;

export function plannedProgress(rollout: Rollout, planned: readonly KnownStep[], now: Instant): PlannedProgress {
  const steps = planned.map(({ name, brief, estimatedDuration }) => ({ name, brief, estimatedDuration }));
  const key = keyIn(rollout);
  const index = planned.findIndex((step) => step.key === key);
  const current = planned[index];
  if (current === undefined) return { steps, step: null, leftMs: null };
  const later = planned.slice(index + 1).reduce((sum, { estimatedDuration }) => sum + estimatedDuration, 0);
  return { steps, step: index + 1, leftMs: rollout.paused ? null : leftIn(rollout, current, now) + later };
}

/** The end of a shift belongs to it. */
function keyIn(rollout: Rollout): string | null {
  const { state } = rollout;
  return keyOf(rollout) ?? (state.kind === "shifting" ? `shifting ${state.step}` : null);
}

/** By the time at which it goes on, else by the estimate. */
function leftIn(rollout: Rollout, { estimatedDuration }: KnownStep, now: Instant): number {
  const { state } = rollout;
  const end = dueAt(rollout) ?? ("since" in state ? state.since + estimatedDuration : now + estimatedDuration);
  return Math.max(0, end - now);
}
