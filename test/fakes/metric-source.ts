/** A source of metrics that says what a test tells it, held to the same contract as the real ones. */

import { PinionError } from "../../src/domain/errors.ts";
import type { MetricQuery, Reading } from "../../src/domain/analysis/metrics.ts";
import type { Digest } from "../../src/domain/names.ts";
import type { MetricSource } from "../../src/ports/metric-source.ts";

export interface FakeMetricSource extends MetricSource {
  /** Every question, in order. */
  readonly asked: readonly MetricQuery[];
  /** From now on this is said about a version; null: nothing is known of it. */
  setReading(digest: Digest, reading: Reading | null): void;
  /** Every question throws `metric/unreachable` with this text; null: reachable again. */
  setUnreachable(why: string | null): void;
  /** Questions get no answer until the returned function is called, or they are given up. */
  hold(): () => void;
}

/** Knows nothing at first. It measures everything but `custom_metric`. */
export function createFakeMetricSource(): FakeMetricSource {
  const asked: MetricQuery[] = [];
  const readings = new Map<Digest, Reading>();
  let down: string | null = null;
  let gate: Promise<void> = Promise.resolve();
  return {
    asked,
    async measure(query, signal) {
      asked.push(query);
      await Promise.race([gate, aborted(signal)]);
      if (signal?.aborted) throw new PinionError("metric/unreachable", "given up");
      if (down !== null) throw new PinionError("metric/unreachable", down);
      if (query.metric === "custom_metric") throw new PinionError("metric/refused", "the fake does not measure custom_metric");
      return readings.get(query.unit.digest) ?? { kind: "none", why: "nothing is known of it" };
    },
    setReading(digest, reading) {
      if (reading) readings.set(digest, reading);
      else readings.delete(digest);
    },
    setUnreachable(why) {
      down = why;
    },
    hold() {
      let open = (): void => undefined;
      gate = new Promise((resolve) => (open = resolve));
      return open;
    },
  };
}

function aborted(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => signal?.addEventListener("abort", () => resolve(), { once: true }));
}
