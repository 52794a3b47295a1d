/** Remembers how the counters of one version grew, so that any window of the recent past can be told from it. */

import type { Instant } from "../../domain/names.ts";

/** Cumulative counts of one version, by instance. What is not there is 0. */
export type Counts = ReadonlyMap<string, readonly number[]>;

/** What was counted within a window. */
export interface Growth {
  readonly values: readonly number[];
  readonly coveredMs: number;
}

interface Sample {
  readonly at: Instant;
  /** Grown since the first sample. */
  readonly grown: readonly number[];
}

/** Older samples are kept the farther apart the older they are: a window's beginning is met to about 1/32 of its length. */
const finest = 32;
/** At most so many, whatever the window and the interval are. */
const mostSamples = 512;
/** Thinning looks at all samples, so it is not done for each. */
const thinEach = 16;
/** How much longer than asked a window may become when samples are few, at least. */
const slackMs = 60_000;

/** The counts of one version; instances may come, go and start again at 0. */
export class CounterHistory {
  /** Everything counted before the first sample. */
  readonly #before: readonly number[];
  /** Nothing was counted before the first sample, so all that is counted belongs to the time since. */
  #isFromStart: boolean;
  #samples: Sample[];
  #last: Counts;

  constructor(at: Instant, counts: Counts) {
    this.#before = sum(counts);
    this.#isFromStart = this.#before.every((value) => value === 0);
    this.#samples = [{ at, grown: [] }];
    this.#last = counts;
  }

  get samples(): number {
    return this.#samples.length;
  }

  /** Adds what is counted now. Instances that are missing have nothing counted: they start again at 0. */
  add(at: Instant, counts: Counts): void {
    const last = this.#newest();
    if (at < last.at) return this.#beginAnew(at, counts);
    const grown = [...last.grown];
    for (const [instance, values] of counts) addGrowth(grown, values, this.#last.get(instance));
    const hasGrown = grown.some((value, index) => value !== last.grown[index]);
    this.#last = counts;
    // Most versions rest most of the time; equal samples share their numbers.
    this.#samples.push({ at, grown: hasGrown ? grown : last.grown });
    if (this.#samples.length % thinEach === 0) this.#thin(at);
  }

  /** The clock was set back: when the samples were taken is not known any more. */
  #beginAnew(at: Instant, counts: Counts): void {
    this.#samples = [{ at, grown: this.#newest().grown }];
    this.#last = counts;
    this.#isFromStart = false;
  }

  /** What was counted in the window that ends at `until`, but never before `notBefore`; null when nothing is known of it. */
  within(windowMs: number, until: Instant, notBefore: Instant = -Infinity): Growth | null {
    const first = this.#firstSince(until) ?? this.#newest();
    // Of several samples of one moment, the last one has what the others do not have yet.
    const end = this.#samples.findLast((sample) => sample.at === first.at) ?? first;
    // What is asked about the past is about a time in which somebody looked.
    const floor = notBefore > until ? -Infinity : notBefore;
    const from = Math.max(until - windowMs, floor);
    const start = this.#startOf(from, { end, notBefore: floor, slack: Math.max(windowMs, slackMs) });
    if (start === end) return null;
    return { values: difference(end.grown, start.grown), coveredMs: Math.max(0, end.at - Math.max(start.at, from)) };
  }

  /** Everything ever counted up to the first sample; null when that is nothing. */
  get lifetime(): readonly number[] | null {
    return this.#isFromStart ? null : this.#before;
  }

  /** Whether something is known of the time before `until`. */
  reaches(until: Instant): boolean {
    return (this.#samples[0]?.at ?? until) < until;
  }

  /** The last sample at the window's beginning or before, or the first one within. One that is far off says nothing about the window. */
  #startOf(
    from: Instant,
    { end, notBefore, slack }: { readonly end: Sample; readonly notBefore: Instant; readonly slack: number },
  ): Sample {
    const before = this.#samples.findLast((sample) => sample.at <= from && sample.at >= notBefore);
    const isBirth = this.#isFromStart && before === this.#samples[0];
    if (before && before !== end && (isBirth || from - before.at <= slack)) return before;
    return this.#samples.find((sample) => sample.at > from && sample.at <= end.at) ?? end;
  }

  /** Asked about now mostly: the newest are looked at first. */
  #firstSince(instant: Instant): Sample | null {
    let first: Sample | null = null;
    for (let index = this.#samples.length - 1; index >= 0; index -= 1) {
      const sample = this.#samples[index];
      if (!sample || sample.at < instant) break;
      first = sample;
    }
    return first;
  }

  #newest(): Sample {
    const newest = this.#samples.at(-1);
    if (!newest) throw new Error("a history always has a sample");
    return newest;
  }

  #thin(now: Instant): void {
    const kept: Sample[] = [];
    for (const [index, sample] of this.#samples.entries()) {
      const [previous, next] = [kept.at(-1), this.#samples[index + 1]];
      const isNeeded = !previous || !next || next.at - previous.at > (now - sample.at) / finest;
      if (isNeeded) kept.push(sample);
    }
    this.#samples = kept.slice(-mostSamples);
  }
}

/** Adds what an instance counted since; one of its counts being lower than before means that it started again at 0. */
function addGrowth(grown: number[], values: readonly number[], before: readonly number[] | undefined): void {
  const isAnew = before === undefined || values.some((value, index) => value < (before[index] ?? 0));
  for (const [index, value] of values.entries()) grown[index] = (grown[index] ?? 0) + value - (isAnew ? 0 : (before[index] ?? 0));
}

function sum(counts: Counts): readonly number[] {
  const total: number[] = [];
  for (const values of counts.values()) for (const [index, value] of values.entries()) total[index] = (total[index] ?? 0) + value;
  return total;
}

function difference(end: readonly number[], start: readonly number[]): readonly number[] {
  return end.map((value, index) => value - (start[index] ?? 0));
}
