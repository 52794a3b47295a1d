/**
 * Measures beside the passes, at the pace that each wish asks for. A refresh needs no event from outside: as long as somebody
 * asks for the results, the next measurement follows the last by the wish's interval, and the environment is woken by it.
 */

import type { Measured, MeasureWish } from "../../domain/analysis/metrics.ts";
import type { EnvironmentName, Instant } from "../../domain/names.ts";
import type { Awake, Clock } from "../../ports/clock.ts";
import type { Log } from "../../ports/log.ts";
import { askSource, type SourceOf, type StableMemory } from "./ask.ts";
import { createTroubles, type Troubles } from "./source-health.ts";
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
  wish: MeasureWish;
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
  readonly troubles: Troubles;
  /** The one sleep until the next measurement is due. */
  sleeper: { readonly until: Instant; readonly given: AbortController } | null;
}

/** Wishes that are due within this share of their interval are measured together. */
const together = 0.1;

/** Starts without wishes. */
export function createMeasurements(options: MeasurementsOptions): StoppableMeasurements {
  return new MeasurementsBeside(options);
}

class MeasurementsBeside implements StoppableMeasurements {
  readonly #options: MeasurementsOptions;
  readonly #lanes = new Map<EnvironmentName, Lane>();
  readonly #running = new Set<Promise<void>>();
  #isStopped = false;

  constructor(options: MeasurementsOptions) {
    this.#options = options;
  }

  latest(environment: EnvironmentName, wishes: readonly MeasureWish[]): ReadonlyMap<string, readonly Measured[]> {
    if (this.#isStopped) return new Map();
    const lane = this.#lanes.get(environment) ?? this.#open(environment);
    this.#follow(lane, wishes);
    this.#forgetAway(lane);
    this.#startDue(lane, 0);
    this.#arrange(lane);
    if (lane.entries.size === 0) this.#lanes.delete(environment);
    return byDeployment(lane.entries.values());
  }

  known(environment: EnvironmentName): ReadonlyMap<string, readonly Measured[]> {
    return byDeployment(this.#lanes.get(environment)?.entries.values() ?? []);
  }

  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    for (const lane of this.#lanes.values()) {
      this.#follow(lane, []);
      lane.sleeper?.given.abort();
    }
    this.#lanes.clear();
    await this.idle();
  }

  #open(environment: EnvironmentName): Lane {
    const lane: Lane = { environment, entries: new Map(), troubles: createTroubles(this.#options.log, environment), sleeper: null };
    this.#lanes.set(environment, lane);
    return lane;
  }

  /** Takes up new wishes, and gives up what is wished no more. */
  #follow(lane: Lane, wishes: readonly MeasureWish[]): void {
    const wished = new Map(wishes.map((wish) => [keyOf(wish), wish]));
    for (const [key, entry] of lane.entries) {
      if (wished.has(key)) continue;
      entry.given.abort();
      lane.entries.delete(key);
    }
    for (const [key, wish] of wished) {
      const entry = lane.entries.get(key) ?? newEntry(wish);
      entry.wish = wish;
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
      const isDue = entry.startedAt === null || now - entry.startedAt >= entry.wish.intervalMs * (1 - early);
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
    const asking = { environment: lane.environment, wish: entry.wish, sourceOf, clock, awake, timeoutMs, signal: entry.given.signal };
    const measured = await askSource(asking, entry.memory);
    // What was asked before this process stood still is asked again, at the next interval.
    if (entry.given.signal.aborted || measured.at < awake.since()) return;
    entry.measured = { ...measured, since: entry.measured?.since ?? measured.at };
    entry.isAskedFor = false;
    lane.troubles.note(entry.measured);
    wake(lane.environment);
  }

  /** Sleeps until the next one is due; one sleep for the whole environment. */
  #arrange(lane: Lane): void {
    const due = [...lane.entries.values()].flatMap(({ startedAt, wish, isUnderWay }) =>
      startedAt === null || isUnderWay ? [] : [startedAt + wish.intervalMs],
    );
    const until = due.length === 0 ? null : due.reduce((first, instant) => Math.min(first, instant));
    if (until !== null && until === lane.sleeper?.until) return;
    lane.sleeper?.given.abort();
    lane.sleeper = null;
    if (until === null) return;
    const given = new AbortController();
    lane.sleeper = { until, given };
    const ms = Math.max(0, until - this.#options.clock.now());
    void this.#options.clock.sleep(ms, given.signal).then(() => (given.signal.aborted ? undefined : this.#ring(lane)));
  }

  /** What nobody has asked for since its last result waits for somebody who does: the environment is woken to ask. */
  #ring(lane: Lane): void {
    lane.sleeper = null;
    this.#startDue(lane, together);
    const isWaiting = [...lane.entries.values()].some((entry) => !entry.isUnderWay && !entry.isAskedFor);
    if (isWaiting) this.#options.wake(lane.environment);
    else this.#arrange(lane);
  }
}

function newEntry(wish: MeasureWish): Entry {
  const memory: StableMemory = { last: null, final: null };
  return { wish, measured: null, memory, startedAt: null, given: new AbortController(), isUnderWay: false, isAskedFor: false };
}

/** A wish for other versions, or for another question, is another wish; bounds and times may change. */
function keyOf({ deployment, check, candidate, stable }: MeasureWish): string {
  const { name, metric, source, statistic, query, windowMs } = check;
  return JSON.stringify([deployment, name, metric, source, statistic, query, windowMs, candidate.digest, stable?.digest ?? null]);
}

function byDeployment(entries: Iterable<Entry>): ReadonlyMap<string, readonly Measured[]> {
  const all = new Map<string, Measured[]>();
  for (const { wish, measured } of entries) {
    if (!measured) continue;
    const list = all.get(wish.deployment) ?? [];
    list.push(measured);
    all.set(wish.deployment, list);
  }
  return all;
}
