/** When to ask the remote again: at the interval while all is well, ever more patiently while it is not. */

import type { Instant } from "../names.ts";

export interface PollPolicy {
  readonly intervalMs: number;
  /** How much of a wait is left to chance, 0..1, so that many controllers do not ask at the same instant. */
  readonly jitter: number;
  /** The longest wait after failures; a longer interval stands. */
  readonly maxBackoffMs: number;
}

export interface PollObservation {
  readonly now: Instant;
  /** Failures since the last success. */
  readonly failures: number;
  /** 0..1, drawn anew each time. */
  readonly random: number;
}

export interface NextPoll {
  readonly at: Instant;
  readonly why: string;
}

/** Doubles the wait with every failure in a row, up to the limit, and spreads it by the jitter to both sides. */
export function nextPoll(policy: PollPolicy, observation: PollObservation): NextPoll {
  const waitMs = spread(backoff(policy, observation.failures), policy.jitter, observation.random);
  const why =
    observation.failures === 0 ? "the poll interval" : `${observation.failures} failed in a row; waiting ${Math.round(waitMs / 1000)} s`;
  return { at: observation.now + Math.round(waitMs), why };
}

/** The wait before jitter. The first failure is followed by one plain interval. */
function backoff({ intervalMs, maxBackoffMs }: PollPolicy, failures: number): number {
  if (failures <= 1) return intervalMs;
  const limitMs = Math.max(intervalMs, maxBackoffMs);
  return Math.min(limitMs, intervalMs * 2 ** Math.min(failures - 1, 30));
}

function spread(waitMs: number, jitter: number, random: number): number {
  return waitMs * (1 + jitter * (2 * random - 1));
}
