/** What became of the questions that customers asked: how many, how many failed, and which version answered when. */

import type { Instant, Version } from "../domain/names.ts";

export interface Outcome {
  /** When the answer had arrived. */
  readonly at: Instant;
  /** Null: nobody answered, or it did not say who. */
  readonly version: Version | null;
  readonly failure: string | null;
}

/** The answers of one version. */
export interface VersionCounts {
  readonly answers: number;
  readonly failed: number;
  readonly firstAt: Instant;
  readonly lastAt: Instant;
  /** Null: none has failed. */
  readonly firstFailedAt: Instant | null;
}

export interface LoadCounts {
  readonly requests: number;
  readonly failed: number;
  readonly byVersion: ReadonlyMap<Version, VersionCounts>;
  /** The first failure, for people. */
  readonly firstFailure: string | null;
}

export interface Tally {
  readonly counts: LoadCounts;
  add(outcome: Outcome): void;
}

const none: VersionCounts = { answers: 0, failed: 0, firstAt: 0, lastAt: 0, firstFailedAt: null };

export function createTally(): Tally {
  const byVersion = new Map<Version, VersionCounts>();
  let [requests, failed] = [0, 0];
  let firstFailure: string | null = null;
  return {
    get counts() {
      return { requests, failed, byVersion: new Map(byVersion), firstFailure };
    },
    add(outcome) {
      requests += 1;
      if (outcome.failure !== null) failed += 1;
      firstFailure ??= outcome.failure;
      if (outcome.version !== null) byVersion.set(outcome.version, withAnswer(byVersion.get(outcome.version), outcome));
    },
  };
}

function withAnswer(before: VersionCounts = none, { at, failure }: Outcome): VersionCounts {
  const hasFailed = failure !== null;
  return {
    answers: before.answers + 1,
    failed: before.failed + (hasFailed ? 1 : 0),
    firstAt: before.answers === 0 ? at : before.firstAt,
    lastAt: at,
    firstFailedAt: before.firstFailedAt ?? (hasFailed ? at : null),
  };
}
