/** Counts on their way from a worker to the primary, which adds those of all workers up and keeps those of workers that are gone. */

import { type Counter, type CounterLabels, type Counters, latencyBoundsMs } from "./counters.ts";

/** What one counter of a worker has counted since its last report, and what is in flight there now. */
export interface CounterReport {
  readonly labels: CounterLabels;
  readonly requests: number;
  readonly errors: number;
  readonly latencySumMs: number;
  readonly byStatus: readonly (readonly [number, number])[];
  readonly buckets: readonly number[];
  readonly inFlight: number;
}

/** What has been counted since the last call, which the counter then drops: the receiver of the report keeps it. */
export function takeReport(counter: Counter): CounterReport {
  const { labels, requests, errors, latencySumMs, inFlight } = counter;
  const report = { labels, requests, errors, latencySumMs, inFlight, byStatus: [...counter.byStatus], buckets: [...counter.buckets] };
  Object.assign(counter, { requests: 0, errors: 0, latencySumMs: 0 });
  counter.byStatus.clear();
  counter.buckets.fill(0);
  return report;
}

/** Adds up what one worker reports. */
export interface Ledger {
  add(reports: readonly CounterReport[]): void;
  /** The worker is gone: its counts stay, nothing is in flight there any more. */
  close(): void;
}

export function createLedger(counters: Counters): Ledger {
  const inFlight = new Map<Counter, number>();
  return {
    add(reports) {
      for (const report of reports) {
        const counter = counters.of(report.labels);
        addFlow(counter, report);
        counter.inFlight += report.inFlight - (inFlight.get(counter) ?? 0);
        if (report.inFlight === 0) inFlight.delete(counter);
        else inFlight.set(counter, report.inFlight);
      }
    },
    close() {
      for (const [counter, count] of inFlight) counter.inFlight -= count;
      inFlight.clear();
    },
  };
}

function addFlow(counter: Counter, report: CounterReport): void {
  counter.requests += report.requests;
  counter.errors += report.errors;
  counter.latencySumMs += report.latencySumMs;
  for (const [status, count] of report.byStatus) counter.byStatus.set(status, (counter.byStatus.get(status) ?? 0) + count);
  for (const index of latencyBoundsMs.keys()) counter.buckets[index] = (counter.buckets[index] ?? 0) + (report.buckets[index] ?? 0);
}
