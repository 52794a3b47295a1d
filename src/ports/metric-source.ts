import type { MetricQuery, Reading } from "../domain/analysis/metrics.ts";

/** Measures versions. What it has no data for is `none`, never a default. */
export interface MetricSource {
  /** One figure of one version over one window. @throws `metric/unreachable`, and `metric/refused` for a question that it can never answer. */
  measure(query: MetricQuery, signal?: AbortSignal): Promise<Reading>;
}
