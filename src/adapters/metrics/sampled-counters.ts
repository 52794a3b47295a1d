/** Windows over counters that only know their totals: samples them when asked, and keeps the samples of the versions asked about. */

import type { EnvironmentName, Instant, UnitRef } from "../../domain/names.ts";
import type { MetricQuery } from "../../domain/analysis/metrics.ts";
import type { Clock } from "../../ports/clock.ts";
import { askOnce } from "./ask-once.ts";
import { CounterHistory, type Counts, type Growth } from "./counter-history.ts";

/** All counters of an environment, as they are now. */
export interface CountersNow {
  /** Names what the numbers mean; "" when there are none. When it changes, what was sampled before is forgotten. */
  readonly layout: string;
  /** By `unitKey`; a version that is missing has nothing counted. */
  readonly units: ReadonlyMap<string, Counts>;
}

/** What is known of one version's window. */
export type Windowed =
  | { readonly kind: "growth"; readonly growth: Growth; readonly layout: string }
  /** It has been looked at only once. */
  | { readonly kind: "unknown"; readonly layout: string };

interface Watched {
  readonly history: CounterHistory;
  askedAt: Instant;
  longestWindowMs: number;
}

interface Sampled {
  readonly at: Instant;
  readonly now: CountersNow;
}

interface Environment {
  /** The last one that had a name. */
  readonly layout: string;
  /** The last answer, whole. */
  last: Sampled | null;
  /** The one before it: the beginning for versions that are asked about for the first time. */
  previous: Sampled | null;
  readonly watched: Map<string, Watched>;
}

/** A question about a time that is longer ago is one about the past. */
const pastMs = 250;
/** A version that nobody asked about for its longest window and this long is forgotten. */
const forgetMs = 60_000;
const nothing: ReadonlyMap<string, readonly number[]> = new Map();

export function unitKey({ process, digest }: Pick<UnitRef, "process" | "digest">): string {
  return `${process} ${digest}`;
}

/**
 * Samples at each question, once for all questions of the same moment. Memory is bounded: at most 512 samples of each version
 * that is asked about (some 130 for a window of ten minutes sampled each second), and the last answer of each environment.
 */
export class SampledCounters {
  readonly #sample: (environment: EnvironmentName) => Promise<Sampled>;
  readonly #clock: Pick<Clock, "now">;
  readonly #environments = new Map<EnvironmentName, Environment>();

  constructor(read: (environment: EnvironmentName) => Promise<CountersNow>, clock: Pick<Clock, "now">) {
    this.#clock = clock;
    this.#sample = askOnce(async (environment) => {
      const at = clock.now();
      return { at, now: await read(environment) };
    });
  }

  /** What was counted of the version in the window. Throws what reading the counters throws. */
  async window({ environment: name, unit, windowMs, until, notBefore }: MetricQuery): Promise<Windowed> {
    const isPast = until < this.#clock.now() - pastMs;
    const sampled = await this.#sample(name);
    const environment = this.#take(name, sampled);
    const { history } = this.#watch(environment, { unit, windowMs, sampled });
    const growth = isPast && !history.reaches(until) ? lifetimeOf(history, windowMs) : history.within(windowMs, until, notBefore);
    const { layout } = environment;
    return growth ? { kind: "growth", growth, layout } : { kind: "unknown", layout };
  }

  /** How many samples are kept, of all versions together. */
  get samples(): number {
    const watched = [...this.#environments.values()].flatMap((environment) => [...environment.watched.values()]);
    return watched.reduce((total, { history }) => total + history.samples, 0);
  }

  /** Adds a sample to what is watched, unless another question of the same moment has. */
  #take(name: EnvironmentName, sampled: Sampled): Environment {
    const known = this.#environments.get(name);
    if (known?.last === sampled) return known;
    const environment = continued(known, sampled.now.layout);
    this.#environments.set(name, environment);
    for (const [key, watched] of environment.watched) {
      if (sampled.at - watched.askedAt > watched.longestWindowMs + forgetMs) environment.watched.delete(key);
      else watched.history.add(sampled.at, sampled.now.units.get(key) ?? nothing);
    }
    environment.previous = environment.last;
    environment.last = sampled;
    return environment;
  }

  #watch(environment: Environment, { unit, windowMs, sampled }: Asked): Watched {
    const key = unitKey(unit);
    const watched = environment.watched.get(key) ?? begin(key, environment.previous, sampled);
    watched.askedAt = sampled.at;
    watched.longestWindowMs = Math.max(watched.longestWindowMs, windowMs);
    environment.watched.set(key, watched);
    return watched;
  }
}

interface Asked {
  readonly unit: UnitRef;
  readonly windowMs: number;
  readonly sampled: Sampled;
}

/** The same environment while its numbers mean the same; before the first number anything may follow. */
function continued(known: Environment | undefined, layout: string): Environment {
  if (!known) return { layout, last: null, previous: null, watched: new Map() };
  if (layout === "" || layout === known.layout) return known;
  return known.layout === "" ? { ...known, layout } : { layout, last: null, previous: null, watched: new Map() };
}

function begin(key: string, previous: Sampled | null, { at, now }: Sampled): Watched {
  const first = previous ?? { at, now };
  const history = new CounterHistory(first.at, first.now.units.get(key) ?? nothing);
  if (previous) history.add(at, now.units.get(key) ?? nothing);
  return { history, askedAt: at, longestWindowMs: 0 };
}

/** Of a time before the first sample, all that was ever counted is the nearest thing to know. */
function lifetimeOf(history: CounterHistory, windowMs: number): Growth | null {
  return history.lifetime && { values: history.lifetime, coveredMs: windowMs };
}
