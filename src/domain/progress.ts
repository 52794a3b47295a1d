/** How far a rollout is, as people want to see it: steps, weight, verdict with figures, what it waits for and until when. */

import type { Verdict } from "./evidence.ts";
import type { Instant, Percent, Version } from "./names.ts";
import type { Pause } from "./people.ts";

/** One metric, with its value and what it is held against. */
export interface Figure {
  readonly name: string;
  readonly unit: "%" | "ms" | "";
  /** Null: nothing to say. */
  readonly candidate: number | null;
  /** Null: not compared, or nothing to say. */
  readonly stable: number | null;
  /** `<= 5 %`, `at most 50 % more than stable`. */
  readonly limit: string;
  readonly requests: number | null;
  readonly verdict: Verdict["kind"];
  readonly why: string;
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
}
