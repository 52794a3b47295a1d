/** The steps that a canary is made of: how long each lasts, who takes it further, and where a promotion leads. */

import type { CanarySpec, CanaryStep } from "../desired/environment.ts";
import type { Instant, Percent } from "../names.ts";
import type { RolloutState } from "../journal/rollout.ts";

type Shifting = Extract<RolloutState, { readonly kind: "shifting" }>;

/** Where a person's promotion leads: past what it waits for, or past everything. */
export function promoteCanary(spec: CanarySpec, state: Shifting, now: Instant): RolloutState {
  const step = spec.steps[state.step + 1];
  if (!step || (step.kind === "weight" && step.weight >= 100)) return { ...state, hasPassed: true };
  const weight = step.kind === "weight" ? step.weight : state.weight;
  return { kind: "shifting", step: state.step + 1, weight, since: now };
}

/** Whether it waits for a person, however long that takes. */
export function waitsForPromotion({ steps }: CanarySpec, state: Shifting): boolean {
  const step = steps[state.step];
  return !state.hasPassed && step?.kind === "pause" && step.durationMs === null;
}

export function isAnalysing({ steps }: CanarySpec, state: Shifting): boolean {
  return !state.hasPassed && steps[state.step]?.kind === "analysis";
}

/** At least; null: not a matter of time. */
export function stepLastsMs(step: CanaryStep | undefined): number | null {
  return step === undefined || step.kind === "weight" ? null : step.durationMs;
}

/** What it begins with. */
export function firstShareOf({ steps }: CanarySpec): Percent {
  return steps.find((step) => step.kind === "weight")?.weight ?? 100;
}
