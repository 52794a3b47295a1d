/** Quantiles out of a histogram, by the rule that Prometheus' histogram_quantile has. */

export interface Bucket {
  readonly leMs: number;
  /** Cumulative: with all below it. */
  readonly count: number;
}

/** Bounds from here on stand for "no bound". */
const boundless = Number.MAX_SAFE_INTEGER;

/**
 * Linear within the bucket that the quantile falls into; in the last one, which has no end, its lower bound. What no bucket
 * has is above them all. Null when nothing is counted.
 */
export function quantileOf(quantile: number, buckets: readonly Bucket[], total: number): number | null {
  if (total <= 0) return null;
  const rank = quantile * total;
  let below: Bucket = { leMs: 0, count: 0 };
  for (const bucket of buckets) {
    if (bucket.leMs >= boundless) break;
    if (bucket.count >= rank) {
      const inside = bucket.count - below.count;
      return inside <= 0 ? bucket.leMs : below.leMs + ((bucket.leMs - below.leMs) * (rank - below.count)) / inside;
    }
    below = bucket;
  }
  return below.leMs;
}
