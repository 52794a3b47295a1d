/** Asks the source of one request: the candidate, and the stable version, for checks that compare and for people to see. */

import { possible } from "../../domain/analysis/possible.ts";
import { compares } from "../../domain/analysis/verdicts.ts";
import type { Measured, MetricRequest, MetricQuery, Reading } from "../../domain/analysis/metrics.ts";
import type { EnvironmentName, Instant, UnitRef } from "../../domain/names.ts";
import type { Awake, Clock } from "../../ports/clock.ts";
import type { MetricSource } from "../../ports/metric-source.ts";

/** Finds a source by its name; null: there is none of that name. */
export type SourceOf = (name: string) => MetricSource | null;

export interface Asking {
  readonly environment: EnvironmentName;
  readonly request: MetricRequest;
  readonly sourceOf: SourceOf;
  readonly clock: Clock;
  readonly awake: Pick<Awake, "since">;
  /** After so many milliseconds a source is given up. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** What is known of a stable version that lost its traffic: it changes no more. */
export interface StableMemory {
  /** The last good one while it still had traffic. */
  last: Reading | null;
  /** The one that its window ends with. */
  final: Reading | null;
}

/** At least one: clocks and samples are not more exact than that, and not every source knows shorter windows. */
function wholeSeconds(ms: number): number {
  return 1_000 * Math.max(1, Math.ceil(ms / 1_000));
}

/** Never throws: a source that cannot be asked is a reading that says so. */
export async function askSource(asking: Asking, memory: StableMemory): Promise<Omit<Measured, "since">> {
  const { request, clock, environment } = asking;
  const { check } = request;
  const at = clock.now();
  const notBefore = asking.awake.since();
  const ask = (unit: UnitRef, until: Instant, windowMs = check.windowMs) => {
    const { metric, statistic, query } = check;
    return bounded({ environment, unit, metric, statistic, query, windowMs, until, notBefore }, asking);
  };
  const stableUnit = compares(check) || isShown(request) ? request.stable : null;
  const [candidate, stable] = await Promise.all([
    ask(request.candidate, at, Math.min(check.windowMs, wholeSeconds(at - Math.max(request.since, notBefore)))),
    stableUnit && readStable((until) => ask(stableUnit, until), { request, at, memory }),
  ]);
  return { check, candidate, stable, at };
}

/** Beside the candidate's figure, for people, while it has traffic; sources that need a request for each figure are not asked for it. */
function isShown({ check, stableUntil }: MetricRequest): boolean {
  return stableUntil === null && check.metric !== "health_check";
}

interface StableAsked {
  readonly request: MetricRequest;
  readonly at: Instant;
  readonly memory: StableMemory;
}

/**
 * Up to now while it has traffic; then as it was when it lost it, measured once, and only for as long as the windows still meet:
 * what was so ten minutes ago may have been another day for the machine.
 */
async function readStable(ask: (until: Instant) => Promise<Reading>, { request, at, memory }: StableAsked): Promise<Reading> {
  if (request.stableUntil !== null && at - request.stableUntil > request.check.windowMs)
    return none("the version before it has had no traffic for longer than the window");
  if (request.stableUntil === null) {
    const reading = await ask(at);
    if (reading.kind === "value") memory.last = reading;
    memory.final = null;
    return reading;
  }
  if (memory.final) return memory.final;
  const reading = await ask(request.stableUntil);
  if (reading.kind === "value") memory.final = reading;
  else memory.final = memory.last;
  return memory.final ?? reading;
}

async function bounded(query: MetricQuery, { request, sourceOf, clock, timeoutMs, signal }: Asking): Promise<Reading> {
  const source = sourceOf(request.check.source);
  if (!source) return none(`there is no source of metrics named ${request.check.source}`);
  const over = new AbortController();
  const both = AbortSignal.any([signal, over.signal]);
  const late = clock.sleep(timeoutMs, both).then((): Reading => none(`${request.check.source}: no answer within ${timeoutMs} ms`));
  try {
    return possible(query, request.check.source, await Promise.race([read(source, query, both), late]));
  } finally {
    over.abort();
  }
}

async function read(source: MetricSource, query: MetricQuery, signal: AbortSignal): Promise<Reading> {
  try {
    return await source.measure(query, signal);
  } catch (error) {
    return none(error instanceof Error ? error.message : String(error));
  }
}

function none(why: string): Reading {
  return { kind: "none", why };
}
