/** Counts what goes through the gateway, per environment, process, version and instance. */

import type { Digest, EnvironmentName, Instant, ProcessId, Version } from "../domain/names.ts";
import type { TrafficCount } from "../domain/observed/route.ts";

/** What a counter counts for. */
export interface CounterLabels {
  readonly environment: EnvironmentName;
  readonly process: ProcessId;
  readonly version: Version;
  readonly digest: Digest;
  readonly instance: string;
}

/** Upper bounds of the latency histogram in milliseconds; the last one holds everything. */
export const latencyBoundsMs: readonly number[] = [
  1,
  2.5,
  5,
  10,
  25,
  50,
  100,
  250,
  500,
  1_000,
  2_500,
  5_000,
  10_000,
  30_000,
  60_000,
  Number.MAX_SAFE_INTEGER,
];

/** The caller went away before an answer: nobody's error. nginx counts it so too. */
export const callerGone = 499;

/** The counts of one version on one instance. */
export class Counter {
  readonly labels: CounterLabels;
  readonly byStatus = new Map<number, number>();
  readonly buckets: number[] = latencyBoundsMs.map(() => 0);
  requests = 0;
  errors = 0;
  inFlight = 0;
  latencySumMs = 0;
  /** When the table last lost it; null while it is routed. */
  unroutedSince: Instant | null = null;

  readonly #onChange: ((counter: Counter) => void) | undefined;

  constructor(labels: CounterLabels, onChange?: (counter: Counter) => void) {
    this.labels = labels;
    this.#onChange = onChange;
  }

  /** A request is handed to the version. */
  begin(): void {
    this.inFlight += 1;
    this.#onChange?.(this);
  }

  /** It was handed over in vain and goes elsewhere, or is not to be counted: not this version's request. */
  withdraw(): void {
    this.inFlight -= 1;
    this.#onChange?.(this);
  }

  /** It is over. `failed` also holds for an answer that broke off. */
  end(status: number, failed: boolean, tookMs: number): void {
    this.inFlight -= 1;
    this.note(status, failed, tookMs);
  }

  /** Counts an answer without ending it, as when a WebSocket opens. */
  note(status: number, failed: boolean, tookMs: number): void {
    this.requests += 1;
    if (failed || status >= 500) this.errors += 1;
    this.latencySumMs += tookMs;
    this.byStatus.set(status, (this.byStatus.get(status) ?? 0) + 1);
    const bucket = latencyBoundsMs.findIndex((bound) => tookMs <= bound);
    this.buckets[bucket] = (this.buckets[bucket] ?? 0) + 1;
    this.#onChange?.(this);
  }

  /** Counts by upper bound, each with all below it. */
  cumulative(): readonly { readonly leMs: number; readonly count: number }[] {
    let sum = 0;
    return latencyBoundsMs.map((leMs, index) => ({ leMs, count: (sum += this.buckets[index] ?? 0) }));
  }
}

/** All counters of a gateway since it started. */
export interface Counters {
  /** The counter of a version on an instance; the same one for the same labels. */
  of(labels: CounterLabels): Counter;
  /** Marks which counters are routed now; a counter that has not been for a while, and is idle, is forgotten. */
  keep(routed: ReadonlySet<Counter>, now: Instant): void;
  all(): Iterable<Counter>;
}

/** `forgetAfterMs`: how long counts of a version stay after its last route. `onChange` is called at each change of one. */
export function createCounters(forgetAfterMs: number, onChange?: (counter: Counter) => void): Counters {
  const counters = new Map<string, Counter>();
  return {
    of(labels) {
      const key = `${labels.environment} ${labels.process} ${labels.digest} ${labels.version} ${labels.instance}`;
      const counter = counters.get(key) ?? new Counter(labels, onChange);
      counters.set(key, counter);
      return counter;
    },
    keep(routed, now) {
      for (const [key, counter] of counters) {
        if (routed.has(counter)) counter.unroutedSince = null;
        else counter.unroutedSince ??= now;
        if (counter.unroutedSince !== null && counter.inFlight === 0 && now - counter.unroutedSince >= forgetAfterMs) counters.delete(key);
      }
    },
    all: () => counters.values(),
  };
}

/** What the port reports of an environment: whatever had a request, or has one now, of these processes; null: of all. */
export function trafficOf(
  counters: Counters,
  environment: EnvironmentName,
  processes: ReadonlySet<ProcessId> | null = null,
): readonly TrafficCount[] {
  const found: TrafficCount[] = [];
  for (const counter of counters.all()) {
    const { labels, requests, inFlight } = counter;
    if (labels.environment !== environment || requests + inFlight === 0) continue;
    if (processes === null || processes.has(labels.process)) found.push(trafficCount(counter));
  }
  return found;
}

function trafficCount(counter: Counter): TrafficCount {
  const { process, version, digest, instance } = counter.labels;
  const { requests, errors, inFlight, latencySumMs } = counter;
  return { process, version, digest, instance, requests, errors, inFlight, latency: counter.cumulative(), latencySumMs };
}
