/**
 * Measures beside the passes, at the pace that each request asks for. A refresh needs no event from outside: as long as somebody
 * asks for the results, the next measurement follows the last by the request's interval, and the environment is woken by it.
 */

import type { Measured, MetricRequest } from "../../domain/analysis/metrics.ts";
import type { EnvironmentName, Instant } from "../../domain/names.ts";
import { earlier } from "../../domain/strategies/deadline.ts";
import type { Awake, Clock } from "../../ports/clock.ts";
import type { Log } from "../../ports/log.ts";
import { askSource, type SourceOf, type StableMemory } from "./ask.ts";
import { createSourceErrors, type SourceErrors } from "./source-health.ts";
import type { Measurements } from "../ports.ts";

export interface MeasurementsOptions {
  /** `gateway`, `engine`, `health`, and those of pinion.yaml. */
  readonly sources: SourceOf;
  readonly clock: Clock;
  readonly awake: Pick<Awake, "since">;
  /** Called when results are in, and when it is time to ask for the next ones. */
  readonly wake: (environment: EnvironmentName) => void;
  readonly log: Log;
  /** For one question to a source. */
  readonly timeoutMs: number;
}

/** Measurements that can be stopped for good. */
export interface StoppableMeasurements extends Measurements {
  /** Gives up what is being measured, and measures nothing more. */
  stop(): Promise<void>;
}

interface Entry {
  request: MetricRequest;
  measured: Measured | null;
  readonly memory: StableMemory;
  /** Null: never yet. */
  startedAt: Instant | null;
  readonly given: AbortController;
  isUnderWay: boolean;
  /** Whether somebody has asked for it since the last result was in. */
  isAskedFor: boolean;
}

interface Lane {
  readonly environment: EnvironmentName;
  readonly entries: Map<string, Entry>;
  readonly sourceErrors: SourceErrors;
  /** The one sleep until the next measurement is due. */
  sleeper: { readonly until: Instant; readonly given: AbortController } | null;
}

/** Requests that are due within this share of their interval are measured together. */
const together = 0.1;

/** Starts without requests. */
export function createMeasurements(options: MeasurementsOptions): StoppableMeasurements {
  return new MeasurementsBeside(options);
}

class MeasurementsBeside implements StoppableMeasurements {
  readonly #options: MeasurementsOptions;
  readonly #queues = new Map<EnvironmentName, Lane>();
  readonly #running = new Set<Promise<void>>();
  #isStopped = false;

  constructor(options: MeasurementsOptions) {
    this.#options = options;
  }

  latest(environment: EnvironmentName, requests: readonly MetricRequest[]): ReadonlyMap<string, readonly Measured[]> {
    if (this.#isStopped) return new Map();
    const lane = this.#queues.get(environment) ?? this.#open(environment);
    this.#follow(lane, requests);
    this.#forgetAway(lane);
    this.#startDue(lane, 0);
    this.#arrange(lane);
    if (lane.entries.size === 0) this.#queues.delete(environment);
    return byDeployment(lane.entries.values());
  }

  known(environment: EnvironmentName): ReadonlyMap<string, readonly Measured[]> {
    return byDeployment(this.#queues.get(environment)?.entries.values() ?? []);
  }

  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    for (const lane of this.#queues.values()) {
      this.#follow(lane, []);
      lane.sleeper?.given.abort();
    }
    this.#queues.clear();
    await this.idle();
  }

  #open(environment: EnvironmentName): Lane {
    const lane: Lane = { environment, entries: new Map(), sourceErrors: createSourceErrors(this.#options.log, environment), sleeper: null };
    this.#queues.set(environment, lane);
    return lane;
  }

  /** Takes up new requests, and gives up those that are no longer made. */
  #follow(lane: Lane, requests: readonly MetricRequest[]): void {
    const desired = new Map(requests.map((request) => [keyOf(request), request]));
    for (const [key, entry] of lane.entries) {
      if (desired.has(key)) continue;
      entry.given.abort();
      lane.entries.delete(key);
    }
    for (const [key, request] of desired) {
      const entry = lane.entries.get(key) ?? newEntry(request);
      entry.request = request;
      entry.isAskedFor = true;
      lane.entries.set(key, entry);
    }
  }

  /** What was measured before this process stood still says nothing about now: all is measured afresh, and watched from the beginning. */
  #forgetAway({ entries }: Lane): void {
    const since = this.#options.awake.since();
    for (const entry of entries.values()) {
      if (entry.measured === null || entry.measured.at >= since) continue;
      entry.measured = null;
      entry.startedAt = entry.isUnderWay ? entry.startedAt : null;
    }
  }

  #startDue(lane: Lane, early: number): void {
    const now = this.#options.clock.now();
    for (const entry of lane.entries.values()) {
      const isDue = entry.startedAt === null || now - entry.startedAt >= entry.request.intervalMs * (1 - early);
      if (isDue && entry.isAskedFor && !entry.isUnderWay) this.#start(lane, entry, now);
    }
  }

  #start(lane: Lane, entry: Entry, now: Instant): void {
    entry.startedAt = now;
    entry.isUnderWay = true;
    const run: Promise<void> = this.#measure(lane, entry)
      .catch((error: unknown) => this.#options.log.error({ environment: lane.environment, error }, "a metric could not be measured"))
      .finally(() => {
        this.#running.delete(run);
        entry.isUnderWay = false;
        this.#arrange(lane);
      });
    this.#running.add(run);
  }

  async #measure(lane: Lane, entry: Entry): Promise<void> {
    const { sources: sourceOf, clock, awake, timeoutMs, wake } = this.#options;
    const asking = { environment: lane.environment, request: entry.request, sourceOf, clock, awake, timeoutMs, signal: entry.given.signal };
    const measured = await askSource(asking, entry.memory);
    // What was asked before this process stood still is asked again, at the next interval.
    if (entry.given.signal.aborted || measured.at < awake.since()) return;
    entry.measured = { ...measured, since: entry.measured?.since ?? measured.at };
    entry.isAskedFor = false;
    lane.sourceErrors.note(entry.measured);
    wake(lane.environment);
  }

  /** Sleeps until the next one is due; one sleep for the whole environment. */
  #arrange(lane: Lane): void {
    const until = firstDue(lane.entries.values());
    if (until !== null && until === lane.sleeper?.until) return;
    lane.sleeper?.given.abort();
    lane.sleeper = null;
    if (until === null) return;
    const given = new AbortController();
    lane.sleeper = { until, given };
    const ms = Math.max(0, until - this.#options.clock.now());
    void this.#options.clock.sleep(ms, given.signal).then(() => (given.signal.aborted ? undefined : this.#ring(lane)));
  }

  /** A metric that was not requested since its last result is not measured again until it is: the environment is woken to request it. */
  #ring(lane: Lane): void {
    lane.sleeper = null;
    this.#startDue(lane, together);
    const isWaiting = [...lane.entries.values()].some((entry) => !entry.isUnderWay && !entry.isAskedFor);
    if (isWaiting) this.#options.wake(lane.environment);
    else this.#arrange(lane);
  }
}

/** Of those that are not under way; null: there is none. */
function firstDue(entries: Iterable<Entry>): Instant | null {
  let first: Instant | null = null;
  for (const { startedAt, request, isUnderWay } of entries)
    if (startedAt !== null && !isUnderWay) first = earlier(first, startedAt + request.intervalMs);
  return first;
}

function newEntry(request: MetricRequest): Entry {
  const memory: StableMemory = { last: null, final: null };
  return { request, measured: null, memory, startedAt: null, given: new AbortController(), isUnderWay: false, isAskedFor: false };
}

/** A request about other versions, or with another question, is another request; bounds and times may change. */
function keyOf({ deployment, check, candidate, stable }: MetricRequest): string {
  const { name, metric, source, statistic, query, windowMs } = check;
  return JSON.stringify([deployment, name, metric, source, statistic, query, windowMs, candidate.digest, stable?.digest ?? null]);
}

function byDeployment(entries: Iterable<Entry>): ReadonlyMap<string, readonly Measured[]> {
  const all = new Map<string, Measured[]>();
  for (const { request, measured } of entries) {
    if (!measured) continue;
    const list = all.get(request.deployment) ?? [];
    list.push(measured);
    all.set(request.deployment, list);
  }
  return all;
}
