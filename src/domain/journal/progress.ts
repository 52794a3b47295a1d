/** How far a rollout is, as people want to see it: steps, weight, verdict with figures, what it waits for and until when. */

import type { Verdict } from "../validation-result.ts";
import type { Instant, Percent, Version } from "../names.ts";
import type { Pause } from "./people.ts";
import type { Figure } from "../analysis/figures.ts";
import type { DeploymentStep } from "./rollout-plan.ts";

/** Where a rollout is in the plan that was made when it was opened. */
export interface PlannedProgress {
  readonly steps: readonly Pick<DeploymentStep, "name" | "brief" | "estimatedDuration">[];
  /** Which of them it is in, counted from 1; null: in none, since it goes another way. */
  readonly step: number | null;
  /** Milliseconds until it is over if nothing disturbs it; null: it goes another way, or a person has paused it. */
  readonly leftMs: number | null;
}

export interface Progress {
  readonly deployment: string;
  readonly strategy: string;
  /** The kind of the rollout state. */
  readonly state: string;
  readonly version: Version | null;
  readonly from: Version | null;
  readonly startedAt: Instant;
  /** Counted from 1; null: the strategy has no steps, or they are over. */
  readonly step: number | null;
  readonly steps: number | null;
  /** The candidate's share of the traffic, as decided. */
  readonly weight: Percent;
  readonly why: string;
  /** When it goes on at the earliest; null: not a matter of time. */
  readonly until: Instant | null;
  /** When it fails; null: there is nothing that time could end. */
  readonly deadline: Instant | null;
  readonly verdict: Verdict;
  readonly figures: readonly Figure[];
  readonly paused: Pause | null;
  /** Null, or left out: no plan of it is known. */
  readonly plan?: PlannedProgress | null;
}
